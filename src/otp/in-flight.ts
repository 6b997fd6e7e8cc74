import type { Clock } from '../ports/clock.js';

/** The system did not become quiet in time. The message holds the actor tree as it stood. */
export class NotQuiet extends Error {
  override readonly name = 'NotQuiet';
}

/**
 * Counts what is under way: a message from its sending to the end of its handler, and every piped promise. Zero means
 * that nothing will happen any more unless something comes from outside.
 */
export class InFlight {
  private count = 0;
  /** How often zero was reached; tells the watchdog that the system became quiet in between. */
  private quietTimes = 0;
  private waiters: { resolve: () => void; reject: (error: NotQuiet) => void }[] = [];
  private watching = false;

  constructor(
    private readonly clock: Clock,
    private readonly watchdogMs: number,
    private readonly dump: () => string,
  ) {}

  get size(): number {
    return this.count;
  }

  add(): void {
    this.count++;
  }

  done(messages = 1): void {
    this.count -= messages;
    if (this.count > 0) return;
    if (this.count < 0) throw new Error('more messages done than were sent');
    this.quietTimes++;
    if (this.waiters.length === 0) return;
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter.resolve();
  }

  /** Resolves at zero; rejects with NotQuiet when zero was not reached within one to two watchdog periods. */
  quiesce(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.watch();
    });
  }

  // One timer for all waiters: a replay waits a hundred thousand times a second.
  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    const quietTimes = this.quietTimes;
    this.clock.after(this.watchdogMs, () => {
      this.watching = false;
      if (this.waiters.length === 0) return;
      if (this.quietTimes !== quietTimes) return this.watch();
      const waiters = this.waiters;
      this.waiters = [];
      const error = new NotQuiet(
        `${this.count} messages still under way after ${this.watchdogMs} ms\n${this.dump()}`,
      );
      for (const waiter of waiters) waiter.reject(error);
    });
  }
}
