import { describe, expect, it } from '@jest/globals';
import { counted, distance, lineOf, signedMoney } from '../../../src/app/demo/lines.js';
import { TradingLedger } from '../../../src/app/demo/trading-ledger.js';
import { Decimal, ZERO } from '../../../src/domain/decimal.js';
import type { Order } from '../../../src/domain/order.js';

const ASSETS = { baseAsset: 'XRP', quoteAsset: 'USDT' };

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
const totals = new TradingLedger(ASSETS).totals();

describe('the lines of the demo', () => {
  it.each([
    { positions: 0, line: 'order 7   buy  46.43 XRP at 0.4307 placed' },
    { positions: 1, line: 'order 7   buy  46.43 XRP at 0.4307 placed, beside 1 position for sale' },
    { positions: 2, line: 'order 7   buy  46.43 XRP at 0.4307 placed, beside 2 positions for sale' },
  ])('a buy beside $positions positions', ({ positions, line }) => {
    expect(lineOf({ kind: 'placed', order, positions }, ASSETS)).toBe(line);
  });

  it('what becomes of an order', () => {
    const sell = { ...order, side: 'SELL' } as const;
    expect([
      lineOf({ kind: 'placed', order: sell, positions: 1 }, ASSETS),
      lineOf({ kind: 'filled', order }, ASSETS),
      lineOf({ kind: 'ended', order: { ...order, status: 'CANCELED' } }, ASSETS),
    ]).toEqual([
      'order 7   sell 46.43 XRP at 0.4307 placed',
      'order 7   bought 46.43 XRP at 0.4307 in 0 fills',
      'order 7   buy ended: canceled',
    ]);
  });

  it('what a cycle earned, and all so far', () => {
    const sum = { ...totals, cycles: 2, realisedProfit: new Decimal('-0.1') };
    const profit = new Decimal('0.00000005');
    const sell = { ...order, side: 'SELL' } as const;
    expect(lineOf({ kind: 'cycle-closed', sell, profit, totals: sum }, ASSETS)).toBe(
      'order 7   sold 46.43 XRP at 0.4307 in 0 fills: +0.00000005 USDT after commission, -0.1 in 2 cycles',
    );
    expect(lineOf({ kind: 'cycle-closed', sell: null, profit, totals: sum }, ASSETS)).toBe(
      'too little was bought to be sold: +0.00000005 USDT after commission, -0.1 in 2 cycles',
    );
  });

  it('money has its sign, and counts their word', () => {
    expect([signedMoney(ZERO, 'USDT'), counted(1, 'fill'), counted(20_000, 'trade')]).toEqual([
      '+0 USDT',
      '1 fill',
      '20,000 trades',
    ]);
  });

  it.each([
    { price: '101', from: '100', says: '+1.00%' },
    { price: '99.5', from: '100', says: '-0.50%' },
    { price: '100', from: '100', says: '+0.00%' },
    { price: '2', from: '3', says: '-33.33%' },
    { price: '5', from: '3', says: '+66.66%' },
  ])('$price is $says away from $from', ({ price, from, says }) => {
    expect(distance(new Decimal(price), new Decimal(from))).toBe(says);
  });
});
