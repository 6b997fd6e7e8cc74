import type { LimitInterval, RateLimit } from './api-types.js';

const INTERVAL_MS: Readonly<Record<LimitInterval, number>> = {
  SECOND: 1_000,
  MINUTE: 60_000,
  DAY: 24 * 60 * 60_000,
};

/** Counts per key in windows aligned to the clock: one of ten seconds begins at :00, :10 and so on, one of a day at 00:00 UTC. */
export class WindowCounter {
  readonly lengthMs: number;
  private readonly counts = new Map<string, { window: number; count: number }>();

  constructor(readonly limit: RateLimit) {
    this.lengthMs = INTERVAL_MS[limit.interval] * limit.intervalNum;
  }

  count(key: string, now: number): number {
    const kept = this.counts.get(key);
    return kept !== undefined && kept.window === this.windowOf(now) ? kept.count : 0;
  }

  add(key: string, amount: number, now: number): void {
    this.counts.set(key, { window: this.windowOf(now), count: this.count(key, now) + amount });
  }

  /** Takes back what was added at that time, not below zero; nothing when that window is over. */
  takeBack(key: string, amount: number, addedAt: number): void {
    const kept = this.counts.get(key);
    if (kept !== undefined && kept.window === this.windowOf(addedAt))
      kept.count = Math.max(0, kept.count - amount);
  }

  isOver(key: string, now: number): boolean {
    return this.count(key, now) > this.limit.limit;
  }

  /** When the window of that time ends, Unix milliseconds. */
  endOf(now: number): number {
    return (this.windowOf(now) + 1) * this.lengthMs;
  }

  private windowOf(now: number): number {
    return Math.floor(now / this.lengthMs);
  }
}
