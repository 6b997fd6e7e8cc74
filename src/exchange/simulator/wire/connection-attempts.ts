import type { Clock } from '../../../ports/clock.js';
import { SlidingRate } from './sliding-rate.js';

const PERIOD_MS = 5 * 60_000;

/** Attempts of an address to connect within five minutes, market streams and WebSocket API together. */
export const MOST_ATTEMPTS = 300;

/** Counts the attempts of each address to connect. */
export class ConnectionAttempts {
  private readonly rates = new Map<string, SlidingRate>();

  constructor(
    private readonly clock: Clock,
    private readonly most: number,
  ) {}

  /** Whether the address may make one more now. */
  admits(client: string): boolean {
    const nowMs = this.clock.monotonicMs();
    for (const [known, rate] of this.rates) if (rate.isIdle(nowMs)) this.rates.delete(known);
    const rate = this.rates.get(client) ?? new SlidingRate(this.most, PERIOD_MS);
    this.rates.set(client, rate);
    return rate.admits(nowMs);
  }
}
