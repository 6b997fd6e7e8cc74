import type { ActorSystem } from './actor-system.js';
import { describeEnvelope, Envelope } from './envelope.js';
import type { ExitReason } from './exit-reason.js';
import type {
  Answer,
  AnyProtocol,
  CallArg,
  CallReply,
  Calls,
  Casts,
  GenServer,
  InfoOf,
  MaybePromise,
  Next,
  Protocol,
} from './gen-server.js';
import { handle, isNext, isPromise } from './handling.js';
import { Inbox } from './inbox.js';
import { Later } from './later.js';
import { FIRST_OF_ITS_LINE, type Lineage } from './lineage.js';
import { Monitors } from './monitors.js';
import {
  type CrashContext,
  dispatchNact,
  type NactHandle,
  type NactRef,
  spawnNact,
  stopNact,
} from './nact.js';
import type { PendingCall } from './pending-call.js';
import type { Address, Pid, Receiver, Self } from './pid.js';
import { toError } from './to-error.js';
import { Workload } from './workload.js';

type Status = 'starting' | 'running' | 'stopping' | 'crashing' | 'dead';

/**
 * One incarnation of one actor, on one nact actor. Everybody else sees it as a Pid, its own handlers as `self`.
 *
 * All ways to die lead through `exit`, which runs once: so there is exactly one Down per monitor, names are freed, callers
 * hear of it, and every queued message is accounted for. The function given to nact never throws once the actor is dead:
 * nact would end the whole process.
 */
export class Process<P extends Protocol = AnyProtocol> implements Self<P> {
  declare readonly __accepts?: (message: InfoOf<P>) => void;
  declare readonly __protocol?: (protocol: P) => P;
  readonly id: number;
  readonly kind: string;
  readonly path: string;
  readonly startedMs: number;
  readonly children = new Map<string, Process>();
  readonly monitors = new Monitors(this);
  readonly load: Workload;
  /** Calls to this actor that wait for a reply. */
  readonly openCalls = new Set<PendingCall>();
  /** Calls that this actor's running handler waits for. */
  readonly waitsFor = new Set<PendingCall>();

  /** Set by `start`, before any message can be handled. */
  state!: P['state'];

  private status: Status = 'starting';
  private exitReason: ExitReason | null = null;
  private readonly later = new Later(this);
  private readonly exitHooks = new Set<() => void>();
  private readonly nact: NactHandle;
  private readonly inbox: Inbox | null;

  constructor(
    readonly system: ActorSystem,
    readonly parent: Process | null,
    readonly name: string,
    private readonly server: GenServer<P>,
    readonly lineage: Lineage = FIRST_OF_ITS_LINE,
  ) {
    if (parent !== null && !parent.alive)
      throw new Error(`${parent.path} has ended and can have no new child ${name}`);
    const siblings = parent?.children ?? system.roots;
    if (siblings.has(name)) throw new Error(`${parent?.path ?? 'the system'} has a child ${name} already`);
    this.id = system.nextId();
    this.kind = server.kind;
    this.load = new Workload(system, this.kind);
    this.path = parent === null ? name : `${parent.path}/${name}`;
    this.startedMs = system.clock.monotonicMs();
    const turn = (message: unknown) => this.turn(message as Envelope);
    const inbox = server.takesAll ? new Inbox(turn, () => this.alive) : null;
    this.inbox = inbox;
    this.nact = spawnNact(parent?.nact ?? system.nact, inbox ? () => inbox.takeAll() : turn, name, {
      onCrash: (_message, error, context, child) => this.decide(toError(error), context, child),
      // Reached with a live actor only when somebody stopped the nact actor itself.
      afterStop: () => this.exit('killed', true),
    });
    siblings.set(name, this);
  }

  /** Runs `init`. nact delivers in a later turn, so no message can come before it. Throws what `init` throws. */
  start(arg: P['arg']): this {
    try {
      const next = this.server.init(arg, this);
      if (!isNext<P>(next)) throw new Error(`init of ${this.kind} must return { state }`);
      // Killed by what its own `init` did.
      if (!this.alive) return this;
      this.state = next.state;
      this.status = 'running';
      if (next.stop !== undefined) this.exit(next.stop);
      else if (next.continue !== undefined) this.deliver(new Envelope('continue', '', next.continue));
    } catch (error) {
      this.exit(toError(error));
      throw error;
    }
    return this;
  }

