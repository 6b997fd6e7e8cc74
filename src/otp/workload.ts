import type { ActorSystem } from './actor-system.js';
import type { Envelope } from './envelope.js';
import { Recent } from './recent.js';

/** The messages that one actor has been given and is not done with, and whether one of them is being handled. */
export class Workload {
  running = false;
  handled = 0;
  readonly lastMessages = new Recent<Envelope>();
  /** The running one included. nact shows its mailbox, but not that one. */
  private pending = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly system: ActorSystem,
    private readonly kind: string,
  ) {}

  /** Messages waiting, the running one not included. */
  get waiting(): number {
    return this.pending - (this.running ? 1 : 0);
  }

  add(): void {
    this.pending++;
    this.system.inFlight.add();
  }

  /** One message is done with. Nothing may be sent for it any more, or the system would look quiet too soon. */
  done(): void {
    this.running = false;
    if (this.idleWaiters.length > 0) this.wakeIdleWaiters();
    this.pending--;
    this.system.inFlight.done();
  }

  /**
   * The actor has ended. nact loses the mailbox of a stopped actor, so what was in it is counted off here. So is the message
   * being handled: a handler that waits for ever must not keep the system from becoming quiet, and a dead actor sends nothing.
   */
  drop(): void {
    this.system.deadLetter(this.waiting);
    this.system.counts.handledByEnded.add(this.kind, this.handled);
    this.system.inFlight.done(this.pending);
    this.pending = 0;
    this.running = false;
    this.wakeIdleWaiters();
  }

  /** Resolves when the running handler is done, or at the time limit. */
  untilIdle(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.system.clock.after(timeoutMs, resolve);
      this.idleWaiters.push(() => {
        cancel();
        resolve();
      });
    });
  }

  private wakeIdleWaiters(): void {
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const wake of waiters) wake();
  }
}
