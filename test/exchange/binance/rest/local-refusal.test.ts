import { describe, expect, it } from '@jest/globals';
import { localRefusal } from '../../../../src/exchange/binance/rest/local-refusal.js';
import { aSymbol, decimal } from '../../../../src/testing/index.js';

const REQUEST = {
  symbol: 'XRPUSDT',
  side: 'BUY',
  price: decimal('100'),
  quantity: decimal('2'),
  clientOrderId: 'hh1-1-B1',
} as const;

describe('an order that the rules exclude is refused without asking, and says why', () => {
  it.each([
    ...['HALT', 'BREAK', 'END_OF_DAY', 'CANCEL_ONLY', 'A_STATUS_TO_COME'].map((status) => ({
      what: status,
      info: aSymbol({ status }),
      code: -2010,
      reason: `Market is closed. (XRPUSDT has the status ${status})`,
    })),
    {
      what: 'no spot trading',
      info: aSymbol({ isSpotTradingAllowed: false }),
      code: -2010,
      reason: expect.stringContaining('XRPUSDT is not traded on the spot market'),
    },
    { what: 'an unknown symbol', info: undefined, code: -1121, reason: 'Invalid symbol.' },
    {
      what: 'a filter',
      info: aSymbol({ minNotional: '201' }),
      code: -1013,
      reason: 'Filter failure: MIN_NOTIONAL',
    },
  ])('$what', ({ info, code, reason }) => {
    expect(localRefusal(info, REQUEST)).toEqual({ kind: 'rejected', code, reason });
  });

  it('and one that they allow is not', () => {
    expect(localRefusal(aSymbol(), REQUEST)).toBeNull();
  });
});
