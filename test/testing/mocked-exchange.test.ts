import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Exchange } from '../../src/ports/exchange.js';
import {
  absent,
  anOrder,
  aSymbol,
  cancelled,
  crashes,
  found,
  type OrderRequest,
  outcomeUnknown,
  placed,
  rateLimited,
  rejected,
  startTestEngine,
  type TestEngine,
  unanswered,
  unavailable,
} from '../../src/testing/index.js';

let engine: TestEngine;
let exchange: TestEngine['exchange'];
let port: Exchange;
beforeEach(() => {
  engine = startTestEngine();
  ({ exchange } = engine);
  ({ port } = exchange);
});
afterEach(() => engine.stop());

const aRequest = (fields: Parameters<typeof anOrder>[0] = {}): OrderRequest => {
  const { symbol, side, price, quantity, clientOrderId } = anOrder(fields);
  return { symbol, side, price, quantity, clientOrderId };
};
const KEY = { clientOrderId: 'test-1-B1' };

describe('what is asked', () => {
  it('meets the first expectation that it fits, whatever the order', async () => {
    const sell = exchange.expectOrder({ side: 'SELL' });
    const cheap = exchange.expectOrder({ price: '99.0' });
    const any = exchange.expectOrder();
    await port.placeOrder(aRequest({ clientOrderId: 'a', price: '99' }));
    await port.placeOrder(aRequest({ clientOrderId: 'b', side: 'SELL' }));
    await port.placeOrder(aRequest({ clientOrderId: 'c' }));
    expect([sell, cheap, any].map(({ request }) => request.clientOrderId)).toEqual(['b', 'a', 'c']);
    exchange.verify();
  });

  it.each([
    { wanted: { side: 'SELL' } as const },
    { wanted: { price: '100.01' } },
    { wanted: { quantity: '1.9' } },
    { wanted: { clientOrderId: 'x' } },
    { wanted: { symbol: 'ETHUSDT' } },
  ])('does not meet $wanted unless it is equal', async ({ wanted }) => {
    exchange.expectOrder(wanted);
    expect(await port.placeOrder(aRequest())).toMatchObject({ kind: 'rejected' });
    expect(() => exchange.verify()).toThrow();
  });

  it('meets an expectation once', async () => {
    exchange.expectOrder();
    await port.placeOrder(aRequest({ clientOrderId: 'a' }));
    expect(await port.placeOrder(aRequest({ clientOrderId: 'b' }))).toMatchObject({ kind: 'rejected' });
  });

  it('keeps to the order that was set', async () => {
    const first = exchange.expectOrder({ side: 'BUY' });
    const second = exchange.expectOrder({ side: 'SELL' });
    exchange.inOrder(first, second);
    expect(await port.placeOrder(aRequest({ side: 'SELL', clientOrderId: 'early' }))).toMatchObject({
      kind: 'rejected',
    });
    await port.placeOrder(aRequest({ side: 'BUY' }));
    await port.placeOrder(aRequest({ side: 'SELL', clientOrderId: 'late' }));
    expect(second.request.clientOrderId).toBe('late');
  });

  it('may be allowed any number of times, and what is expected goes first', async () => {
    exchange.allowOrders({ side: 'BUY' });
    const expected = exchange.expectOrder({ side: 'BUY' });
    for (const clientOrderId of ['a', 'b', 'c']) await port.placeOrder(aRequest({ clientOrderId }));
    expect(expected.request.clientOrderId).toBe('a');
    expect(exchange.orders.map(({ orderId }) => orderId)).toEqual([1, 2, 3]);
    exchange.verify();
  });

  it('is about an order by either of its ids', async () => {
    exchange.expectOrder();
    await port.placeOrder(aRequest());
    exchange.expectLookup({ orderId: 1 });
    exchange.expectLookup({ clientOrderId: 'test-1-B1' });
    expect(await port.getOrder('XRPUSDT', KEY)).toMatchObject({ kind: 'found' });
    expect(await port.getOrder('XRPUSDT', { orderId: 1 })).toMatchObject({ kind: 'found' });
    exchange.verify();
  });

  it('is refused when a client order id comes a second time, and that is remembered', async () => {
    exchange.allowOrders();
    await port.placeOrder(aRequest());
    expect(await port.placeOrder(aRequest())).toMatchObject({ kind: 'rejected', code: -2010 });
    expect(() => exchange.verify()).toThrow('that clientOrderId was used before');
  });
});

