import type { ActorSnapshot } from '../../../otp/index.js';
import { counted } from '../lines.js';
import { type Piece, piece, type StyledLine } from './styled-line.js';

/**
 * The tree in at most so many lines: one for each supervisor, with the actors that stand directly under it. The deepest
 * supervisors give way first, and their actors are told of by the one above; in the end one line tells of all.
 */
export function treeLines(tree: readonly ActorSnapshot[], most: number): readonly StyledLine[] {
  if (most < 1) return [];
  let lines: readonly StyledLine[] = [];
  for (let depth = Math.max(...tree.map(heightOf), 0); depth >= 0; depth--) {
    lines = tree.flatMap((root) => linesOf(root, 0, depth));
    if (lines.length <= most) return lines;
  }
  return lines.slice(0, most);
}

const isSupervisor = ({ children, state }: ActorSnapshot): boolean =>
  children.length > 0 || (typeof state === 'object' && state !== null && 'strategy' in state);

/** How many supervisors stand below one another in it, this one not counted. */
const heightOf = ({ children }: ActorSnapshot): number =>
  Math.max(-1, ...children.filter(isSupervisor).map(heightOf)) + 1;

function linesOf(actor: ActorSnapshot, indent: number, depth: number): readonly StyledLine[] {
  const isDeepest = indent >= depth;
  const below = isDeepest ? [] : actor.children.filter(isSupervisor);
  const told = isDeepest ? leavesOf(actor) : actor.children.filter((child) => !isSupervisor(child));
  const title = piece(`${'  '.repeat(indent)}${titleOf(actor)}  `, actor.restarts > 0 ? 'alarm' : 'plain');
  const count = piece(counted(leavesOf(actor).length, 'actor'), 'quiet');
  return [[title, count, ...namesOf(told)], ...below.flatMap((child) => linesOf(child, indent + 1, depth))];
}

const leavesOf = (actor: ActorSnapshot): readonly ActorSnapshot[] =>
  actor.children.flatMap((child) => (isSupervisor(child) ? leavesOf(child) : [child]));

/** Those that were started again first, each by its name; of the others how many there are of each kind. */
function namesOf(actors: readonly ActorSnapshot[]): readonly Piece[] {
  const restarted = actors.filter(({ restarts }) => restarts > 0);
  const kinds = new Map<string, number>();
  for (const { kind, restarts } of actors) if (restarts === 0) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const names = [
    ...restarted.map((actor) => piece(titleOf(actor), 'alarm')),
    ...[...kinds].map(([kind, count]) => piece(count === 1 ? kind : `${kind} ×${count}`, 'quiet')),
  ];
  return names.flatMap((name, index) => [piece(index === 0 ? ': ' : ', ', 'quiet'), name]);
}

function titleOf({ kind, name, restarts }: ActorSnapshot): string {
  const title = name === kind || name.startsWith(`${kind} `) ? name : `${kind} ${name}`;
  return restarts === 0 ? title : `${title} (started again${restarts === 1 ? '' : ` ${restarts} times`})`;
}
