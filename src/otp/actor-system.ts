import type { Clock } from '../ports/clock.js';
import { Envelope } from './envelope.js';
import type { ExitReason } from './exit-reason.js';
import type { CallArg, CallReply, Calls, Casts, GenServer, Protocol } from './gen-server.js';
import { InFlight } from './in-flight.js';
import { inspectTree } from './inspector.js';
import { KindCounts } from './kind-counts.js';
import type { Lineage } from './lineage.js';
import { type NactActor, type NactHandle, startNact, stopNact } from './nact.js';
import { CallFailed, PendingCall } from './pending-call.js';
import type { Address, Pid, Receiver, Sender } from './pid.js';
import { Process } from './process.js';
import { Registry } from './registry.js';
import { formatTree } from './tree-text.js';

/** An actor threw. `late`: it was dead already, or saying its last words; nobody needs restarting. */
export interface CrashReport {
  readonly pid: Pid;
  /** The message it was handling: `cast publish`, `info trade-event`. */
  readonly during: string;
  readonly error: Error;
  readonly late: boolean;
}

/** May hold up any actor's next message; for tests that shuffle the order in which actors take their turns. */
export interface Scheduler {
  pauseBeforeTurn(): Promise<void> | undefined;
}

export interface SystemOptions {
  readonly clock: Clock;
  readonly onCrash?: (report: CrashReport) => void;
  /** An actor without a supervisor has ended. */
  readonly onRootExit?: (pid: Pid, reason: ExitReason) => void;
  /** How long `quiesce` may take, at least; it gives up after one to two times this. Default 30,000. */
  readonly watchdogMs?: number;
  readonly scheduler?: Scheduler;
}

const CALL_TIMEOUT_MS = 5_000;
const SHUTDOWN_MS = 5_000;
// Timeouts are looked for this often, by one timer for all calls: a timer per call would cost more than the call.
const SWEEP_MS = 50;

/** A world of actors on one nact system: their root, their registry, and the count of what is under way. */
export class ActorSystem implements Sender {
  readonly clock: Clock;
  readonly registry = new Registry();
  readonly roots = new Map<string, Process>();
  readonly openCalls = new Set<PendingCall>();
  readonly inFlight: InFlight;
  /** Whether the inspector shows what each actor was given last. Off by default: a replay would feel it. */
  keepsLastMessages = false;
  /** By kind of actor, since the system was started. Messages that living actors have handled are counted by them. */
  readonly counts = {
    handledByEnded: new KindCounts(),
    crashes: new KindCounts(),
    restarts: new KindCounts(),
  };
  readonly scheduler: Scheduler | undefined;
  readonly nact: NactHandle;
  /** nact's own tree; for cross-checks only. */
  get nactRoot(): NactActor {
    return this.nact.actor;
  }

  private ids = 0;
  private lostMessages = 0;
  private sweeping = false;

  constructor(private readonly options: SystemOptions) {
    this.clock = options.clock;
    this.scheduler = options.scheduler;
    this.inFlight = new InFlight(options.clock, options.watchdogMs ?? 30_000, () =>
      formatTree(inspectTree(this)),
    );
    this.nact = startNact();
  }

  /** Messages that reached nobody: sent to an actor that had ended, or in its mailbox when it did. */
  get deadLetters(): number {
    return this.lostMessages;
  }

  /**
   * Starts an actor without a supervisor. Throws what its `init` throws.
   *
   * @param name unique among the roots
   */
  spawn<P extends Protocol>(server: GenServer<P>, arg: P['arg'], name: string): Pid<P> {
    return this.startProcess(null, server, arg, name);
  }

  startProcess<P extends Protocol>(
    parent: Process | null,
    server: GenServer<P>,
    arg: P['arg'],
    name: string,
    lineage?: Lineage,
  ): Process<P> {
    return new Process<P>(this, parent, name, server, lineage).start(arg);
  }

  /** Resolves when no message and no piped promise is under way; rejects with NotQuiet when that takes too long. */
  quiesce(): Promise<void> {
    return this.inFlight.quiesce();
  }

