import type { Clock } from '../../../ports/clock.js';

export interface BudgetLimits {
  /** Most attempts within any period; default 300. */
  readonly attempts?: number;
  /** Default five minutes. */
  readonly periodMs?: number;
}

/**
 * Attempts to connect of all sockets that share an address of ours: the exchange counts them together and bans who makes too
 * many.
 *
 * @see Binance spot docs, web-socket-streams.md, limits: 300 attempts per 5 minutes per IP (read 2026-07)
 */
export class ConnectionBudget {
  private readonly attempts: number;
  private readonly periodMs: number;
  /** Monotonic times of the attempts of the last period, oldest first. */
  private readonly taken: number[] = [];
  private heldOffUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    { attempts = 300, periodMs = 300_000 }: BudgetLimits = {},
  ) {
    this.attempts = attempts;
    this.periodMs = periodMs;
  }

  /** Milliseconds until an attempt is allowed; 0 for now. */
  waitMs(): number {
    const nowMs = this.clock.monotonicMs();
    while (this.taken[0] !== undefined && nowMs - this.taken[0] >= this.periodMs) this.taken.shift();
    const oldestMs = this.taken.length < this.attempts ? undefined : this.taken[0];
    const fullMs = oldestMs === undefined ? 0 : oldestMs + this.periodMs - nowMs;
    return Math.max(0, fullMs, this.heldOffUntilMs - nowMs);
  }

  /** Counts an attempt when one is allowed now, and answers as `waitMs` would have before. */
  take(): number {
    const waitMs = this.waitMs();
    if (waitMs === 0) this.taken.push(this.clock.monotonicMs());
    return waitMs;
  }

  /** The exchange told one socket to stay away; it means all of them. */
  holdOff(ms: number): void {
    this.heldOffUntilMs = Math.max(this.heldOffUntilMs, this.clock.monotonicMs() + ms);
  }
}