  get alive(): boolean {
    return this.status !== 'dead';
  }

  get reason(): ExitReason | null {
    return this.exitReason;
  }

  /** A Pid in a log line or a failed assertion is its path, not the whole system that hangs on it. */
  toJSON(): string {
    return this.path;
  }

  inspect(): unknown {
    return this.status === 'starting' ? undefined : this.server.inspect?.(this.state);
  }

  deliver(envelope: Envelope): boolean {
    if (this.status === 'dead') {
      this.system.deadLetter();
      return false;
    }
    this.load.add();
    if (this.inbox === null || this.inbox.isFirst(envelope)) dispatchNact(this.nact, envelope);
    return true;
  }

  // ---- one message

  private turn(envelope: Envelope): unknown {
    if (this.status === 'stopping') {
      this.system.deadLetter();
      return this.done();
    }
    this.load.running = true;
    const pause = this.system.scheduler?.pauseBeforeTurn();
    if (pause !== undefined) return pause.then(() => this.run(envelope));
    return this.run(envelope);
  }

  private run(envelope: Envelope): unknown {
    if (this.status === 'dead') {
      // Killed in the pause before this turn; nact itself gives no turn to a stopped actor.
      this.system.deadLetter();
      return undefined;
    }
    if (this.system.keepsLastMessages) this.load.lastMessages.note(envelope);
    let next: MaybePromise<Next<P>>;
    try {
      next = handle(this.server, this.state, envelope, this);
    } catch (error) {
      return this.crash(envelope, error);
    }
    if (isPromise(next)) {
      return next.then(
        (value) => this.finish(envelope, value),
        (error: unknown) => this.crash(envelope, error),
      );
    }
    return this.finish(envelope, next);
  }

  private finish(envelope: Envelope, next: Next<P>): unknown {
    // Killed while the handler waited: what it found out concerns nobody any more.
    if (this.status === 'dead') return undefined;
    // Calls still open were made beside the handler (piped, say): they hold up nothing, so they close no circle.
    if (this.waitsFor.size > 0) this.waitsFor.clear();
    if (!isNext<P>(next)) {
      return this.crash(envelope, new Error(`a handler of ${this.kind} must return { state }`));
    }
    this.state = next.state;
    this.load.handled++;
    if (envelope.from !== null && (next as Answer<P, unknown>).noReply !== true) {
      envelope.from.reply((next as Answer<P, unknown>).reply);
    }
    if (next.stop !== undefined) this.exit(next.stop);
    else if (next.continue !== undefined) return this.run(new Envelope('continue', '', next.continue));
    return this.done();
  }

  private done(): undefined {
    // `exit` has counted off everything, the running message included.
    if (this.alive) this.load.done();
    return undefined;
  }

  // ---- crash and exit

  private crash(envelope: Envelope, thrown: unknown): unknown {
    const error = toError(thrown);
    this.system.reportCrash({ pid: this, during: describeEnvelope(envelope), error, late: !this.alive });
    // Dead before, or killed by whoever took the report.
    if (!this.alive) return undefined;
    this.status = 'crashing';
    envelope.from?.fail(error);
    // nact asks `onCrash` of this actor, which escalates: so the supervisor's own decision below ends it.
    throw error;
  }

  private decide(error: Error, context: CrashContext, child?: NactRef): symbol {
    if (child !== undefined) {
      for (const process of this.children.values()) {
        if (process.nact.ref === child) process.exit(error);
      }
      return context.stopChild;
    }
    if (this.alive) this.status = 'crashing';
    // Without a parent in nact there is nobody to escalate to, and nact would end the process over it.
    if (this.parent !== null && context.parent !== undefined) return context.escalate;
    this.exit(error);
    return context.stop;
  }