describe('verify', () => {
  it('lists in one error what is missing, what was not expected, and all that was asked', async () => {
    exchange.expectOrder({ side: 'SELL', price: '101' }, rateLimited());
    exchange.expectCancel({ orderId: 7 });
    exchange.expectLookup({ clientOrderId: 'x' });
    await port.placeOrder(aRequest());
    await port.cancelOrder('XRPUSDT', { orderId: 8 });
    expect(() => exchange.verify()).toThrow(
      `The mocked exchange was not asked as expected.
Expected, but not asked:
  - placeOrder side SELL, price 101 (to be answered: rate-limited)
  - cancelOrder orderId 7 (to be answered: cancelled)
  - getOrder clientOrderId x (to be answered: found)
Asked, but not expected:
  - placeOrder BUY 2 XRPUSDT at 100, clientOrderId test-1-B1
  - cancelOrder XRPUSDT {"orderId":8}
All that was asked:
  - placeOrder BUY 2 XRPUSDT at 100, clientOrderId test-1-B1
  - cancelOrder XRPUSDT {"orderId":8}`,
    );
  });

  it('is content when nothing was expected and nothing asked', () => {
    exchange.allowOrders();
    expect(() => exchange.verify()).not.toThrow();
  });

  it('does not take a look-up that nobody expected for the word that there is no order', async () => {
    expect(await port.getOrder('XRPUSDT', KEY)).toMatchObject({ kind: 'unavailable' });
    expect(() => exchange.verify()).toThrow('getOrder XRPUSDT {"clientOrderId":"test-1-B1"}');
  });
});

describe('what is answered', () => {
  it.each([
    { answer: placed(), outcome: { kind: 'placed', order: { orderId: 1, status: 'NEW' } }, orders: 1 },
    {
      answer: placed({ executedQuantity: '1' }),
      outcome: { order: { status: 'PARTIALLY_FILLED' } },
      orders: 1,
    },
    { answer: placed({ executedQuantity: '2' }), outcome: { order: { status: 'FILLED' } }, orders: 1 },
    { answer: rejected(-1013, 'no'), outcome: { kind: 'rejected', code: -1013, reason: 'no' }, orders: 0 },
    { answer: rateLimited(9), outcome: { kind: 'rate-limited', retryAfterMs: 9 }, orders: 0 },
    { answer: outcomeUnknown(), outcome: { kind: 'outcome-unknown' }, orders: 0 },
    { answer: outcomeUnknown({ arrived: true }), outcome: { kind: 'outcome-unknown' }, orders: 1 },
    { answer: crashes(), outcome: { kind: 'outcome-unknown' }, orders: 0 },
    { answer: crashes({ arrived: true }), outcome: { kind: 'outcome-unknown' }, orders: 1 },
  ])('to a placement: $answer', async ({ answer, outcome, orders }) => {
    exchange.expectOrder({}, answer);
    expect(await port.placeOrder(aRequest())).toMatchObject(outcome);
    expect(exchange.orders).toHaveLength(orders);
    exchange.verify();
  });

  it.each([
    { answer: found(), outcome: { kind: 'found', order: { orderId: 1 } } },
    { answer: found(anOrder({ orderId: 5 })), outcome: { kind: 'found', order: { orderId: 5 } } },
    { answer: absent(), outcome: { kind: 'absent' } },
    { answer: unavailable(4), outcome: { kind: 'unavailable', retryAfterMs: 4 } },
    { answer: crashes(), outcome: { kind: 'unavailable', retryAfterMs: 100 } },
  ])('to a look-up: $answer', async ({ answer, outcome }) => {
    exchange.expectOrder();
    await port.placeOrder(aRequest());
    exchange.expectLookup({}, answer);
    expect(await port.getOrder('XRPUSDT', KEY)).toMatchObject(outcome);
  });

  it.each([
    { answer: cancelled(), outcome: { kind: 'cancelled', order: { status: 'CANCELED' } }, open: 0 },
    { answer: rejected(-2011), outcome: { kind: 'rejected', code: -2011 }, open: 1 },
    { answer: outcomeUnknown({ arrived: true }), outcome: { kind: 'outcome-unknown' }, open: 0 },
    { answer: crashes(), outcome: { kind: 'outcome-unknown' }, open: 1 },
  ])('to a cancel: $answer', async ({ answer, outcome, open }) => {
    exchange.expectOrder();
    await port.placeOrder(aRequest());
    exchange.expectCancel({ clientOrderId: 'test-1-B1' }, answer);
    expect(await port.cancelOrder('XRPUSDT', KEY)).toMatchObject(outcome);
    await engine.settle();
    expect(await port.openOrders('XRPUSDT')).toHaveLength(open);
  });

  it('is nothing until the test ends the silence', async () => {
    const order = exchange.expectOrder({}, unanswered());
    const outcome = port.placeOrder(aRequest());
    await engine.settle();
    expect(exchange.orders).toEqual([]);
    await exchange.answer(order, placed());
    expect(await outcome).toMatchObject({ kind: 'placed' });
  });

  it('is of unknown outcome when the silence lasts longer than the asker waits', async () => {
    exchange.expectOrder({}, unanswered({ arrived: true }));
    const outcome = port.placeOrder(aRequest());
    await engine.settle();
    await engine.advance(5_100);
    expect(await outcome).toEqual({ kind: 'outcome-unknown' });
    expect(exchange.orders).toHaveLength(1);
  });

  it('is the symbol as it is listed, and nothing for another', async () => {
    expect(await port.symbolInfo('XRPUSDT')).toEqual(aSymbol());
    expect(await port.symbolInfo('ETHUSDT')).toBeUndefined();
    exchange.list(aSymbol({ symbol: 'ETHUSDT' }));
    expect(await port.symbolInfo('ETHUSDT')).toMatchObject({ symbol: 'ETHUSDT' });
  });
});

