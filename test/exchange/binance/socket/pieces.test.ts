import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { backoffMs } from '../../../../src/exchange/binance/socket/backoff.js';
import { ConnectionBudget } from '../../../../src/exchange/binance/socket/connection-budget.js';
import { refusal } from '../../../../src/exchange/binance/socket/line-end.js';
import { PacedSends } from '../../../../src/exchange/binance/socket/paced-sends.js';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import { Random } from '../../../support/random.js';

describe('backoffMs', () => {
  it.each([
    [1, 250],
    [2, 500],
    [3, 1_000],
    [7, 16_000],
    [8, 30_000],
    [9, 30_000],
    [100_000, 30_000],
  ])('after %i failures is anything below %i ms', (failures, bound) => {
    expect(backoffMs(failures, () => 0)).toBe(0);
    expect(backoffMs(failures, () => 0.5)).toBe(bound / 2);
    expect(backoffMs(failures, () => 1 - Number.EPSILON)).toBe(bound - 1);
  });
});

describe('a connection budget', () => {
  it('lets no period of its length hold more attempts than it allows, whatever the pauses', () => {
    const clock = new SimClock();
    const budget = new ConnectionBudget(clock, { attempts: 30, periodMs: 5_000 });
    const random = new Random(7);
    const at: number[] = [];
    for (let step = 0; step < 2_000; step++) {
      if (budget.take() === 0) at.push(clock.monotonicMs());
      clock.advance(random.below(150));
    }
    const most = Math.max(...at.map((end) => at.filter((ms) => ms > end - 5_000 && ms <= end).length));
    expect(most).toBe(30);
  });

  it('says when the next attempt is allowed, and means it', () => {
    const clock = new SimClock();
    const budget = new ConnectionBudget(clock);
    for (let attempt = 0; attempt < 300; attempt++) {
      expect(budget.take()).toBe(0);
      clock.advance(10);
    }
    expect(budget.take()).toBe(297_000);
    clock.advance(296_999);
    expect(budget.waitMs()).toBe(1);
    clock.advance(1);
    expect([budget.take(), budget.take()]).toEqual([0, 10]);
  });

  it('allows none while the exchange wants none', () => {
    const clock = new SimClock();
    const budget = new ConnectionBudget(clock);
    budget.holdOff(60_000);
    budget.holdOff(1_000);
    expect(budget.take()).toBe(60_000);
    clock.advance(60_000);
    expect(budget.take()).toBe(0);
  });
});

describe('paced sends', () => {
  it('leave one by one, in order, and never sooner than the spacing', () => {
    const clock = new SimClock();
    const left: string[] = [];
    const sends = new PacedSends(clock, 250, (text) => left.push(`${clock.monotonicMs()} ${text}`));
    sends.send('a');
    expect(left).toEqual([]);
    sends.begin();
    for (const text of ['b', 'c', 'd']) sends.send(text);
    expect(sends.queued).toBe(3);
    clock.advance(600);
    sends.send('e');
    clock.advance(2_000);
    sends.send('f');
    expect(left).toEqual(['0 a', '250 b', '500 c', '750 d', '1000 e', '2600 f']);
  });

  it('leave no more once stopped', () => {
    const clock = new SimClock();
    const left: string[] = [];
    const sends = new PacedSends(clock, 250, (text) => left.push(text));
    sends.begin();
    sends.send('a');
    sends.send('b');
    sends.stop();
    sends.send('c');
    clock.advance(10_000);
    expect(left).toEqual(['a']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('refusal', () => {
  it.each([
    [429, '7', 7_000],
    [418, '120', 120_000],
    [503, '3', 3_000],
    [429, undefined, 60_000],
    [403, undefined, 60_000],
    [403, 'Wed, 21 Oct 2026 07:28:00 GMT', 60_000],
    [418, '999999999', 259_200_000],
    [503, undefined, 0],
    [404, undefined, 0],
  ])('with status %i and Retry-After %s wants us away for %i ms', (statusCode, retryAfter, stayAwayMs) => {
    const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    const end = refusal({ statusCode, headers } as IncomingMessage);
    expect(end).toMatchObject({ cause: 'refused', httpStatus: statusCode, stayAwayMs });
  });
});
