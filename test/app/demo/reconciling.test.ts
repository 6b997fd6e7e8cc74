import { describe, expect, it } from '@jest/globals';
import { differences, fillDifferences, type OwnBooks } from '../../../src/app/demo/reconciling.js';
import { Decimal } from '../../../src/domain/decimal.js';
import { aSymbolView, restingOrder } from '../../support/demo-view.js';

const balances = (of: Readonly<Record<string, string>>): ReadonlyMap<string, Decimal> =>
  new Map(Object.entries(of).map(([asset, amount]) => [asset, new Decimal(amount)]));

const books: readonly OwnBooks[] = [
  {
    ...{ symbol: 'XRPUSDT', baseAsset: 'XRP', quoteAsset: 'USDT' },
    totals: aSymbolView('XRPUSDT', {
      change: ['45.87', '-19.5'],
      resting: [restingOrder('SELL', 4, '0.42'), restingOrder('BUY', 7, '0.4')],
    }).totals,
  },
  {
    ...{ symbol: 'SOLUSDT', baseAsset: 'SOL', quoteAsset: 'USDT' },
    totals: aSymbolView('SOLUSDT', { change: ['-0.001', '0.44844675'] }).totals,
  },
];
const before = balances({ USDT: '1000', XRP: '0.5', SOL: '3', BNB: '7' });
const after = { USDT: '980.94844675', XRP: '46.37', SOL: '2.999', BNB: '7' };
const openOrders = new Map([
  ['XRPUSDT', [4, 7]],
  ['SOLUSDT', []],
]);

describe('differences', () => {
  it('there are none where every balance has changed by what the fills of all symbols came to', () => {
    expect(differences(books, before, { balances: balances(after), openOrders })).toEqual([]);
  });

  it.each([
    {
      asset: 'USDT',
      amount: '980.94844676',
      says: "the balance of USDT: 980.94844675 by our books, 980.94844676 by the exchange's account",
    },
    {
      asset: 'SOL',
      amount: '3',
      says: "the balance of SOL: 2.999 by our books, 3 by the exchange's account",
    },
  ])('tells of $asset when its last digit differs', ({ asset, amount, says }) => {
    const account = { balances: balances({ ...after, [asset]: amount }), openOrders };
    expect(differences(books, before, account)).toEqual([says]);
  });

  it('an asset that the account does not have is none of it', () => {
    const { XRP: _gone, ...others } = after;
    expect(differences(books, before, { balances: balances(others), openOrders })).toEqual([
      "the balance of XRP: 46.37 by our books, 0 by the exchange's account",
    ]);
  });

  it('tells of orders that only one of the two knows, by their ids', () => {
    const others = new Map([
      ['XRPUSDT', [4, 8]],
      ['SOLUSDT', [2]],
    ]);
    expect(differences(books, before, { balances: balances(after), openOrders: others })).toEqual([
      "the open orders of XRPUSDT: 4 7 by our books, 4 8 by the exchange's account",
      "the open orders of SOLUSDT: none by our books, 2 by the exchange's account",
    ]);
  });
});

describe('fillDifferences', () => {
  it('tells of a symbol with more or fewer fills, and of one that could not be asked for', () => {
    const same = new Map([
      ['XRPUSDT', 100],
      ['SOLUSDT', 100],
    ]);
    expect(fillDifferences(books, same)).toEqual([]);
    expect(fillDifferences(books, new Map([...same, ['SOLUSDT', 101]]))).toEqual([
      "the fills of SOLUSDT: 100 by our books, 101 by the exchange's account",
    ]);
    expect(fillDifferences(books, new Map([['XRPUSDT', null]]))).toHaveLength(2);
  });
});