  /** Ends an actor at once, as a crash from outside would: for tests and for an operator. */
  kill(pid: Pid, reason: ExitReason = 'killed'): void {
    if (pid.alive) this.counts.crashes.add(pid.kind);
    (pid as Process).exit(reason);
  }

  /** Stops every root in reverse order of its start, each within the time limit, then nact's system. */
  async stop(timeoutMs = SHUTDOWN_MS): Promise<void> {
    for (const root of [...this.roots.values()].toReversed()) await root.shutdown(timeoutMs);
    stopNact(this.nact);
  }

  // ---- sending

  call<P extends Protocol, K extends keyof Calls<P> & string>(
    to: Address<P>,
    key: K,
    arg: CallArg<P, K>,
    timeoutMs?: number,
  ): Promise<CallReply<P, K>> {
    return this.callFrom(null, to, key, arg, timeoutMs);
  }

  callFrom<P extends Protocol, K extends keyof Calls<P> & string>(
    caller: Process | null,
    to: Address<P>,
    key: K,
    arg: CallArg<P, K>,
    timeoutMs: number = CALL_TIMEOUT_MS,
  ): Promise<CallReply<P, K>> {
    return new Promise((resolve, reject) => {
      const callee = resolveAddress(to);
      if (caller !== null && !caller.alive)
        return reject(new CallFailed(caller.path, key, caller.reason ?? 'noproc'));
      if (callee === undefined) return reject(new CallFailed((to as { label: string }).label, key, 'noproc'));
      if (!callee.alive) return reject(new CallFailed(callee.path, key, callee.reason ?? 'noproc'));
      if (caller !== null && waitsFor(callee, caller))
        return reject(new CallFailed(callee.path, key, 'deadlock'));
      const call = new PendingCall<CallReply<P, K>>(
        callee,
        key,
        caller,
        this.clock.monotonicMs() + timeoutMs,
        resolve,
        reject,
      ) as PendingCall;
      callee.openCalls.add(call);
      this.openCalls.add(call);
      caller?.waitsFor.add(call);
      this.sweepLater();
      callee.deliver(new Envelope('call', key, arg, call));
    });
  }

  cast<P extends Protocol, K extends keyof Casts<P> & string>(
    to: Address<P>,
    key: K,
    arg: Casts<P>[K],
  ): boolean {
    return this.deliver(resolveAddress(to), new Envelope('cast', key, arg));
  }

  send<M>(to: Receiver<M>, message: M): boolean {
    return this.deliver(to as Process, new Envelope('info', '', message));
  }

  private deliver(process: Process | undefined, envelope: Envelope): boolean {
    if (process !== undefined) return process.deliver(envelope);
    this.deadLetter();
    return false;
  }

  private sweepLater(): void {
    if (this.sweeping) return;
    this.sweeping = true;
    this.clock.after(SWEEP_MS, () => {
      this.sweeping = false;
      const now = this.clock.monotonicMs();
      for (const call of this.openCalls) if (call.deadlineMs <= now) call.fail('timeout');
      if (this.openCalls.size > 0) this.sweepLater();
    });
  }

  // ---- for Process

  nextId(): number {
    return ++this.ids;
  }

  deadLetter(count = 1): void {
    this.lostMessages += count;
  }

  reportCrash(report: CrashReport): void {
    this.counts.crashes.add(report.pid.kind);
    tellOutside(() => this.options.onCrash?.(report));
  }

  reportRootExit(pid: Pid, reason: ExitReason): void {
    tellOutside(() => this.options.onRootExit?.(pid, reason));
  }
}

/** What a listener outside the actors throws must not upset the actor it hears of: it surfaces as an uncaught error. */
function tellOutside(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function resolveAddress<P extends Protocol>(to: Address<P>): Process | undefined {
  return to instanceof Process
    ? to
    : ((to as { whereis(): Pid<P> | undefined }).whereis() as Process | undefined);
}

/** Whether `process` waits, directly or through others, for `other` to answer; or is it. */
function waitsFor(process: Process, other: Process): boolean {
  if (process === other) return true;
  for (const call of process.waitsFor) if (waitsFor(call.callee, other)) return true;
  return false;
}
