import { inspect } from 'node:util';
import {
  type ActorSnapshot,
  type ActorSystem,
  inspectTree,
  type Pid,
  withDescendants,
} from '../otp/index.js';
import { InputError, quoted } from '../platform/input-error.js';
import { nearest } from '../platform/nearest.js';
import { shownNames } from '../platform/shown-names.js';
import { NotThere } from './in-time.js';
import type { ShownActor } from './schemas.js';

/** The tree as it stands, in plain values of JSON. */
export const shownTree = (system: ActorSystem): ShownActor[] => inspectTree(system).map(shown);

/**
 * The actor of a path, or of a name that only one has.
 *
 * @throws NotThere when there is none, InputError when the name is that of several
 */
export function findActor(roots: readonly ShownActor[], pathOrName: string): ShownActor {
  const all = withDescendants(roots);
  return called(all, pathOrName) ?? notThere(all, pathOrName);
}

/** The same, or one that nobody but it has this part of a name of, for who only looks. */
export function findActorByPart(roots: readonly ShownActor[], pathOrPart: string): ShownActor {
  const all = withDescendants(roots);
  const found = called(all, pathOrPart);
  if (found !== null) return found;
  const part = pathOrPart.toLowerCase();
  const alike = all.filter(({ name }) => name.toLowerCase().includes(part));
  return theOnly(alike, pathOrPart, 'is in the names') ?? notThere(all, pathOrPart);
}

/** The actor that one is under; null for a root. */
export function supervisorOf(roots: readonly ShownActor[], { path }: ShownActor): ShownActor | null {
  const isParent = ({ children }: ShownActor): boolean => children.some((child) => child.path === path);
  return withDescendants(roots).find(isParent) ?? null;
}

const called = (all: readonly ShownActor[], pathOrName: string): ShownActor | null =>
  all.find(({ path }) => path === pathOrName) ??
  theOnly(
    all.filter(({ name }) => name === pathOrName),
    pathOrName,
    'is the name',
  );

function theOnly([first, ...others]: readonly ShownActor[], given: string, how: string): ShownActor | null {
  if (first === undefined || others.length === 0) return first ?? null;
  const paths = shownNames([first, ...others].map(({ path }) => path));
  throw new InputError(`path is ${quoted(given)}, which ${how} of several; allowed is ${paths}`);
}

function notThere(all: readonly ShownActor[], given: string): never {
  const alike = namesLike(given, all);
  const hint = alike.length === 0 ? '' : `the nearest to it: ${alike.join(', ')}; `;
  throw new NotThere(`there is no actor ${quoted(given)}; ${hint}see hedgehog inspect`);
}

/** The living actor of that path. */
export function actorAt(system: ActorSystem, path: string): Pid | undefined {
  let siblings: ReadonlyMap<string, Pid & { readonly children: ReadonlyMap<string, Pid> }> = system.roots;
  for (;;) {
    const next = [...siblings.values()].find(
      (actor) => path === actor.path || path.startsWith(`${actor.path}/`),
    );
    if (next === undefined || next.path === path) return next;
    siblings = next.children as typeof siblings;
  }
}

const MOST_ALIKE = 5;

/** Names that somebody may have meant: the one that is most like it, or those of the kind that is. */
function namesLike(given: string, all: readonly ShownActor[]): readonly string[] {
  const meant = nearest(
    given,
    all.flatMap(({ name, kind }) => [name, kind]),
  );
  const names = all.filter(({ name, kind }) => name === meant || kind === meant).map(({ name }) => name);
  return [...new Set(names)].slice(0, MOST_ALIKE);
}

const shown = (actor: ActorSnapshot): ShownActor => ({
  ...actor,
  lastMessages: [...actor.lastMessages],
  lastRestarts: [...actor.lastRestarts],
  state: plain(actor.state),
  children: actor.children.map(shown),
});

/** JSON knows no bigint and no circles. */
function plain(state: unknown): unknown {
  if (state === undefined) return null;
  try {
    return JSON.parse(JSON.stringify(state)) as unknown;
  } catch {
    return inspect(state, { breakLength: Number.POSITIVE_INFINITY });
  }
}
