import type { UsageReport } from './usage-headers.js';

/** One of the exchange's limits: so much in each window. Windows are aligned to its clock; they do not slide. */
export interface RateLimit {
  readonly kind: 'weight' | 'requests' | 'orders';
  readonly windowMs: number;
  readonly limit: number;
}

/** How much of a limit is used up in the window that runs. */
export interface Usage extends RateLimit {
  readonly used: number;
}

/** In the order in which requests that wait are let through. */
export const PRIORITIES = ['cancel', 'look-up', 'order', 'backfill'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What a request uses up. */
export interface Cost {
  readonly priority: Priority;
  readonly weight: number;
  /** New orders in it. */
  readonly orders: number;
}

/**
 * How much of a limit each may use, in per cent. So cancels find room left whatever else is asked for, and orders when hundreds of
 * others are looked up at once.
 */
const SHARE_PERCENT: Readonly<Record<Priority, number>> = {
  cancel: 95,
  order: 80,
  'look-up': 75,
  backfill: 60,
};

/** Until the exchange has told its own. */
export const USUAL_LIMITS: readonly RateLimit[] = [
  { kind: 'weight', windowMs: 60_000, limit: 6_000 },
  { kind: 'orders', windowMs: 10_000, limit: 50 },
];

interface Window {
  readonly limit: RateLimit;
  /** Number of the window that is counted. */
  index: number;
  /** As the exchange counted last, and what was answered since without a count. */
  told: number;
  /** Sent and not answered. */
  underWay: number;
}

/** What a sent request is remembered by until it is answered. */
export interface Sent {
  readonly cost: Cost;
  readonly sentMs: number;
}

/**
 * How much of each limit is used up. Keeps what was sent below a share of it, so that the exchange never has to complain.
 * Times are the exchange's, Unix milliseconds.
 */
export class RateLimits {
  private windows: Window[] = [];
  private stoppedUntilMs = 0;
  private ordersStoppedUntilMs = 0;

  constructor(limits: readonly RateLimit[] = USUAL_LIMITS) {
    this.adopt(limits);
  }

  /** Takes over the limits that the exchange tells. What was counted of those that stay is kept. */
  adopt(limits: readonly RateLimit[]): void {
    const before = this.windows;
    this.windows = limits.map((limit) => {
      const same = before.find(
        ({ limit: old }) => old.kind === limit.kind && old.windowMs === limit.windowMs,
      );
      return { index: -1, told: 0, underWay: 0, ...same, limit };
    });
  }

  /** How long a request has to wait, were it the next; 0 when it may go. */
  waitMs(cost: Cost, nowMs: number): number {
    let untilMs = this.stoppedUntilMs;
    if (cost.orders > 0) untilMs = Math.max(untilMs, this.ordersStoppedUntilMs);
    for (const window of this.windows) {
      const amount = amountOf(cost, window.limit);
      if (amount === 0) continue;
      roll(window, nowMs);
      const used = window.told + window.underWay;
      const room = Math.floor((window.limit.limit * SHARE_PERCENT[cost.priority]) / 100) - used;
      // Into an empty window goes even what is above its share: it would wait for ever.
      if (amount > room && used > 0) untilMs = Math.max(untilMs, (window.index + 1) * window.limit.windowMs);
    }
    return Math.max(0, untilMs - nowMs);
  }

  sent(cost: Cost, nowMs: number): Sent {
    for (const window of this.windows) {
      roll(window, nowMs);
      window.underWay += amountOf(cost, window.limit);
    }
    return { cost, sentMs: nowMs };
  }

  /** @param usage what the answer told; nothing when there was none */
  answered({ cost, sentMs }: Sent, usage: readonly UsageReport[], nowMs: number): void {
    for (const window of this.windows) {
      const { kind, windowMs } = window.limit;
      const amount = amountOf(cost, window.limit);
      roll(window, nowMs);
      window.underWay = Math.max(0, window.underWay - amount);
      const report = usage.find((told) => told.kind === kind && told.windowMs === windowMs);
      // Told of a window that may have ended meanwhile, a count says nothing of this one.
      if (report !== undefined && indexOf(sentMs, windowMs) === window.index) window.told = report.count;
      else window.told += amount;
    }
  }

  /** Lets nothing through for so long. */
  stop(waitMs: number, nowMs: number): void {
    this.stoppedUntilMs = Math.max(this.stoppedUntilMs, nowMs + waitMs);
  }

  /** @param waitMs null: until the shortest window of the order limits ends */
  stopOrders(waitMs: number | null, nowMs: number): void {
    const windows = this.windows
      .filter(({ limit }) => limit.kind === 'orders')
      .map(({ limit }) => limit.windowMs);
    const shortest = windows.length === 0 ? ORDERS_PAUSE_MS : Math.min(...windows);
    const untilMs = waitMs === null ? (indexOf(nowMs, shortest) + 1) * shortest : nowMs + waitMs;
    this.ordersStoppedUntilMs = Math.max(this.ordersStoppedUntilMs, untilMs);
  }

  /** The exchange's time has become known better, and differs by so much from what was taken for it. */
  timeMoved(byMs: number): void {
    this.stoppedUntilMs += byMs;
    this.ordersStoppedUntilMs += byMs;
  }

  usage(nowMs: number): readonly Usage[] {
    return this.windows.map((window) => {
      roll(window, nowMs);
      return { ...window.limit, used: window.told + window.underWay };
    });
  }

  inspect(nowMs: number): Readonly<Record<string, string | number>> {
    const used = this.usage(nowMs).map(({ kind, windowMs, used: so, limit }) => [
      `${kind}/${windowMs / 1_000}s`,
      `${so} of ${limit}`,
    ]);
    return {
      ...Object.fromEntries(used),
      stoppedForMs: Math.max(0, this.stoppedUntilMs - nowMs),
      ordersStoppedForMs: Math.max(0, this.ordersStoppedUntilMs - nowMs),
    };
  }
}

const ORDERS_PAUSE_MS = 10_000;

const indexOf = (timeMs: number, windowMs: number): number => Math.floor(timeMs / windowMs);

/** Begins to count anew when a new window has begun. What is under way may still count in it. */
function roll(window: Window, nowMs: number): void {
  const index = indexOf(nowMs, window.limit.windowMs);
  if (index === window.index) return;
  window.index = index;
  window.told = 0;
}

function amountOf({ weight, orders }: Cost, { kind }: RateLimit): number {
  switch (kind) {
    case 'weight':
      return weight;
    case 'requests':
      return 1;
    case 'orders':
      return orders;
  }
}
