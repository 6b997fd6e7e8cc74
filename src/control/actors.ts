import { inspect } from 'node:util';
import { type ActorSnapshot, type ActorSystem, inspectTree, type Pid } from '../otp/index.js';
import { InputError, quoted } from '../platform/input-error.js';
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
  const all = roots.flatMap(withDescendants);
  const exact = all.find(({ path }) => path === pathOrName);
  if (exact !== undefined) return exact;
  const [found, ...others] = all.filter(({ name }) => name === pathOrName);
  if (found === undefined)
    throw new NotThere(`there is no actor ${quoted(pathOrName)}; see hedgehog inspect`);
  if (others.length === 0) return found;
  const paths = [found, ...others].map(({ path }) => path).join(', ');
  throw new InputError(`path is ${quoted(pathOrName)}, which is the name of several; allowed is ${paths}`);
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

const withDescendants = (actor: ShownActor): ShownActor[] => [
  actor,
  ...actor.children.flatMap(withDescendants),
];

const shown = (actor: ActorSnapshot): ShownActor => ({
  ...actor,
  lastMessages: [...actor.lastMessages],
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
