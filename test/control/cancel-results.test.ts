import { describe, expect, it } from '@jest/globals';
import { cancelledBy } from '../../src/control/cancel-results.js';
import type { Order } from '../../src/domain/order.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import type { CancelOutcome, LookupOutcome } from '../../src/ports/exchange.js';
import { aLog } from '../support/log.js';
import { anOrder } from '../support/market.js';

const resting = (orderId: number): Order => anOrder({ orderId, clientOrderId: `hh-${orderId}-B1` });
const [first, second, third] = [resting(1), resting(2), resting(3)];
const orders = [first, second, third];
const cancelled = (order: Order): Order => ({ ...order, status: 'CANCELED' });
const TIMES = { beginByMs: 10_000, answerByMs: 18_000 };

interface Answered<Outcome> {
  readonly afterMs: number;
  readonly with: Outcome;
}

/** Cancels them on an exchange that answers as it is told to, by order id; other cancels succeed, other look-ups never end. */
async function cancelAll(
  cancels: Readonly<Record<number, Answered<CancelOutcome>>>,
  looks: Readonly<Record<number, Answered<LookupOutcome>>> = {},
) {
  const clock = new SimClock();
  const asked: string[] = [];
  const answer = <T>(given: Answered<T> | undefined): Promise<T> =>
    new Promise((resolve) => {
      if (given !== undefined) clock.after(given.afterMs, () => resolve(given.with));
    });
  const { entries, ...log } = aLog();
  const idOf = (key: object): number => (key as { readonly orderId: number }).orderId;
  const exchange = {
    cancelOrder(_symbol: string, key: object): Promise<CancelOutcome> {
      const orderId = idOf(key);
      asked.push(`cancel ${orderId} at ${clock.monotonicMs()}`);
      const order = cancelled(orders[orderId - 1] ?? first);
      return answer(cancels[orderId] ?? { afterMs: 1, with: { kind: 'cancelled', order } });
    },
    getOrder(_symbol: string, key: object): Promise<LookupOutcome> {
      asked.push(`look ${idOf(key)} at ${clock.monotonicMs()}`);
      return answer(looks[idOf(key)]);
    },
  };
  const cancelling = cancelledBy({ clock, log, exchange }, orders, TIMES);
  const ended: number[] = [];
  void cancelling.then(() => ended.push(clock.monotonicMs()));
  while (ended.length === 0 && clock.monotonicMs() < 40_000) {
    await new Promise((resolve) => setImmediate(resolve));
    if (ended.length === 0) clock.advance(100);
  }
  expect(ended[0]).toBeLessThanOrEqual(TIMES.answerByMs + 100);
  const results = await cancelling;
  return { outcomes: results.map(({ outcome }) => outcome), results, asked, entries };
}

describe('the results of cancels', () => {
  it('are in the order of the orders, each of which is cancelled after the one before', async () => {
    const { outcomes, asked, entries } = await cancelAll({
      1: { afterMs: 500, with: { kind: 'cancelled', order: cancelled(first) } },
    });
    expect(outcomes).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(asked).toEqual(['cancel 1 at 0', 'cancel 2 at 500', 'cancel 3 at 600']);
    expect(entries.map(({ message }) => message)).toEqual(
      orders.map(({ clientOrderId }) => `control: order ${clientOrderId} is cancelled`),
    );
  });

  it('tell of a slow cancel, after which no other is begun', async () => {
    const { outcomes, results, asked } = await cancelAll({
      2: { afterMs: 12_000, with: { kind: 'cancelled', order: cancelled(second) } },
    });
    expect(outcomes).toEqual(['cancelled', 'cancelled', 'open']);
    expect(results[2]).toMatchObject({
      clientOrderId: third.clientOrderId,
      status: 'NEW',
      reason: 'it was not tried for want of time: the exchange was not asked to cancel it',
    });
    expect(asked).not.toContainEqual(expect.stringContaining(' 3 '));
  });

  it('do not wait for an answer that comes too late, and say that the cancel may take effect yet', async () => {
    const { outcomes, results, asked } = await cancelAll({
      1: { afterMs: 20_000, with: { kind: 'cancelled', order: cancelled(first) } },
    });
    expect(outcomes).toEqual(['unknown', 'open', 'open']);
    expect(results[0]?.reason).toBe('the exchange has not answered yet; the cancel may take effect yet');
    expect(asked).toEqual(['cancel 1 at 0']);
  });

  it('do not wait for a look-up that does not end, which keeps no other order from being cancelled', async () => {
    const { outcomes, results, asked } = await cancelAll({
      1: { afterMs: 1_000, with: { kind: 'outcome-unknown' } },
    });
    expect(outcomes).toEqual(['unknown', 'cancelled', 'cancelled']);
    expect(results[0]?.reason).toBe('the exchange does not tell what became of it');
    expect(asked.toSorted()).toEqual([
      'cancel 1 at 0',
      'cancel 2 at 1000',
      'cancel 3 at 1100',
      'look 1 at 1000',
    ]);
  });

  it('look again for as long as there is time', async () => {
    const { outcomes, asked } = await cancelAll(
      { 3: { afterMs: 100, with: { kind: 'outcome-unknown' } } },
      { 3: { afterMs: 100, with: { kind: 'unavailable', retryAfterMs: 4_900 } } },
    );
    expect(outcomes).toEqual(['cancelled', 'cancelled', 'unknown']);
    expect(asked.filter((line) => line.startsWith('look'))).toHaveLength(4);
  });
});
