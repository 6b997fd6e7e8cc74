import { describe, expect, it } from '@jest/globals';
import { countedExchange, PlacementCounts } from '../../src/exchange/counted-exchange.js';
import type { Exchange, PlaceOutcome } from '../../src/ports/exchange.js';
import { anOrder, decimal } from '../../src/testing/index.js';

const REQUEST = {
  symbol: 'XRPUSDT',
  side: 'BUY',
  price: decimal('1'),
  quantity: decimal('1'),
  clientOrderId: 'id',
} as const;

describe('countedExchange', () => {
  it('counts what became of placements, refusals by code, and passes everything on', async () => {
    const outcomes: (PlaceOutcome | Error)[] = [
      { kind: 'placed', order: anOrder() },
      { kind: 'rejected', code: -2010, reason: 'no' },
      { kind: 'rejected', code: -1013, reason: 'no' },
      { kind: 'rejected', code: -2010, reason: 'no' },
      { kind: 'rate-limited', retryAfterMs: 1 },
      { kind: 'outcome-unknown' },
      new Error('the exchange crashed'),
    ];
    const counts = new PlacementCounts();
    const left = [...outcomes];
    const inner = {
      placeOrder: () => {
        const next = left.shift();
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
      commissionRate: () => Promise.resolve(decimal('0.001')),
    } as unknown as Exchange;
    const exchange = countedExchange(inner, counts);
    for (const outcome of outcomes) {
      const placing = exchange.placeOrder(REQUEST);
      if (outcome instanceof Error) await expect(placing).rejects.toBe(outcome);
      else expect(await placing).toBe(outcome);
    }
    expect(Object.fromEntries(counts.byOutcome)).toEqual({
      placed: 1,
      rejected: 3,
      'rate-limited': 1,
      'outcome-unknown': 2,
    });
    expect(Object.fromEntries(counts.rejections)).toEqual({ '-2010': 2, '-1013': 1 });
    expect((await exchange.commissionRate('XRPUSDT'))?.toFixed()).toBe('0.001');
  });
});