  /**
   * Ends the actor: children first, in reverse order of their start, then its own last words, then everyone who must know.
   * Synchronous and idempotent.
   *
   * @param stoppedInNact nact has taken its actor down already
   */
  exit(reason: ExitReason, stoppedInNact = false): void {
    if (this.status === 'dead') return;
    const { status, system } = this;
    // Held to the end: with a child counted off, the system must not look quiet before everyone has been told.
    system.inFlight.add();
    this.status = 'dead';
    this.exitReason = reason;
    for (const child of [...this.children.values()].toReversed())
      child.exit(reason === 'killed' ? 'killed' : 'shutdown');
    if (status !== 'starting') this.lastWords(reason);
    for (const hook of this.exitHooks) hook();
    this.exitHooks.clear();
    for (const call of [...this.openCalls]) call.fail(reason);
    this.monitors.ownerEnded(reason);
    this.leaveParent(reason);
    // A crashed child is taken down by nact, on the answer its parent gave in `decide`; nact fails if it is gone already.
    const nactStopsIt = status === 'crashing' && this.parent !== null;
    if (!nactStopsIt && !stoppedInNact) stopNact(this.nact);
    this.later.ownerEnded();
    this.load.drop();
    if (this.parent === null) system.reportRootExit(this, reason);
    system.inFlight.done();
  }

  private lastWords(reason: ExitReason): void {
    if (reason === 'killed' || this.server.terminate === undefined) return;
    try {
      this.server.terminate(this.state, reason, this);
    } catch (error) {
      this.reportLate('terminate', error);
    }
  }

  private reportLate(during: string, thrown: unknown): void {
    this.system.reportCrash({ pid: this, during, error: toError(thrown), late: true });
  }

  private leaveParent(reason: ExitReason): void {
    const { parent } = this;
    (parent?.children ?? this.system.roots).delete(this.name);
    // A parent that is ending itself has no use for the news.
    if (parent?.status === 'starting' || parent?.status === 'running')
      parent.deliver(new Envelope('child-exited', '', { pid: this, reason }));
  }

  /**
   * Orderly end: takes no new message, lets the running handler finish, then exits with `shutdown`. A handler that takes
   * longer than the limit is killed. What `beforeStop` does has limits of its own.
   */
  async shutdown(timeoutMs: number): Promise<void> {
    if (this.status === 'dead') return;
    if (this.status === 'starting') return this.exit('shutdown');
    // Somebody else is ending it already.
    if (this.status !== 'running') return this.untilDead();
    this.status = 'stopping';
    if (this.load.running) await this.load.untilIdle(timeoutMs);
    if (this.alive && !this.load.running && this.server.beforeStop !== undefined) {
      await this.server
        .beforeStop(this.state, this)
        .catch((error: unknown) => this.reportLate('beforeStop', error));
    }
    this.exit(this.load.running ? 'killed' : 'shutdown');
  }

  private untilDead(): Promise<void> {
    return new Promise((resolve) => this.onExit(resolve));
  }

  /** Runs once when the actor ends, whatever the reason. */
  onExit(hook: () => void): void {
    if (this.alive) this.exitHooks.add(hook);
    else hook();
  }

  // ---- what `self` can do

  call<Q extends Protocol, K extends keyof Calls<Q> & string>(
    to: Address<Q>,
    key: K,
    arg: CallArg<Q, K>,
    timeoutMs?: number,
  ): Promise<CallReply<Q, K>> {
    return this.system.callFrom(this, to, key, arg, timeoutMs);
  }

  cast<Q extends Protocol, K extends keyof Casts<Q> & string>(
    to: Address<Q>,
    key: K,
    arg: Casts<Q>[K],
  ): boolean {
    // An actor killed while its handler waited must not act on what it finds when it wakes.
    return this.alive && this.system.cast(to, key, arg);
  }

  send<M>(to: Receiver<M>, message: M): boolean {
    return this.alive && this.system.send(to, message);
  }

  monitor(other: Pid): number {
    return this.monitors.watch(other);
  }

  demonitor(ref: number): void {
    this.monitors.unwatch(ref);
  }

  sendAfter(delayMs: number, message: InfoOf<P>): () => void {
    return this.later.sendAfter(delayMs, message);
  }

  pipe<T>(
    promise: Promise<T>,
    onValue: (value: T) => InfoOf<P>,
    onError: (error: unknown) => InfoOf<P>,
  ): void {
    this.later.pipe(promise, onValue, onError);
  }
}
