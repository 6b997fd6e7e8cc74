import type { Clock } from '../../../ports/clock.js';
import type { LimitInterval, RateLimit, RateLimitCount, Via } from './api-types.js';
import { Refusal } from './refusal.js';
import { WindowCounter } from './window-counter.js';

/** How much is allowed, and what comes of going over it. */
export interface LimitSettings {
  readonly limits: readonly RateLimit[];
  /** Requests over the limit of a window that are only refused; whoever goes on after them is banned. */
  readonly refusedBeforeBan: number;
  /** The first ban; each further one is twice as long as the one before, up to the longest. */
  readonly firstBanMs: number;
  readonly longestBanMs: number;
  /** How far the first fill of an order counts down the unfilled orders. */
  readonly creditAsTaker: number;
  readonly creditAsMaker: number;
}

/** As of 2026-07. */
export const BINANCE_LIMITS: LimitSettings = {
  limits: [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 50 },
    { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 160_000 },
    { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300_000 },
  ],
  refusedBeforeBan: 20,
  firstBanMs: 2 * 60_000,
  longestBanMs: 3 * 24 * 60 * 60_000,
  creditAsTaker: 1,
  creditAsMaker: 5,
};

interface Offender {
  /** Start of the window in which the refusals were. */
  window: number;
  refusals: number;
  bans: number;
  bannedUntil: number;
}

/** Request weight and request count of each address, and the unfilled orders of each account. */
export class RateLimits {
  private readonly counters: readonly WindowCounter[];
  private readonly offenders = new Map<string, Offender>();

  constructor(
    private readonly settings: LimitSettings,
    private readonly clock: Clock,
  ) {
    this.counters = settings.limits.map((limit) => new WindowCounter(limit));
  }

  get limits(): readonly RateLimit[] {
    return this.settings.limits;
  }

  /** Takes the weight of a request. Throws a Refusal with 429 over a limit, and with 418 for whoever goes on after that. */
  charge(client: string, weight: number, via: Via): void {
    const now = this.clock.wallMs();
    this.refuseBanned(client, now);
    const raw = via === 'rest' ? this.of('RAW_REQUESTS') : [];
    for (const counter of raw) counter.add(client, 1, now);
    for (const counter of this.of('REQUEST_WEIGHT')) counter.add(client, weight, now);
    const over = [...raw, ...this.of('REQUEST_WEIGHT')].find((counter) => counter.isOver(client, now));
    if (over === undefined) return;
    this.countRefusal(client, over, now);
    this.refuseBanned(client, now);
    throw new Refusal(-1003, overLimit(over.limit), 429, over.endOf(now));
  }

  /** Gives back what was charged at that time, because what was asked for turned out to be free. */
  refund(client: string, weight: number, chargedAt: number): void {
    for (const counter of this.of('REQUEST_WEIGHT')) counter.takeBack(client, weight, chargedAt);
  }

  /**
   * Counts an order about to be placed, or throws a Refusal with 429.
   *
   * @returns gives the count back, when the order is not accepted
   */
  reserveOrder(account: string): () => void {
    const now = this.clock.wallMs();
    // The longest first: when the day is used up, the seconds are not counted on.
    const counters = this.of('ORDERS').toSorted((a, b) => b.lengthMs - a.lengthMs);
    const full = counters.find((counter) => counter.count(account, now) >= counter.limit.limit);
    if (full !== undefined) {
      const { limit } = full;
      throw new Refusal(
        -1015,
        `Too many new orders; current limit is ${limit.limit} orders per ${intervalName(limit)}.`,
        429,
        full.endOf(now),
      );
    }
    for (const counter of counters) counter.add(account, 1, now);
    return () => {
      for (const counter of counters) counter.takeBack(account, 1, now);
    };
  }

  /** The first fill of an order: it is no unfilled order any more. */
  credit(account: string, as: 'maker' | 'taker'): void {
    const now = this.clock.wallMs();
    const credit = as === 'maker' ? this.settings.creditAsMaker : this.settings.creditAsTaker;
    for (const counter of this.of('ORDERS')) counter.takeBack(account, credit, now);
  }

  weightCounts(client: string): readonly RateLimitCount[] {
    return this.countsOf('REQUEST_WEIGHT', client);
  }

  orderCounts(account: string): readonly RateLimitCount[] {
    return this.countsOf('ORDERS', account);
  }

  private countsOf(type: RateLimit['rateLimitType'], key: string): RateLimitCount[] {
    const now = this.clock.wallMs();
    return this.of(type).map((counter) => ({ ...counter.limit, count: counter.count(key, now) }));
  }

  private of(type: RateLimit['rateLimitType']): WindowCounter[] {
    return this.counters.filter(({ limit }) => limit.rateLimitType === type);
  }

  private countRefusal(client: string, over: WindowCounter, now: number): void {
    const offender = this.offenders.get(client) ?? { window: -1, refusals: 0, bans: 0, bannedUntil: 0 };
    this.offenders.set(client, offender);
    const window = over.endOf(now) - over.lengthMs;
    if (offender.window !== window) Object.assign(offender, { window, refusals: 0 });
    if (++offender.refusals <= this.settings.refusedBeforeBan) return;
    const { firstBanMs, longestBanMs } = this.settings;
    offender.bannedUntil = now + Math.min(longestBanMs, firstBanMs * 2 ** offender.bans++);
    offender.refusals = 0;
  }

  private refuseBanned(client: string, now: number): void {
    const until = this.offenders.get(client)?.bannedUntil ?? 0;
    if (until <= now) return;
    const msg =
      `Way too much request weight used; IP banned until ${until}. ` +
      'Please use WebSocket Streams for live updates to avoid bans.';
    throw new Refusal(-1003, msg, 418, until);
  }
}

const intervalName = ({ intervalNum, interval }: { intervalNum: number; interval: LimitInterval }): string =>
  `${intervalNum} ${interval}`;

const overLimit = (limit: RateLimit): string =>
  limit.rateLimitType === 'RAW_REQUESTS'
    ? `Too many requests; current limit is ${limit.limit} requests per ${intervalName(limit)}.`
    : `Too much request weight used; current limit is ${limit.limit} request weight per ${intervalName(limit)}. ` +
      'Please use WebSocket Streams for live updates to avoid polling the API.';
