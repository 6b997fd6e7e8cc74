import { describe, expect, it } from '@jest/globals';
import {
  type Cost,
  type Priority,
  type RateLimit,
  RateLimits,
  type Sent,
} from '../../../../src/exchange/binance/rest/rate-limits.js';
import { Random } from '../../../support/random.js';

const WEIGHT: RateLimit = { kind: 'weight', windowMs: 60_000, limit: 1_000 };
const ORDERS: RateLimit = { kind: 'orders', windowMs: 10_000, limit: 50 };
const cost = (weight: number, priority: Priority = 'look-up', orders = 0): Cost => ({
  weight,
  priority,
  orders,
});
const told = (count: number, { kind, windowMs }: RateLimit = WEIGHT) => [
  { kind: kind === 'orders' ? ('orders' as const) : ('weight' as const), windowMs, count },
];

describe('RateLimits', () => {
  it('holds back what would go above 75 % of the weight, until the window of the exchange ends', () => {
    const limits = new RateLimits([WEIGHT]);
    limits.answered(limits.sent(cost(1), 61_000), told(730), 62_000);
    expect(limits.waitMs(cost(20), 62_000)).toBe(0);
    expect(limits.waitMs(cost(21), 62_000)).toBe(58_000);
    expect(limits.waitMs(cost(21), 120_000)).toBe(0);
  });

  it('leaves room for cancels above that, and holds backfills back before', () => {
    const limits = new RateLimits([WEIGHT]);
    limits.answered(limits.sent(cost(1), 0), told(600), 0);
    expect(limits.waitMs(cost(1, 'backfill'), 0)).toBe(60_000);
    expect(limits.waitMs(cost(1), 0)).toBe(0);
    limits.answered(limits.sent(cost(1), 0), told(800), 0);
    expect(limits.waitMs(cost(1), 0)).toBe(60_000);
    expect(limits.waitMs(cost(1, 'order', 1), 0)).toBe(60_000);
    expect(limits.waitMs(cost(1, 'cancel'), 0)).toBe(0);
    limits.answered(limits.sent(cost(1), 0), told(950), 0);
    expect(limits.waitMs(cost(1, 'cancel'), 0)).toBe(60_000);
  });

  it('leaves room for orders, however many are looked up at once', () => {
    const limits = new RateLimits();
    let asked = 0;
    // 500 working orders, each looked up with its fills.
    for (; asked < 1_000 && limits.waitMs(cost(asked % 2 === 0 ? 4 : 5), 0) === 0; asked++)
      limits.sent(cost(asked % 2 === 0 ? 4 : 5), 0);
    for (const kind of ['order', 'cancel'] as const)
      for (let count = 0; count < 40; count++) {
        expect(limits.waitMs(cost(1, kind, kind === 'order' ? 1 : 0), 0)).toBe(0);
        limits.sent(cost(1, kind, kind === 'order' ? 1 : 0), 0);
      }
    expect(asked).toBe(1_000);
    for (; limits.waitMs(cost(4), 0) === 0; asked++) limits.sent(cost(4), 0);
    expect(limits.waitMs(cost(1, 'cancel'), 0)).toBe(0);
  });

  it('counts what is under way, and what was answered without a count', () => {
    const limits = new RateLimits([WEIGHT]);
    const first = limits.sent(cost(400), 0);
    limits.sent(cost(400), 0);
    expect(limits.waitMs(cost(1), 0)).toBe(60_000);
    limits.answered(first, [], 10);
    expect(limits.waitMs(cost(1), 10)).toBe(59_990);
    // What is under way may still count in the next window.
    expect(limits.waitMs(cost(350), 60_000)).toBe(0);
    expect(limits.waitMs(cost(351), 60_000)).toBe(60_000);
  });

  it('believes the exchange, which counts a placed order as nothing', () => {
    const limits = new RateLimits([WEIGHT]);
    for (let count = 0; count < 900; count++)
      limits.answered(limits.sent(cost(1, 'order', 1), 0), told(0), 0);
    expect(limits.waitMs(cost(1), 0)).toBe(0);
  });

  it('does not take the count of a window that is over for that of the next', () => {
    const limits = new RateLimits([WEIGHT]);
    limits.answered(limits.sent(cost(1), 59_900), told(800), 60_100);
    expect(limits.waitMs(cost(749), 60_100)).toBe(0);
    expect(limits.waitMs(cost(750), 60_100)).toBe(59_900);
  });

  it('lets through what costs more than its share when nothing else was asked', () => {
    const limits = new RateLimits([{ ...WEIGHT, limit: 10 }]);
    expect(limits.waitMs(cost(20), 0)).toBe(0);
    limits.sent(cost(1), 0);
    expect(limits.waitMs(cost(20), 0)).toBe(60_000);
  });

  it('stops new orders at 80 % of their limit, and nothing else', () => {
    const limits = new RateLimits([WEIGHT, ORDERS]);
    limits.answered(limits.sent(cost(1, 'order', 1), 3_000), told(40, ORDERS), 3_000);
    expect(limits.waitMs(cost(1, 'order', 1), 3_000)).toBe(7_000);
    expect(limits.waitMs(cost(4), 3_000)).toBe(0);
    expect(limits.waitMs(cost(1, 'cancel'), 3_000)).toBe(0);
    expect(limits.waitMs(cost(1, 'order', 1), 10_000)).toBe(0);
  });

  it('stops everything for as long as it is told, cancels too', () => {
    const limits = new RateLimits([WEIGHT]);
    limits.stop(5_000, 1_000);
    limits.stop(1_000, 1_000);
    expect(limits.waitMs(cost(1, 'cancel'), 2_000)).toBe(4_000);
    expect(limits.waitMs(cost(1, 'cancel'), 6_000)).toBe(0);
  });

  it('stops orders until the shortest window ends, or as long as it is told', () => {
    const limits = new RateLimits([WEIGHT, { ...ORDERS, windowMs: 86_400_000 }, ORDERS]);
    limits.stopOrders(null, 12_000);
    expect(limits.waitMs(cost(1, 'order', 1), 12_000)).toBe(8_000);
    expect(limits.waitMs(cost(1, 'cancel'), 12_000)).toBe(0);
    limits.stopOrders(30_000, 12_000);
    expect(limits.waitMs(cost(1, 'order', 1), 12_000)).toBe(30_000);
  });

  it('counts requests that weigh nothing, where there is a limit of requests', () => {
    const limits = new RateLimits([{ kind: 'requests', windowMs: 60_000, limit: 10 }]);
    for (let count = 0; count < 8; count++) limits.answered(limits.sent(cost(0), 0), [], 0);
    expect(limits.waitMs(cost(0), 0)).toBe(60_000);
  });

  it('keeps its counts when the exchange tells its limits again', () => {
    const limits = new RateLimits([WEIGHT]);
    limits.answered(limits.sent(cost(1), 0), told(280), 0);
    limits.adopt([{ ...WEIGHT, limit: 400 }, ORDERS]);
    expect(limits.waitMs(cost(21), 0)).toBe(60_000);
    expect(limits.waitMs(cost(20), 0)).toBe(0);
  });

  it('keeps to its stops when the time of the exchange becomes known', () => {
    const limits = new RateLimits([WEIGHT]);
    limits.stop(5_000, 1_000);
    limits.timeMoved(-500);
    expect(limits.waitMs(cost(1), 500)).toBe(5_000);
  });

  it.each([1, 2, 3, 4, 5])('is never told that it has gone above the limit (seed %i)', (seed) => {
    const random = new Random(seed);
    const limits = new RateLimits([WEIGHT, ORDERS]);
    const exchange = { window: -1, weight: 0, tenSeconds: -1, orders: 0 };
    const underWay: { readonly sent: Sent; readonly arriveMs: number }[] = [];
    const worst = { weight: 0, orders: 0 };
    let cancelsHeldBack = 0;
    for (let nowMs = 0; nowMs < 600_000; nowMs += 1 + random.below(60)) {
      for (let index = underWay.length - 1; index >= 0; index--) {
        const { sent, arriveMs } = underWay[index] as (typeof underWay)[number];
        if (arriveMs > nowMs) continue;
        underWay.splice(index, 1);
        const window = Math.floor(arriveMs / 60_000);
        if (window !== exchange.window) Object.assign(exchange, { window, weight: 0 });
        const tenSeconds = Math.floor(arriveMs / 10_000);
        if (tenSeconds !== exchange.tenSeconds) Object.assign(exchange, { tenSeconds, orders: 0 });
        exchange.weight += sent.cost.weight;
        exchange.orders += sent.cost.orders;
        worst.weight = Math.max(worst.weight, exchange.weight);
        worst.orders = Math.max(worst.orders, exchange.orders);
        limits.answered(
          sent,
          random.chance(0.9) ? [...told(exchange.weight), ...told(exchange.orders, ORDERS)] : [],
          nowMs,
        );
      }
      const priority = random.chance(0.05)
        ? 'cancel'
        : random.pick(['look-up', 'order', 'backfill'] as const);
      const next =
        priority === 'order' ? cost(1, priority, 1) : cost(priority === 'cancel' ? 1 : 25, priority);
      if (limits.waitMs(next, nowMs) === 0)
        underWay.push({ sent: limits.sent(next, nowMs), arriveMs: nowMs + random.below(40) });
      else if (priority === 'cancel') cancelsHeldBack++;
    }
    expect(worst.weight).toBeLessThanOrEqual(1_000);
    expect(worst.orders).toBeLessThanOrEqual(50);
    // It asked for more than there is.
    expect(worst.weight).toBeGreaterThan(700);
    expect(worst.orders).toBeGreaterThan(30);
    expect(cancelsHeldBack).toBe(0);
  });
});
