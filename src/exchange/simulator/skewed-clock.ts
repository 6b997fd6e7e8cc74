import type { Clock } from '../../ports/clock.js';

/** A clock whose time of day is wrong by as much as it is told, as a fault. Timers are not touched by it. */
export class SkewedClock implements Clock {
  /** Milliseconds ahead of the clock behind it; negative: behind. */
  skewMs = 0;

  constructor(private readonly clock: Clock) {}

  wallMs(): number {
    return this.clock.wallMs() + this.skewMs;
  }

  monotonicMs(): number {
    return this.clock.monotonicMs();
  }

  after(delayMs: number, run: () => void): () => void {
    return this.clock.after(delayMs, run);
  }
}
