import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExchangeClock } from '../../../../src/exchange/binance/rest/exchange-clock.js';

describe('ExchangeClock', () => {
  it('knows nothing before the first sync', () => {
    const clock = new ExchangeClock();
    expect([clock.now(5), clock.timestamp(5), clock.isKnown, clock.isSynced]).toEqual([
      null,
      null,
      false,
      false,
    ]);
  });

  it('takes the answer for one of the middle of its round trip', () => {
    const clock = new ExchangeClock();
    expect(clock.sync(1_000_050, 100, 200)).toBe(true);
    expect(clock.now(200)).toBe(1_000_100);
    expect(clock.isSynced).toBe(true);
  });

  it('takes no answer that was so long under way that it says too little', () => {
    const clock = new ExchangeClock();
    expect(clock.sync(1_000, 0, 3_001)).toBe(false);
    expect(clock.isKnown).toBe(false);
    expect(clock.sync(1_000, 0, 3_000)).toBe(true);
  });

  it('never signs ahead of the exchange, nor further behind than the round trip, however that was divided', () => {
    const ms = fc.integer({ min: 0, max: 1_500 });
    fc.assert(
      fc.property(
        ms,
        ms,
        fc.integer({ min: 0, max: 10 ** 12 }),
        fc.integer({ min: 0, max: 10 ** 6 }),
        (there, back, aheadMs, laterMs) => {
          const clock = new ExchangeClock();
          const sentMs = 500;
          clock.sync(sentMs + there + aheadMs, sentMs, sentMs + there + back);
          const nowMs = sentMs + there + back + laterMs;
          const behindMs = nowMs + aheadMs - (clock.timestamp(nowMs) as number);
          expect(behindMs).toBeGreaterThanOrEqual(0);
          expect(behindMs).toBeLessThanOrEqual(there + back + 1);
          expect(Number.isSafeInteger(clock.timestamp(nowMs))).toBe(true);
        },
      ),
    );
  });
});
