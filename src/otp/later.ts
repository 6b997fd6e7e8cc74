import type { Process } from './process.js';
import { toError } from './to-error.js';

/** What an actor has arranged to come back to it as a message: timers and piped promises. All forgotten when it ends. */
export class Later {
  private readonly timers = new Set<() => void>();
  /** Promises not settled yet. */
  private piped = 0;

  constructor(private readonly owner: Process) {}

  sendAfter(delayMs: number, message: unknown): () => void {
    // Killed while its handler waited.
    if (!this.owner.alive) return () => undefined;
    const cancelTimer = this.owner.system.clock.after(delayMs, () => {
      this.timers.delete(cancelTimer);
      this.owner.send(this.owner, message);
    });
    this.timers.add(cancelTimer);
    return () => {
      this.timers.delete(cancelTimer);
      cancelTimer();
    };
  }

  pipe<T>(promise: Promise<T>, onValue: (value: T) => unknown, onError: (error: unknown) => unknown): void {
    if (this.owner.alive) {
      this.piped++;
      this.owner.system.inFlight.add();
    }
    void promise.then(
      (value) => this.settled(() => onValue(value)),
      (error: unknown) => this.settled(() => onError(error)),
    );
  }

  private settled(toMessage: () => unknown): void {
    const { owner } = this;
    // It was counted off when the actor ended.
    if (!owner.alive) return;
    let message: unknown;
    try {
      message = toMessage();
    } catch (thrown) {
      const error = toError(thrown);
      owner.system.reportCrash({ pid: owner, during: 'a piped result', error, late: false });
      owner.exit(error);
      return;
    }
    if (!owner.send(owner, message)) return;
    this.piped--;
    owner.system.inFlight.done();
  }

  ownerEnded(): void {
    for (const cancelTimer of this.timers) cancelTimer();
    this.timers.clear();
    this.owner.system.inFlight.done(this.piped);
    this.piped = 0;
  }
}
