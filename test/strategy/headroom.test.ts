import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CycleTerms, decide } from '../../src/strategy/decide.js';
import { FLAT, type Position } from '../../src/strategy/position.js';
import { anExecutionReport, aSymbol, aTradeEvent, someSettings } from '../../src/testing/index.js';
import { priceUnits, scaled, settings, stepUnits } from '../support/arbitraries.js';

const terms = (fields: Partial<CycleTerms>): CycleTerms => ({
  settings: someSettings(),
  info: aSymbol(),
  clientOrderId: (side, attempt) => `test-1-${side}${attempt}`,
  ...fields,
});

const firstStep = (by: CycleTerms, price: string): Position =>
  decide(FLAT, aTradeEvent({ price }), by).position;

// 200 a chunk, so 2 XRP at 100. The fee of 0.1 % leaves 1.998 of it, of which the step of 0.1 leaves 1.9.
describe('a buy leaves room for what the fee and the step take', () => {
  it.each([
    { name: 'worth the least notional to the cent', profit: '0.01', minNotional: '192.28', phase: 'buying' },
    { name: 'a cent short of it', profit: '0.01', minNotional: '192.29', phase: 'buy-parked' },
    { name: 'as much as may be bought at the least', minNotional: '200', phase: 'buy-parked' },
    { name: 'the least lot', minQty: '1.9', phase: 'buying' },
    { name: 'a step short of it', minQty: '2', phase: 'buy-parked' },
    { name: 'the least lot, of which no fee is taken', minQty: '2', fee: '0', phase: 'buying' },
  ])(
    'what is left is $name',
    ({ phase, profit = '0.01', fee = '0.001', minNotional = '0', minQty = '0' }) => {
      const by = terms({
        settings: someSettings({ fee, profitInterval: profit }),
        info: aSymbol({ minNotional, minQty }),
      });
      expect(firstStep(by, '100').phase).toBe(phase);
    },
  );

  it('and says what to do where there is none', () => {
    const by = terms({ settings: someSettings({ fee: '0.001' }), info: aSymbol({ minQty: '2' }) });
    expect(firstStep(by, '100')).toMatchObject({
      phase: 'buy-parked',
      why: { code: null, reason: expect.stringMatching(/too little to be sold again.*larger budget/) },
    });
  });

  it('so that what was bought whole, at the expected fee, never ends as dust', () => {
    const rules = fc.record({
      tick: stepUnits,
      step: stepUnits,
      minQty: fc.bigInt({ min: 0n, max: 10n ** 12n }),
      minNotional: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    });
    fc.assert(
      fc.property(settings, rules, priceUnits, (set, { tick, step, minQty, minNotional }, price) => {
        const info = aSymbol({
          tickSize: scaled(tick, 8).toFixed(),
          stepSize: scaled(step, 8).toFixed(),
          minQty: scaled(minQty, 8).toFixed(),
          minNotional: scaled(minNotional, 8).toFixed(),
          ...{ minPrice: '0', maxPrice: '0', maxQty: '0' },
        });
        const by = terms({ settings: set, info });
        const position = firstStep(by, scaled(price, 8).toFixed());
        if (position.phase !== 'buying') return;
        const { quantity, price: bought, clientOrderId } = position.buy.request;
        const report = {
          ...anExecutionReport({ clientOrderId, executionType: 'TRADE', orderStatus: 'FILLED', tradeId: 7 }),
          ...{ lastPrice: bought, lastQuantity: quantity, cumulativeQuantity: quantity },
          ...{ commission: quantity.times(set.fee), commissionAsset: 'XRP' },
        };
        expect(decide(position, report, by).position.phase).not.toBe('closed');
      }),
      { numRuns: 500 },
    );
  });
});
