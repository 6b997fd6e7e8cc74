import {
  type ActorSnapshot,
  ActorSystem,
  type ChildSpec,
  type CrashReport,
  childSpec,
  Down,
  type ExitReason,
  formatTree,
  type GenServer,
  inspectTree,
  type Pid,
  type Protocol,
  type Self,
  Supervisor,
  type SupervisorArg,
  type SupervisorProtocol,
  type SystemOptions,
} from '../../src/otp/index.js';
import type { NactActor } from '../../src/otp/nact.js';
import { encodeName } from '../../src/otp/nact.js';
import type { Process } from '../../src/otp/process.js';
import { SimClock } from '../../src/platform/sim-clock.js';

export interface TestSystem {
  readonly system: ActorSystem;
  readonly clock: SimClock;
  readonly crashes: CrashReport[];
  readonly rootExits: { readonly pid: Pid; readonly reason: ExitReason }[];
}

/** A system on a simulated clock that notes the crashes and ends of roots it is told of. */
export function aSystem(options: Partial<SystemOptions> = {}): TestSystem {
  const clock = new SimClock();
  const crashes: CrashReport[] = [];
  const rootExits: { pid: Pid; reason: ExitReason }[] = [];
  const system = new ActorSystem({
    clock,
    onCrash: (report) => crashes.push(report),
    onRootExit: (pid, reason) => rootExits.push({ pid, reason }),
    ...options,
  });
  return { system, clock, crashes, rootExits };
}

/** What a script may tell its worker to do: it runs inside the handler and may return what a handler returns. */
export type Step = (self: Self<WorkerProtocol>, state: WorkerState) => unknown;

export interface WorkerState {
  readonly name: string;
  readonly log: string[];
  /** Everything that came as info. */
  readonly seen: unknown[];
}

export interface WorkerArg {
  readonly name: string;
  /** Shared by the workers of a test: `+a` for a start, `-a shutdown` for an end. */
  readonly log?: string[];
  readonly init?: Step;
}

export interface WorkerProtocol extends Protocol {
  readonly arg: WorkerArg;
  readonly state: WorkerState;
  readonly calls: { run(step: Step): unknown; seen(nothing: null): readonly unknown[] };
  readonly casts: {
    readonly run: Step;
    readonly crash: string;
    readonly stop: ExitReason;
    readonly watch: Pid;
    readonly note: string;
  };
  readonly info: unknown;
  readonly continue: Step;
}

/** An actor that does what its test tells it. */
export const Worker: GenServer<WorkerProtocol> = {
  kind: 'Worker',
  init({ name, log = [], init }, self) {
    log.push(`+${name}`);
    const state: WorkerState = { name, log, seen: [] };
    return { state, ...(init?.(self, state) as object | undefined) };
  },
  calls: {
    async run(state, step, self) {
      return { state, reply: await step(self, state) };
    },
    seen: (state) => ({ state, reply: state.seen }),
  },
  casts: {
    run(state, step, self) {
      const result = step(self, state);
      if (result instanceof Promise) return result.then(() => ({ state }));
      return { state, ...(result as object | undefined) };
    },
    crash(_state, message) {
      throw new Error(message);
    },
    stop: (state, reason) => ({ state, stop: reason }),
    watch(state, other, self) {
      self.monitor(other);
      return { state };
    },
    note(state, text) {
      state.log.push(text);
      return { state };
    },
  },
  info(state, message) {
    state.seen.push(message);
    return { state };
  },
  continue: (state, step, self) => ({ state, ...(step(self, state) as object | undefined) }),
  terminate({ name, log }, reason) {
    log.push(`-${name} ${reason instanceof Error ? reason.message : reason}`);
  },
};

export const aWorker = (system: ActorSystem, name = 'worker', log?: string[]): Pid<WorkerProtocol> =>
  system.spawn(Worker, log === undefined ? { name } : { name, log }, name);

export const workerSpec = (
  id: string,
  log: string[] = [],
  options: Partial<ChildSpec<WorkerProtocol>> = {},
): ChildSpec<WorkerProtocol> => childSpec({ id, server: Worker, arg: { name: id, log }, ...options });

/** A supervisor of workers a, b and c, and the log they share. */
export function aFamily(
  system: ActorSystem,
  arg: SupervisorArg = {},
  options: Partial<ChildSpec<WorkerProtocol>> = {},
): { readonly supervisor: Pid<SupervisorProtocol>; readonly log: string[] } {
  const log: string[] = [];
  const children = ['a', 'b', 'c'].map((id) => workerSpec(id, log, options));
  return { supervisor: system.spawn(Supervisor, { children, ...arg }, 'family'), log };
}

/** The running child of that name. */
export function childOf(parent: Pid, name: string): Pid<WorkerProtocol> {
  const child = (parent as Process).children.get(name);
  if (child === undefined) throw new Error(`${parent.path} has no running child ${name}`);
  return child;
}

/** The running actor of that name, wherever in the tree it is. */
export function actorNamed(system: ActorSystem, name: string): Process {
  const visit = (processes: Iterable<Process>): Process | undefined => {
    for (const process of processes) {
      const found = process.name === name ? process : visit(process.children.values());
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const pid = visit(system.roots.values());
  if (pid === undefined) throw new Error(`no ${name} runs`);
  return pid;
}

/** What an actor got as info, read while it is idle. */
export const seenBy = (pid: Pid<WorkerProtocol>): readonly unknown[] =>
  (pid as Process<WorkerProtocol>).state.seen;

export const downsSeenBy = (pid: Pid<WorkerProtocol>): Down[] =>
  seenBy(pid).filter((message): message is Down => message instanceof Down);

const macrotask = () => new Promise((resolve) => setImmediate(resolve));

const SETTLE_MS = 20_000;

/** Quiet, and code outside the actors that waited for them has run too. Throws, with the tree, when that does not come. */
export async function settle(system: ActorSystem): Promise<void> {
  // By the machine's time: a database in another process takes as long as it takes, however many turns pass here.
  const until = performance.now() + SETTLE_MS;
  while (performance.now() < until) {
    await macrotask();
    if (system.inFlight.size > 0) continue;
    await macrotask();
    if (system.inFlight.size === 0) return;
  }
  throw new Error(`${system.inFlight.size} messages still under way\n${formatTree(inspectTree(system))}`);
}

/** A promise that the test settles. */
export interface Gate<T = void> {
  readonly promise: Promise<T>;
  open(value: T): void;
  fail(error: Error): void;
}

export function aGate<T = void>(): Gate<T> {
  let open!: (value: T) => void;
  let fail!: (error: Error) => void;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

type Branch = readonly [name: string, children: readonly Branch[]];

const byName = (branches: Branch[]): Branch[] => branches.toSorted(([a], [b]) => a.localeCompare(b));
const ourBranch = ({ name, children }: ActorSnapshot): Branch => [
  encodeName(name),
  byName(children.map(ourBranch)),
];
const nactBranch = ({ name, children }: NactActor): Branch => [
  name,
  byName([...children.values()].map(nactBranch)),
];

/** Our tree, as the inspector shows it, in nact's names. */
export const ourTree = (system: ActorSystem): Branch[] => byName(inspectTree(system).map(ourBranch));

/** nact's own tree. */
export const nactTree = (system: ActorSystem): readonly Branch[] => nactBranch(system.nactRoot)[1];
