import { Durations } from '../../../domain/durations.js';
import type { ExchangeClock } from './exchange-clock.js';
import type { RateLimits, Usage } from './rate-limits.js';

/** Requests that were sent to one endpoint and came to the same end. */
export interface RequestCount {
  /** `POST /api/v3/order` */
  readonly endpoint: string;
  readonly outcome: string;
  count: number;
}

/** What can be counted of the REST client, kept outside of it; for who looks on. */
export class RestFigures {
  readonly roundTrip = new Durations([5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 15_000]);
  private readonly counts = new Map<string, RequestCount>();
  private limits: RateLimits | null = null;
  private exchangeClock: ExchangeClock | null = null;

  /** Another incarnation of the client has begun. */
  follow(limits: RateLimits, exchangeClock: ExchangeClock): void {
    this.limits = limits;
    this.exchangeClock = exchangeClock;
  }

  note(endpoint: string, outcome: string, tookMs: number): void {
    const key = `${endpoint} ${outcome}`;
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { endpoint, outcome, count: 1 });
    else known.count++;
    this.roundTrip.note(tookMs);
  }

  get requests(): Iterable<Readonly<RequestCount>> {
    return this.counts.values();
  }

  /** @param monotonicMs now */
  usage(monotonicMs: number): readonly Usage[] {
    const nowMs = this.exchangeNow(monotonicMs);
    return nowMs === null ? [] : (this.limits?.usage(nowMs) ?? []);
  }

  /** Unix milliseconds on the exchange's clock; null until that is known. */
  exchangeNow(monotonicMs: number): number | null {
    return this.exchangeClock?.now(monotonicMs) ?? null;
  }
}
