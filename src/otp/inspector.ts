import type { ActorSystem } from './actor-system.js';
import { describeEnvelope } from './envelope.js';
import type { LastCrash, Restarted } from './lineage.js';
import type { Process } from './process.js';
import { toError } from './to-error.js';

/** One actor as it stands, and those under it. */
export interface ActorSnapshot {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  /** Messages waiting, the running one not included. */
  readonly mailbox: number;
  readonly running: boolean;
  /** Messages handled by this incarnation. */
  readonly handled: number;
  /** Times it was restarted, whoever restarted it. */
  readonly restarts: number;
  readonly uptimeMs: number;
  /** What it was given last, oldest first: `cast publish`, `info trade-event`; the running one included; none unless the system keeps them. */
  readonly lastMessages: readonly string[];
  readonly lastCrash: LastCrash | null;
  /** Its latest restarts, oldest first. */
  readonly lastRestarts: readonly Restarted[];
  /** What its kind chooses to show. */
  readonly state: unknown;
  readonly children: readonly ActorSnapshot[];
}

/** The live tree, roots first. */
export const inspectTree = (system: ActorSystem): ActorSnapshot[] =>
  [...system.roots.values()].map((root) => snapshot(root, system.clock.monotonicMs()));

function snapshot(process: Process, nowMs: number): ActorSnapshot {
  return {
    kind: process.kind,
    name: process.name,
    path: process.path,
    mailbox: process.load.waiting,
    running: process.load.running,
    handled: process.load.handled,
    restarts: process.lineage.restarts,
    uptimeMs: nowMs - process.startedMs,
    lastMessages: process.load.lastMessages.list().map(describeEnvelope),
    lastCrash: process.lineage.lastCrash,
    lastRestarts: process.lineage.lastRestarts,
    state: stateOf(process),
    children: [...process.children.values()].map((child) => snapshot(child, nowMs)),
  };
}

/** All actors of these trees, each before those under it. */
export const withDescendants = <T extends { readonly children: readonly T[] }>(
  roots: readonly T[],
): readonly T[] => roots.flatMap((actor) => [actor, ...withDescendants(actor.children)]);

/** The actors of one kind together. */
export interface KindLoad {
  actors: number;
  /** Messages waiting in all their mailboxes, and in the longest. */
  mailbox: number;
  longestMailbox: number;
  /** Messages handled by those that run. */
  handled: number;
}

/** By kind. It shows no state, and so costs little however many actors there are. */
export function loadByKind(system: ActorSystem): ReadonlyMap<string, Readonly<KindLoad>> {
  const loads = new Map<string, KindLoad>();
  const visit = ({ kind, load, children }: Process): void => {
    const known = loads.get(kind) ?? { actors: 0, mailbox: 0, longestMailbox: 0, handled: 0 };
    loads.set(kind, known);
    known.actors++;
    known.mailbox += load.waiting;
    known.longestMailbox = Math.max(known.longestMailbox, load.waiting);
    known.handled += load.handled;
    for (const child of children.values()) visit(child);
  };
  for (const root of system.roots.values()) visit(root);
  return loads;
}

/** The tree is looked at when something is wrong already: an actor that cannot show itself must not hide the others. */
function stateOf(process: Process): unknown {
  try {
    return process.inspect();
  } catch (error) {
    return `inspect failed: ${toError(error).message}`;
  }
}
