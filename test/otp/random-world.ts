import {
  ActorSystem,
  type ChildSpec,
  childSpec,
  DynamicSupervisor,
  type ExitReason,
  formatTree,
  inspectTree,
  type Pid,
  PubSub,
  type PubSubProtocol,
  publish,
  type Scheduler,
  Supervisor,
  type SupervisorArg,
  type SupervisorProtocol,
  startChild,
  subscribeTo,
  terminateChild,
  unsubscribeFrom,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import {
  aGate,
  type Gate,
  type Step,
  Worker,
  type WorkerArg,
  type WorkerProtocol,
} from '../support/actors.js';
import { Random } from '../support/random.js';

/** Generous enough never to be reached: the tree must outlive a thousand crashes. */
const UNLIMITED = { maxRestarts: 1e9 };
export const LIMITED = { maxRestarts: 3, periodMs: 1_000 };
export const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one'] as const;
export const FAMILY = ['a', 'b', 'c'];
const TOPICS = ['T:0', 'T:1', 'T:2'];

const macrotask = () => new Promise((resolve) => setImmediate(resolve));

/**
 * A tree of supervisors of all strategies, one of them with a real restart limit, a pool, a PubSub and registered names,
 * on which a seed makes random things happen: crashes, stops, kills, slow and hanging handlers, starts that fail, calls in
 * circles. Nothing depends on the machine's time.
 */
export class RandomWorld {
  readonly clock = new SimClock();
  readonly system: ActorSystem;
  readonly watcher: Pid<WorkerProtocol>;
  readonly top: Pid<SupervisorProtocol>;
  /** How often the watcher monitors an actor. */
  readonly monitored = new Map<Pid, number>();
  /** Monotonic times at which an incarnation of the limited supervisor restarted a child. */
  readonly limitedRestartsMs = new Map<Pid, number[]>();
  /** What the run went through, to see that it went through anything. */
  readonly happened = new Map<string, number>();

  private readonly random: Random;
  private readonly hanging: Gate[] = [];
  private readonly startedUnder = new Map<Pid, Set<string>>();
  private failingStarts = false;
  private started = 0;

  constructor(seed: number, yielding: boolean) {
    this.random = new Random(seed);
    const scheduler: Scheduler = { pauseBeforeTurn: () => this.pause() };
    this.system = new ActorSystem({
      clock: this.clock,
      onCrash: ({ late, error }) => this.note(late ? 'late crash' : `crash: ${error.name}`),
      onRootExit: ({ name }) => this.note(`root ${name} ended`),
      ...(yielding ? { scheduler } : {}),
    });
    this.watcher = this.system.spawn(Worker, { name: 'watcher' }, 'watcher');
    this.top = this.system.spawn(Supervisor, this.plan(), 'top');
    this.failingStarts = true;
  }

  // ---- the tree

  private plan(): SupervisorArg {
    const limited = childSpec({
      id: 'limited',
      server: Supervisor,
      arg: { ...LIMITED, children: FAMILY.map((id) => this.worker(id)) },
    });
    const families = STRATEGIES.map((strategy) =>
      childSpec({
        id: strategy,
        server: Supervisor,
        arg: {
          ...UNLIMITED,
          strategy,
          children: [
            ...FAMILY.map((id) => this.worker(id, { register: `${strategy} ${id}` })),
            ...(strategy === 'one_for_one' ? [limited] : []),
          ],
        },
      }),
    );
    const pubsub = childSpec({ id: 'pubsub', server: PubSub, arg: undefined });
    const pool = childSpec({ id: 'pool', server: DynamicSupervisor, arg: UNLIMITED });
    return { ...UNLIMITED, strategy: 'rest_for_one', children: [pubsub, ...families, pool] };
  }

  private worker(id: string, options: Partial<ChildSpec<WorkerProtocol>> = {}): ChildSpec<WorkerProtocol> {
    const init: Step = (self) => {
      this.noteStart(self);
      if (!this.failingStarts || !this.random.chance(0.1)) return undefined;
      if (this.random.chance(0.3)) return { stop: 'normal' };
      throw new Error('start failed');
    };
    const arg: WorkerArg = { name: id, init };
    return childSpec({ id, server: Worker, arg, shutdownMs: 40, ...options });
  }

  private noteStart(self: Pid): void {
    this.note('start');
    const { parent } = self as Process;
    if (parent?.name !== 'limited') return;
    const known = this.startedUnder.get(parent) ?? new Set();
    this.startedUnder.set(parent, known);
    const restarts = this.limitedRestartsMs.get(parent) ?? [];
    this.limitedRestartsMs.set(parent, restarts);
    if (known.has(self.name)) restarts.push(this.clock.monotonicMs());
    known.add(self.name);
  }

  /** Every live actor under the top. */
  all(under: Process = this.top as Process): Process[] {
    return [...under.children.values()].flatMap((child) => [child, ...this.all(child)]);
  }

  find(name: string): Process | undefined {
    return (this.top as Process).children.get(name);
  }

  get pubsub(): Process<PubSubProtocol> | undefined {
    return this.find('pubsub');
  }

  private get pool(): Pid<SupervisorProtocol> | undefined {
    return this.find('pool');
  }

  // ---- what happens

  private pause(): Promise<void> | undefined {
    if (this.random.chance(0.5)) return undefined;
    return this.wait(this.random.below(4), this.random.chance(0.3));
  }

  private async wait(steps: number, long: boolean): Promise<void> {
    for (let i = 0; i < steps; i++) await (long ? macrotask() : Promise.resolve());
  }

  private note(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }

  /** A step for a worker's handler: at once, slow or hanging, and with any outcome. */
  private step(depth = 0): Step {
    return async (self, state) => {
      await this.wait(this.random.below(6), this.random.chance(0.7));
      if (this.random.chance(0.1)) await this.hang();
      if (depth < 3 && this.random.chance(0.4)) await this.callSomebody(self, depth);
      if (this.random.chance(0.2)) self.sendAfter(this.random.below(50), 'timer');
      if (this.random.chance(0.2)) self.pipe(this.wait(3, true), () => 'piped', String);
      if (this.random.chance(0.1)) this.system.kill(self);
      if (this.random.chance(0.2)) throw new Error('from a slow handler');
      return state.name;
    };
  }

  private hang(): Promise<void> {
    const gate = aGate();
    this.hanging.push(gate);
    return gate.promise;
  }

  private async callSomebody(self: Parameters<Step>[0], depth: number): Promise<void> {
    const workers = this.workers();
    if (workers.length === 0) return;
    try {
      await self.call(this.random.pick(workers), 'run', this.step(depth + 1), 200);
    } catch (error) {
      this.note(`call failed: ${String((error as { reason?: unknown }).reason)}`);
    }
  }

  private workers(): Pid<WorkerProtocol>[] {
    return this.all().filter(({ kind }) => kind === 'Worker');
  }

  private async startOne(): Promise<void> {
    const { pool, pubsub, random, system } = this;
    if (pool === undefined) return;
    const id = `d${++this.started}`;
    const restart = random.pick(['permanent', 'transient', 'temporary'] as const);
    const pid = await startChild(system, pool, this.worker(id, { restart, register: id }));
    if (pubsub?.alive) subscribeTo(system, pubsub, random.pick(TOPICS), pid);
  }

  private async terminateOne(): Promise<void> {
    const { pool } = this;
    const children = pool === undefined ? [] : [...(pool as Process).children.values()];
    if (pool === undefined || children.length === 0) return;
    const child = this.random.pick(children);
    await terminateChild(this.system, pool, this.random.chance(0.5) ? child : child.name);
  }

  private killSupervisor(): void {
    const supervisors = this.all().filter(({ kind }) => kind !== 'Worker');
    if (supervisors.length === 0 || !this.random.chance(0.15)) return;
    const reason = this.random.pick<ExitReason>(['killed', 'shutdown', new Error('supervisor hit')]);
    this.system.kill(this.random.pick(supervisors), reason);
    this.note('supervisor killed');
  }

  private monitor(pid: Pid): void {
    this.system.cast(this.watcher, 'watch', pid);
    this.monitored.set(pid, (this.monitored.get(pid) ?? 0) + 1);
  }

  /** A call from outside, whose failure is expected. */
  private outside(call: Promise<unknown>): void {
    call.catch((error: unknown) => this.note(`failed: ${String(error).slice(0, 20)}`));
  }

  /** One random operation, and a random while after it. */
  async operate(): Promise<void> {
    const { random, system, pubsub } = this;
    const workers = this.workers();
    if (workers.length > 0) {
      const worker = random.pick(workers);
      if (random.chance(0.5)) this.monitor(random.pick(this.all()));
      const operations: readonly (() => unknown)[] = [
        () => system.cast(worker, 'crash', 'boom'),
        () => system.cast(worker, 'stop', random.pick(['normal', 'shutdown'] as const)),
        () => system.kill(worker, random.pick<ExitReason>(['killed', 'shutdown', new Error('hit')])),
        () => this.outside((worker as Process).shutdown(random.below(30))),
        () => this.outside(system.call(worker, 'run', this.step(), random.pick([20, 5_000]))),
        () => system.cast(worker, 'run', this.step()),
        () => system.send(worker, 'hello'),
        () => this.outside(this.startOne()),
        () => this.outside(this.startOne()),
        () => this.outside(this.terminateOne()),
        () => this.killSupervisor(),
        () => pubsub && publish(system, pubsub, random.pick(TOPICS), 'news'),
        () => pubsub && unsubscribeFrom(system, pubsub, random.pick(TOPICS), worker),
        () => pubsub && subscribeTo(system, pubsub, random.pick(TOPICS), worker),
      ];
      random.pick(operations)();
    }
    if (random.chance(0.5)) this.clock.advance(random.below(60));
    if (random.chance(0.6)) await this.wait(random.below(5), random.chance(0.5));
  }

  /** Lets everything that hangs go on, and waits until nothing is under way. Throws when that does not come. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 2_000; turns++) {
      for (const gate of this.hanging.splice(0)) gate.open();
      await macrotask();
      // For handlers past their shutdown time, and calls past their deadline.
      if (turns % 10 === 9) this.clock.advance(10);
      if (this.system.inFlight.size === 0) {
        await macrotask();
        if (this.system.inFlight.size === 0) return;
      }
    }
    const { inFlight } = this.system;
    throw new Error(`${inFlight.size} messages still under way\n${formatTree(inspectTree(this.system))}`);
  }
}
