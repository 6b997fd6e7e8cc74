import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Order } from '../../../src/domain/order.js';
import type { Match } from '../../../src/exchange/mock/market.js';
import { MatchingEngine, type OrderChange } from '../../../src/exchange/mock/matching-engine.js';
import { anOrder, aSymbol, aTradeEvent } from '../../../src/testing/index.js';

let engine: MatchingEngine;
beforeEach(() => {
  engine = new MatchingEngine([
    aSymbol({ baseAssetPrecision: 4 }),
    aSymbol({ symbol: 'ETHUSDT' }),
    aSymbol({ symbol: 'OLDUSDT', status: 'HALT' }),
  ]);
});

type Fields = Parameters<typeof anOrder>[0];
let lastId = 0;
function place(fields: Fields = {}, nowMs = 1_000) {
  const { symbol, side, price, quantity, clientOrderId } = anOrder({
    clientOrderId: `c${++lastId}`,
    ...fields,
  });
  return engine.place({ symbol, side, price, quantity, clientOrderId }, nowMs);
}
function placed(fields: Fields = {}, nowMs?: number): OrderChange {
  const result = place(fields, nowMs);
  if (result.kind === 'refused') throw new Error(result.error.message);
  return result.change;
}
/** A trade at this price, and every fill it causes. */
function trade(price: string, symbol = 'XRPUSDT'): OrderChange[] {
  const event = aTradeEvent({ price, symbol, tradeTime: 7, eventTime: 8 });
  return engine.match(event).map((match) => engine.fill(match, event));
}
const idsOf = (changes: readonly OrderChange[]): number[] => changes.map(({ order }) => order.orderId);
const stateOf = ({ status, executedQuantity }: Order) => [status, executedQuantity.toFixed()];

describe('placing', () => {
  it('numbers orders and reports from 1, per symbol', () => {
    expect(placed().order.orderId).toBe(1);
    expect(placed({ symbol: 'ETHUSDT' }).order.orderId).toBe(1);
    const { order, report, print } = placed({}, 42);
    expect(order).toMatchObject({ orderId: 2, status: 'NEW', createdTime: 42, updatedTime: 42 });
    expect(report).toMatchObject({
      orderId: 2,
      executionId: 2,
      executionType: 'NEW',
      orderStatus: 'NEW',
      tradeId: null,
      commissionAsset: null,
      transactTime: 42,
    });
    expect(print).toBeNull();
  });

  it.each([
    { name: 'an unknown symbol', fields: { symbol: 'NOSUCH' }, code: -1121, message: 'Invalid symbol.' },
    { name: 'a closed market', fields: { symbol: 'OLDUSDT' }, code: -2010, message: 'Market is closed.' },
    { name: 'an empty id', fields: { clientOrderId: '' }, code: -1100, message: 'Illegal characters' },
    {
      name: 'a blank in the id',
      fields: { clientOrderId: 'a b' },
      code: -1100,
      message: 'Illegal characters',
    },
    {
      name: 'an id of 37',
      fields: { clientOrderId: 'x'.repeat(37) },
      code: -1100,
      message: 'newClientOrderId',
    },
    {
      name: 'a fine quantity',
      fields: { quantity: '1.00001' },
      code: -1111,
      message: "'quantity' has too much",
    },
    { name: 'a fine price', fields: { price: '1.000000001' }, code: -1111, message: "'price' has too much" },
    { name: 'off the tick', fields: { price: '100.005' }, code: -1013, message: 'PRICE_FILTER' },
    { name: 'off the step', fields: { quantity: '1.05' }, code: -1013, message: 'LOT_SIZE' },
    { name: 'too small', fields: { quantity: '0.1', price: '99' }, code: -1013, message: 'MIN_NOTIONAL' },
  ])('refuses $name with $code', ({ fields, code, message }) => {
    expect(place(fields)).toMatchObject({
      kind: 'refused',
      error: { code, message: expect.stringContaining(message) },
    });
    expect(engine.openOrders()).toEqual([]);
    // A refused order uses up no id.
    expect(placed().order.orderId).toBe(1);
  });

  it('takes an id of 36 characters of all kinds', () => {
    expect(placed({ clientOrderId: `aZ09-_${'x'.repeat(30)}` }).order.status).toBe('NEW');
  });

  it('refuses an id while its order is open, and takes it again afterwards, as another order', () => {
    const { order } = placed({ clientOrderId: 'same' });
    expect(place({ clientOrderId: 'same' })).toMatchObject({
      error: { code: -2010, message: 'Duplicate order sent.' },
    });
    expect(placed({ clientOrderId: 'same', symbol: 'ETHUSDT' }).order.orderId).toBe(1);
    engine.cancel('XRPUSDT', { orderId: order.orderId }, 2_000);
    expect(placed({ clientOrderId: 'same' }).order.orderId).toBe(2);
    expect(engine.order('XRPUSDT', { clientOrderId: 'same' })?.orderId).toBe(2);
    expect(engine.order('XRPUSDT', { orderId: 1 })?.status).toBe('CANCELED');
  });
});