describe('a crash of the exchange', () => {
  it('is real: another actor stands there afterwards, with orders and expectations intact', async () => {
    exchange.expectOrder();
    await port.placeOrder(aRequest());
    const before = exchange.pid?.id;
    exchange.expectLookup({}, crashes());
    exchange.expectLookup();
    await port.getOrder('XRPUSDT', KEY);
    await engine.settle();
    expect(exchange.pid?.id).not.toBe(before);
    expect(engine.crashes).toMatchObject([{ during: 'call getOrder', pid: { kind: 'MockedExchange' } }]);
    expect(await port.getOrder('XRPUSDT', KEY)).toMatchObject({ kind: 'found', order: { orderId: 1 } });
    exchange.verify();
  });

  it('ends every silence', async () => {
    exchange.expectOrder({}, unanswered());
    const outcome = port.placeOrder(aRequest());
    await engine.settle();
    if (exchange.pid === undefined) throw new Error('the exchange does not run');
    await engine.kill(exchange.pid);
    expect(await outcome).toEqual({ kind: 'outcome-unknown' });
    await expect(engine.system.call(engine.pubsub, 'subscribers', 'x')).resolves.toEqual([]);
  });
});

describe('what is told', () => {
  async function aPlacedOrder() {
    const order = exchange.expectOrder();
    await port.placeOrder(aRequest());
    return order;
  }

  it('adds up over fills, names the public trade, and never fills more than was ordered', async () => {
    const order = await aPlacedOrder();
    const first = await exchange.fill(order, { quantity: '0.5', commission: '0.1', commissionAsset: 'BNB' });
    expect(first.report).toMatchObject({
      executionType: 'TRADE',
      orderStatus: 'PARTIALLY_FILLED',
      executionId: 1,
    });
    expect(first.report.commission.toFixed()).toBe('0.1');
    expect(first.print).toMatchObject({
      tradeId: first.report.tradeId,
      buyerIsMaker: true,
      origin: 'mock-print',
    });
    const second = await exchange.fill(order, { quantity: '5', price: '99' });
    expect(second.report).toMatchObject({ orderStatus: 'FILLED', executionId: 2, commissionAsset: null });
    expect([second.report.lastQuantity, second.report.cumulativeQuantity].map(String)).toEqual(['1.5', '2']);
    expect(String(second.print.price)).toBe('99');
    await expect(exchange.fill(order)).rejects.toThrow('order test-1-B1 is FILLED: nothing is left to fill');
  });

  it('can be that an order was taken, or came to an end', async () => {
    const order = await aPlacedOrder();
    expect(await exchange.reportNew(order)).toMatchObject({
      executionType: 'NEW',
      orderStatus: 'NEW',
      tradeId: null,
    });
    expect(await exchange.endOrder(order, 'EXPIRED')).toMatchObject({ executionType: 'EXPIRED' });
    expect(exchange.orderOf(order).status).toBe('EXPIRED');
    await expect(exchange.endOrder(order)).rejects.toThrow('is EXPIRED already');
  });

  it('needs an order', () => {
    const order = exchange.expectOrder();
    expect(() => order.request).toThrow('nobody has asked yet: placeOrder');
    expect(() => exchange.orderOf(aRequest())).toThrow('the exchange has no order test-1-B1');
  });
});
