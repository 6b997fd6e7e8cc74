import { inspect } from 'node:util';
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

/** The tree as text: a line per actor, two more characters of indentation per level. */
export function formatTree(roots: readonly ActorSnapshot[]): string {
  const lines: string[] = [];
  const visit = (actor: ActorSnapshot, indent: string): void => {
    lines.push(indent + formatActor(actor));
    for (const child of actor.children) visit(child, `${indent}  `);
  };
  for (const root of roots) visit(root, '');
  return lines.join('\n');
}

/** One actor in a line. */
export function formatActor({
  kind,
  name,
  mailbox,
  running,
  handled,
  restarts,
  uptimeMs,
  lastCrash,
  state,
}: ActorSnapshot): string {
  const title = name === kind || name.startsWith(`${kind} `) ? name : `${kind} ${name}`;
  const parts = [
    `mailbox ${mailbox}${running ? ' (running)' : ''}`,
    `handled ${handled}`,
    `restarts ${restarts}`,
    `up ${formatDuration(uptimeMs)}`,
    `last crash ${lastCrash === null ? 'none' : `${new Date(lastCrash.wallMs).toISOString()} ${lastCrash.reason}`}`,
  ];
  if (state !== undefined) parts.push(formatState(state));
  return `${title}  ${parts.join(', ')}`.replaceAll('\n', ' ');
}

function formatState(state: unknown): string {
  if (typeof state === 'string') return state;
  try {
    return JSON.stringify(state);
  } catch {
    // JSON knows no bigint and no circles.
    return inspect(state, { breakLength: Number.POSITIVE_INFINITY });
  }
}

/** `350ms`, `12.0s`, `3m5s`, `2h7m` */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)}s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m${Math.floor((ms % 60_000) / 1_000)}s`;
  return `${Math.floor(ms / 3_600_000)}h${Math.floor((ms % 3_600_000) / 60_000)}m`;
}