describe('filling', () => {
  it('takes a trade strictly through the price, not a touch', () => {
    placed({ side: 'BUY', price: '100' });
    placed({ side: 'SELL', price: '110' });
    expect([trade('100'), trade('110'), trade('105')]).toEqual([[], [], []]);
    expect(idsOf(trade('99.99'))).toEqual([1]);
    expect(idsOf(trade('110.01'))).toEqual([2]);
    expect(trade('1')).toEqual([]);
  });

  it('fills whole at the order’s own price, whatever was traded, at the time of the trade', () => {
    placed({ price: '100', quantity: '2' });
    const [change] = trade('50');
    expect(change?.order && stateOf(change.order)).toEqual(['FILLED', '2']);
    expect(change?.order).toMatchObject({ createdTime: 1_000, updatedTime: 7 });
    const { report, print } = change as OrderChange;
    expect(report).toMatchObject({
      executionType: 'TRADE',
      orderStatus: 'FILLED',
      tradeId: -1,
      transactTime: 7,
    });
    const { lastPrice, lastQuantity, cumulativeQuantity, commission } = report;
    expect([lastPrice, lastQuantity, cumulativeQuantity, commission].map(String)).toEqual([
      '100',
      '2',
      '2',
      '0',
    ]);
    expect(print).toMatchObject({
      tradeId: -1,
      tradeTime: 7,
      eventTime: 8,
      buyerIsMaker: true,
      origin: 'mock-print',
    });
    expect([print?.price, print?.quantity].map(String)).toEqual(['100', '2']);
  });

  it('tells buys from the highest price down, then sells from the lowest up, then by arrival', () => {
    for (const price of ['101', '103', '102', '103']) placed({ side: 'BUY', price });
    for (const price of ['98', '96', '97', '96']) placed({ side: 'SELL', price });
    const changes = trade('100');
    expect(idsOf(changes)).toEqual([2, 4, 3, 1, 6, 8, 7, 5]);
    expect(changes.map(({ print }) => print?.tradeId)).toEqual([-1, -2, -3, -4, -5, -6, -7, -8]);
    expect(changes.map(({ report }) => report.executionId)).toEqual([9, 10, 11, 12, 13, 14, 15, 16]);
    expect(changes.map(({ print }) => print?.buyerIsMaker)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('counts prints down per symbol', () => {
    placed({ symbol: 'XRPUSDT' });
    placed({ symbol: 'ETHUSDT' });
    expect([trade('1'), trade('1', 'ETHUSDT')].map(([change]) => change?.print?.tradeId)).toEqual([-1, -1]);
  });

  it('is not moved by trades of other symbols', () => {
    placed();
    expect([trade('1', 'ETHUSDT'), trade('1', 'NOSUCH')]).toEqual([[], []]);
  });
});

describe('matching', () => {
  const through = aTradeEvent({ price: '99', tradeTime: 7, eventTime: 8 });
  const fillAll = (matches: readonly Match[]) => matches.map((match) => engine.fill(match, through));

  it('takes orders out of the book as they stand: a second trade matches them no more', () => {
    const { order } = placed();
    expect(engine.match(through).map(({ entry }) => entry.order)).toEqual([order]);
    expect(engine.match(through)).toEqual([]);
  });

  it('leaves a matched order open to whoever looks, until it is filled', () => {
    const { order } = placed();
    const matches = engine.match(through);
    expect(engine.order('XRPUSDT', { orderId: 1 })).toEqual(order);
    expect(engine.openOrders()).toEqual([order]);
    fillAll(matches);
    expect(engine.order('XRPUSDT', { orderId: 1 })).toMatchObject({ status: 'FILLED', updatedTime: 7 });
    expect(engine.openOrders()).toEqual([]);
  });

  it('keeps a matched order from being cancelled, and its id from being used again', () => {
    placed({ clientOrderId: 'mine' });
    engine.match(through);
    for (const key of [{ orderId: 1 }, { clientOrderId: 'mine' }])
      expect(engine.cancel('XRPUSDT', key, 0)).toMatchObject({ kind: 'refused', error: { code: -2011 } });
    expect(place({ clientOrderId: 'mine' })).toMatchObject({ error: { message: 'Duplicate order sent.' } });
  });

  it('fills what was matched, once, and nothing else', () => {
    placed();
    const [match] = engine.match(through);
    if (match === undefined) throw new Error('it was not matched');
    const filling = () => engine.fill(match, through);
    expect(stateOf(filling().order)).toEqual(['FILLED', '2']);
    expect(filling).toThrow('order 1 of XRPUSDT was not matched');
    expect(() => fillAll([{ ...match }])).toThrow('was not matched');
  });

  it('does not disturb what is placed between a match and its fill', () => {
    placed({ price: '100' });
    const matches = engine.match(through);
    placed({ price: '100' });
    fillAll(matches);
    expect(idsOf(trade('99'))).toEqual([2]);
  });
});

describe('restoring', () => {
  /** Another engine, with the orders of this one as they stand. */
  function restored(orders: readonly Order[]): void {
    engine = new MatchingEngine([aSymbol(), aSymbol({ symbol: 'ETHUSDT' })]);
    for (const order of orders) engine.restore({ account: 'main', order });
  }
  function aHistory(): Order[] {
    placed({ price: '100', clientOrderId: 'filled' });
    placed({ price: '90', clientOrderId: 'open' });
    placed({ price: '95', clientOrderId: 'cancelled' });
    trade('99');
    engine.cancel('XRPUSDT', { orderId: 3 }, 5);
    placed({ side: 'SELL', price: '110', clientOrderId: 'sell' });
    return [1, 2, 3, 4].map((orderId) => engine.order('XRPUSDT', { orderId }) as Order);
  }

  it('knows every order as it was kept, and fills those that are open, in their order', () => {
    const orders = aHistory();
    restored(orders);
    for (const order of orders) {
      expect(engine.order('XRPUSDT', { orderId: order.orderId })).toEqual(order);
      expect(engine.order('XRPUSDT', { clientOrderId: order.clientOrderId })).toEqual(order);
    }
    expect(engine.openOrders().map(({ clientOrderId }) => clientOrderId)).toEqual(['open', 'sell']);
    expect([idsOf(trade('89')), idsOf(trade('111'))]).toEqual([[2], [4]]);
    expect(engine.cancel('XRPUSDT', { orderId: 3 }, 0)).toMatchObject({ error: { code: -2011 } });
  });

  it('goes on with the ids of orders, reports and prints, as if nothing had happened', () => {
    const orders = aHistory();
    const goOn = () => [placed({ clientOrderId: 'next' }), ...trade('89')];
    const want = goOn();
    restored(orders);
    expect(JSON.stringify(goOn())).toBe(JSON.stringify(want));
  });

  it('takes an order that was matched and not filled for one that is open', () => {
    placed();
    engine.match(aTradeEvent({ price: '99' }));
    restored(engine.openOrders());
    expect(idsOf(trade('99'))).toEqual([1]);
  });

  it('passes over what the exchange lists no more', () => {
    restored([anOrder({ symbol: 'GONEUSDT' })]);
    expect(engine.openOrders()).toEqual([]);
  });
});

describe('cancelling', () => {
  it('takes the order off the book', () => {
    placed();
    const result = engine.cancel('XRPUSDT', { orderId: 1 }, 5_000);
    expect(result).toMatchObject({
      kind: 'done',
      change: {
        order: { status: 'CANCELED', createdTime: 1_000, updatedTime: 5_000 },
        report: { executionType: 'CANCELED', orderStatus: 'CANCELED', transactTime: 5_000, tradeId: null },
        print: null,
      },
    });
    expect(trade('1')).toEqual([]);
  });

  it('leaves the other orders of the price', () => {
    for (let count = 0; count < 3; count++) placed({ price: '100' });
    engine.cancel('XRPUSDT', { orderId: 2 }, 0);
    expect(idsOf(trade('99'))).toEqual([1, 3]);
  });

  it.each([
    { name: 'an unknown symbol', symbol: 'NOSUCH', key: { orderId: 1 }, code: -1121 },
    { name: 'an unknown order', symbol: 'XRPUSDT', key: { orderId: 9 }, code: -2011 },
    { name: 'an unknown client order id', symbol: 'XRPUSDT', key: { clientOrderId: 'no' }, code: -2011 },
    { name: 'a filled order', symbol: 'XRPUSDT', key: { clientOrderId: 'filled' }, code: -2011 },
  ])('refuses $name with $code', ({ symbol, key, code }) => {
    placed({ clientOrderId: 'filled' });
    trade('99');
    expect(engine.cancel(symbol, key, 0)).toMatchObject({ kind: 'refused', error: { code } });
  });
});

describe('looking up', () => {
  it('knows every order by either id, as it stands', () => {
    const { order } = placed({ clientOrderId: 'mine' });
    expect(engine.order('XRPUSDT', { clientOrderId: 'mine' })).toEqual(order);
    trade('99');
    expect(engine.order('XRPUSDT', { orderId: 1 })?.status).toBe('FILLED');
    expect(engine.order('XRPUSDT', { orderId: 2 })).toBeUndefined();
    expect(engine.order('NOSUCH', { orderId: 1 })).toBeUndefined();
  });

  it('lists open orders by symbol and order id', () => {
    for (const price of ['90', '110', '100']) placed({ price });
    placed({ symbol: 'ETHUSDT' });
    trade('105');
    expect(engine.openOrders('XRPUSDT').map(({ orderId }) => orderId)).toEqual([1, 3]);
    expect(engine.openOrders().map(({ symbol, orderId }) => `${symbol} ${orderId}`)).toEqual([
      'XRPUSDT 1',
      'XRPUSDT 3',
      'ETHUSDT 1',
    ]);
    expect(engine.openOrders('NOSUCH')).toEqual([]);
  });

  it('gives the same ids in every run', () => {
    const run = () => {
      const fresh = new MatchingEngine([aSymbol()]);
      engine = fresh;
      for (const price of ['100', '102', '101']) placed({ price, clientOrderId: `r${price}` });
      return JSON.stringify([trade('100'), fresh.openOrders()]);
    };
    expect(run()).toBe(run());
  });
});

describe('an engine that keeps only the latest final orders', () => {
  it('forgets the oldest, never one that is open, and still knows the latest', () => {
    engine = new MatchingEngine([aSymbol()], { finalOrdersKept: 2 });
    placed({ clientOrderId: 'open' });
    for (let count = 1; count <= 9; count++) {
      placed({ clientOrderId: `final-${count}` });
      engine.cancel('XRPUSDT', { clientOrderId: `final-${count}` }, 0);
    }
    const statusOf = (clientOrderId: string) => engine.order('XRPUSDT', { clientOrderId })?.status;
    expect(['open', 'final-9', 'final-8', 'final-1'].map(statusOf)).toEqual([
      'NEW',
      'CANCELED',
      'CANCELED',
      undefined,
    ]);
    expect(engine.order('XRPUSDT', { orderId: 2 })).toBeUndefined();
    expect(engine.openOrders()).toHaveLength(1);
  });
});
