import { describe, expect, it } from '@jest/globals';
import { counted, lineOf, signedMoney } from '../../../src/app/demo/lines.js';
import { TradingLedger } from '../../../src/app/demo/trading-ledger.js';
import { Decimal, ZERO } from '../../../src/domain/decimal.js';
import type { Order } from '../../../src/domain/order.js';

const order: Order = {
  symbol: 'XRPUSDT',
  side: 'BUY',
  price: new Decimal('0.4307'),
  quantity: new Decimal('46.43'),
  clientOrderId: 'h-1-B1',
  orderId: 7,
  status: 'NEW',
  executedQuantity: new Decimal('2.5'),
  fills: [],
  createdTime: 1,
  updatedTime: 1,
};
const totals = new TradingLedger('USDT').totals();

describe('the lines of the demo', () => {
  it.each([
    { positions: 0, line: 'order 7    buy  46.43 XRP at 0.4307 placed' },
    { positions: 1, line: 'order 7    buy  46.43 XRP at 0.4307 placed, beside 1 position for sale' },
    { positions: 2, line: 'order 7    buy  46.43 XRP at 0.4307 placed, beside 2 positions for sale' },
  ])('a buy beside $positions positions', ({ positions, line }) => {
    expect(lineOf({ kind: 'placed', order, positions })).toBe(line);
  });

  it('what becomes of an order', () => {
    const sell = { ...order, side: 'SELL' } as const;
    expect([
      lineOf({ kind: 'placed', order: sell, positions: 1 }),
      lineOf({ kind: 'partly-filled', order: sell }),
      lineOf({ kind: 'filled', order }),
      lineOf({ kind: 'filled', order: sell }),
      lineOf({ kind: 'ended', order: { ...order, status: 'CANCELED' } }),
    ]).toEqual([
      'order 7    sell 46.43 XRP at 0.4307 placed',
      'order 7    sell partly filled: 2.5 of 46.43 XRP',
      'order 7    bought 46.43 XRP at 0.4307, in 0 fills',
      'order 7    sold 46.43 XRP at 0.4307, in 0 fills',
      'order 7    buy  ended: canceled',
    ]);
  });

  it('what a cycle earned, and all so far', () => {
    const sum = { ...totals, cycles: 2, realisedProfit: new Decimal('-0.1') };
    const profit = new Decimal('0.00000005');
    expect(lineOf({ kind: 'cycle-closed', sell: order, profit, totals: sum })).toBe(
      'order 7    profit +0.00000005 USDT after commission; so far -0.1 USDT in 2 cycles',
    );
  });

  it('money has its sign, and counts their word', () => {
    expect([signedMoney(ZERO), counted(1, 'fill'), counted(20_000, 'trade')]).toEqual([
      '+0 USDT',
      '1 fill',
      '20,000 trades',
    ]);
  });
});
