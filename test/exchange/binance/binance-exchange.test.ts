import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderRequest } from '../../../src/domain/order.js';
import { LATEST_EFFECT_MS } from '../../../src/exchange/binance/rest/arrivals.js';
import { decimal } from '../../../src/testing/index.js';
import { payload } from '../../support/binance-payloads.js';
import { API_KEY, aBinanceStage, type BinanceStage, SECRET } from '../../support/binance-stage.js';
import type { Received, ScriptedReply } from '../../support/scripted-http.js';

const PLACE = 'POST /api/v3/order';
const QUERY = 'GET /api/v3/order';
const CANCEL = 'DELETE /api/v3/order';
const OPEN = 'GET /api/v3/openOrders';
const TRADES = 'GET /api/v3/myTrades';

const ID = 'bot1-7f3a-000123';
const KEY = { clientOrderId: ID };
const ORDER: OrderRequest = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  price: decimal('64000'),
  quantity: decimal('0.003'),
  clientOrderId: ID,
};
const refusal = (code: number, status = 400): ScriptedReply => ({
  status,
  body: { code, msg: 'Some message.' },
});
const NOT_THERE = refusal(-2013);
const FILLS = [
  { tradeId: 5312, quantity: decimal('0.001'), commission: decimal('0.000001'), commissionAsset: 'BTC' },
  { tradeId: 5313, quantity: decimal('0.001'), commission: decimal('0.000001'), commissionAsset: 'BNB' },
];

let stage: BinanceStage;
beforeEach(async () => {
  stage = await aBinanceStage();
});
afterEach(async () => {
  expect(stage.shown()).not.toMatch(new RegExp(`${API_KEY}|${SECRET}|signature`));
  expect(stage.crashes.filter(({ error }) => error.message !== 'planted')).toEqual([]);
  await stage.stop();
});

/** Answers look-ups by the id that they ask for; any other is not there. */
const byId =
  (known: Readonly<Record<string, unknown>>) =>
  ({ given }: Received): ScriptedReply => {
    const body = known[given.origClientOrderId ?? given.orderId ?? ''];
    return body === undefined ? NOT_THERE : { body };
  };

const look = () => stage.exchange.getOrder('BTCUSDT', KEY);
const toldOrders = () => stage.told.map((told) => (told as { readonly order: unknown }).order);

describe('an order that is placed', () => {
  it('is answered with its fills, and told', async () => {
    stage.server.on(PLACE, { body: payload('placed-partly-filled') });
    const outcome = await stage.exchange.placeOrder(ORDER);
    expect(outcome).toMatchObject({
      kind: 'placed',
      order: {
        ...ORDER,
        orderId: 812,
        status: 'PARTIALLY_FILLED',
        fills: [{ tradeId: 5312 }, { tradeId: 5313 }],
      },
    });
    await stage.settle();
    expect(toldOrders()).toEqual([outcome.kind === 'placed' && outcome.order]);
  });

  it('is found by a look-up when the answer got lost', async () => {
    let accepted = false;
    stage.server.on(PLACE, () => {
      accepted = true;
      return 'drop';
    });
    stage.server.on(QUERY, () => (accepted ? { body: payload('order') } : NOT_THERE));
    stage.server.on(TRADES, { body: payload('my-trades') });
    expect(await stage.exchange.placeOrder(ORDER)).toEqual({ kind: 'outcome-unknown' });
    expect(await look()).toMatchObject({ kind: 'found', order: { ...ORDER, orderId: 812, fills: FILLS } });
    expect(stage.server.to(PLACE)).toHaveLength(1);
    await stage.settle();
    expect(toldOrders()).toMatchObject([{ orderId: 812, fills: FILLS }]);
  });

  it('may be sent again once a look-up has found it absent, and not before', async () => {
    stage.server.on(PLACE, 'drop', { body: payload('placed-resting') });
    stage.server.on(QUERY, NOT_THERE);
    stage.server.on(OPEN, { body: [] });
    expect(await stage.exchange.placeOrder(ORDER)).toEqual({ kind: 'outcome-unknown' });
    expect(await look()).toEqual({ kind: 'unavailable', retryAfterMs: 2_000 });
    await stage.pass(LATEST_EFFECT_MS - 1);
    expect(await look()).toEqual({ kind: 'unavailable', retryAfterMs: 1 });
    expect(await stage.exchange.placeOrder(ORDER)).toEqual({ kind: 'outcome-unknown' });
    expect(stage.server.to(OPEN)).toEqual([]);
    await stage.pass(1);
    expect(await look()).toEqual({ kind: 'absent' });
    expect(await stage.exchange.placeOrder(ORDER)).toMatchObject({ kind: 'placed' });
    expect(stage.server.to(PLACE)).toHaveLength(2);
  });

  it.each([
    [refusal(-2010), { kind: 'rejected', code: -2010, reason: 'Some message.' }],
    [refusal(-1003, 429), { kind: 'rate-limited', retryAfterMs: 60_000 }],
  ])('is not, after a clear no', async (reply, outcome) => {
    stage.server.on(PLACE, reply);
    expect(await stage.exchange.placeOrder(ORDER)).toEqual(outcome);
    expect(stage.told).toEqual([]);
  });
});

describe('an order that is cancelled', () => {
  it("is told by its own id, with the time it was created and its fills, and the cancel's id follows from it", async () => {
    stage.server.on(CANCEL, { body: payload('cancel') });
    stage.server.on(QUERY, { body: payload('order-cancelled-renamed') });
    stage.server.on(TRADES, { body: payload('my-trades') });
    const outcome = await stage.exchange.cancelOrder('BTCUSDT', KEY);
    const order = {
      ...ORDER,
      orderId: 812,
      status: 'CANCELED',
      executedQuantity: decimal('0.002'),
      fills: FILLS,
      createdTime: 1784246400123,
      updatedTime: 1784246402789,
    };
    expect(outcome).toMatchObject({ kind: 'cancelled', order });
    expect(stage.server.to(CANCEL)[0]?.given).toMatchObject({
      origClientOrderId: ID,
      newClientOrderId: `c_${ID}`,
    });
    await stage.settle();
    expect(toldOrders()).toMatchObject([order]);
  });

  it('by its order id gets the same cancel id, so that it is found by either ever after', async () => {
    stage.server.on(CANCEL, { body: payload('cancel') });
    stage.server.on(QUERY, { body: payload('order') });
    stage.server.on(TRADES, 'drop');
    expect(await stage.exchange.cancelOrder('BTCUSDT', { orderId: 812 })).toMatchObject({
      kind: 'cancelled',
      order: { clientOrderId: ID, status: 'CANCELED', fills: [] },
    });
    expect(stage.server.to(CANCEL)[0]?.given).toMatchObject({ orderId: '812', newClientOrderId: `c_${ID}` });
  });

  it('is cancelled also when nothing more can be learnt of it', async () => {
    stage.server.on(CANCEL, { body: payload('cancel', { executedQty: '0.00000000' }) });
    stage.server.on(QUERY, refusal(-1000, 503));
    expect(await stage.exchange.cancelOrder('BTCUSDT', { orderId: 812 })).toMatchObject({
      kind: 'cancelled',
      order: { clientOrderId: ID, status: 'CANCELED' },
    });
    expect(stage.server.to(TRADES)).toEqual([]);
  });

  it.each<[string, ScriptedReply, object]>([
    ['rejected', refusal(-2011), { kind: 'rejected', code: -2011 }],
    ['unknown', refusal(-1007, 503), { kind: 'outcome-unknown' }],
    ['lost', 'drop', { kind: 'outcome-unknown' }],
    [
      'answered with another order',
      { body: payload('cancel', { symbol: 'ETHUSDT' }) },
      { kind: 'outcome-unknown' },
    ],
  ])('is not told when the cancel is %s', async (_what, reply, outcome) => {
    stage.server.on(CANCEL, reply);
    expect(await stage.exchange.cancelOrder('BTCUSDT', KEY)).toMatchObject(outcome);
    await stage.settle();
    expect(stage.told).toEqual([]);
  });
});

describe('an order that is looked up', () => {
  it.each([
    ['by its own id', { [ID]: payload('order-cancelled-renamed') }, 1],
    ["by its cancel's id alone", { [`c_${ID}`]: payload('order-cancelled-renamed') }, 2],
    [
      'by its own id, though somebody else gave it another',
      { [ID]: payload('order', { clientOrderId: 'web' }) },
      1,
    ],
  ])('is found %s, and goes by its own', async (_how, known, queries) => {
    stage.server.on(QUERY, byId(known));
    stage.server.on(TRADES, { body: payload('my-trades') });
    expect(await look()).toMatchObject({ kind: 'found', order: { ...KEY, orderId: 812, fills: FILLS } });
    expect(stage.server.to(QUERY)).toHaveLength(queries);
    expect(stage.server.to(TRADES)[0]?.given).toMatchObject({ symbol: 'BTCUSDT', orderId: '812' });
  });

  it('by its order id is found under its own client order id', async () => {
    stage.server.on(QUERY, byId({ 812: payload('order-cancelled-renamed', { executedQty: '0' }) }));
    expect(await stage.exchange.getOrder('BTCUSDT', { orderId: 812 })).toMatchObject({
      order: { ...KEY, orderId: 812 },
    });
    expect(stage.server.to(TRADES)).toEqual([]);
  });

  it('by both ids is found under our own, though somebody else has cancelled it and it goes by theirs', async () => {
    const cancelled = payload('order-cancelled-renamed', { clientOrderId: 'web_4f2a', executedQty: '0' });
    stage.server.on(QUERY, byId({ 812: cancelled }));
    expect(await stage.exchange.getOrder('BTCUSDT', { orderId: 812, ...KEY })).toMatchObject({
      kind: 'found',
      order: { ...KEY, orderId: 812, status: 'CANCELED' },
    });
    expect(stage.server.to(QUERY).map(({ given }) => given.origClientOrderId)).toEqual([undefined]);
  });

  it('is found among the open orders when look-ups do not know it yet', async () => {
    stage.server.on(QUERY, NOT_THERE);
    stage.server.on(OPEN, { body: [payload('order', { orderId: 9, clientOrderId: 'x' }), payload('order')] });
    stage.server.on(TRADES, { body: payload('my-trades') });
    expect(await look()).toMatchObject({ kind: 'found', order: { orderId: 812, fills: FILLS } });
  });

  it('is shown with as many fills as it was told to have, and no others', async () => {
    stage.server.on(QUERY, { body: payload('order', { executedQty: '0.00100000' }) });
    stage.server.on(TRADES, { body: payload('my-trades') });
    expect(await look()).toMatchObject({ kind: 'found', order: { fills: [FILLS[0]] } });
  });

  it('has all of its fills, however many requests that takes', async () => {
    const trade = (payload('my-trades') as object[])[0] as object;
    const all = Array.from({ length: 2_300 }, (_, index) => ({
      ...trade,
      id: 10 + index,
      qty: '0.00000001',
    }));
    stage.server.on(QUERY, { body: payload('order', { executedQty: '0.00002300' }) });
    stage.server.on(TRADES, ({ given }) => ({
      body: all.filter(({ id }) => id >= Number(given.fromId ?? 0)).slice(0, Number(given.limit)),
    }));
    const outcome = await look();
    const fills = outcome.kind === 'found' ? outcome.order.fills : [];
    expect(fills.map(({ tradeId }) => tradeId)).toEqual(all.map(({ id }) => id));
    expect(stage.server.to(TRADES)).toHaveLength(3);
  });

  it.each([
    ['does not exist', -2013],
    ['is archived: it bought and sold nothing, and never will', -2026],
  ])(
    'is absent when it %s, neither by its own id nor by that of its cancel, and is not open',
    async (_what, code) => {
      stage.server.on(QUERY, refusal(code));
      stage.server.on(OPEN, { body: [payload('order', { clientOrderId: 'x' })] });
      expect(await look()).toEqual({ kind: 'absent' });
      expect(stage.server.to(QUERY).map(({ given }) => given.origClientOrderId)).toEqual([ID, `c_${ID}`]);
      expect(await stage.exchange.getOrder('BTCUSDT', { orderId: 5 })).toEqual({ kind: 'absent' });
      expect(stage.told).toEqual([]);
    },
  );

  it('is not called absent by a client that has just come up: an earlier one may have sent it', async () => {
    stage.server.on(QUERY, NOT_THERE);
    stage.server.on(OPEN, { body: [] });
    stage.crashClient();
    await stage.settle();
    expect(await look()).toEqual({ kind: 'unavailable', retryAfterMs: 2_000 });
    await stage.pass(LATEST_EFFECT_MS);
    expect(await look()).toEqual({ kind: 'absent' });
  });

  it('is not called absent while it is being placed, nor when that began during the look', async () => {
    stage.server.on(QUERY, NOT_THERE);
    stage.server.on(PLACE, 'silence');
    let placed: Promise<unknown> = Promise.resolve();
    stage.server.on(OPEN, async () => {
      placed = stage.exchange.placeOrder(ORDER);
      await stage.server.arrived(PLACE, 1);
      return { body: [] };
    });
    expect(await look()).toMatchObject({ kind: 'unavailable' });
    expect(await look()).toMatchObject({ kind: 'unavailable' });
    stage.clock.advance(15_000);
    expect(await placed).toEqual({ kind: 'outcome-unknown' });
  });

  it('is not called absent right after it was placed, though the exchange does not know it yet', async () => {
    stage.server.on(PLACE, { body: payload('placed-resting') });
    stage.server.on(QUERY, NOT_THERE);
    stage.server.on(OPEN, { body: [] });
    await stage.exchange.placeOrder(ORDER);
    expect(await look()).toMatchObject({ kind: 'unavailable' });
    expect(await stage.exchange.getOrder('BTCUSDT', { orderId: 812 })).toMatchObject({ kind: 'unavailable' });
  });

  it.each<[string, ScriptedReply, number]>([
    ['the exchange fails', refusal(-1000, 500), 1_000],
    ['the connection does', 'drop', 1_000],
    ['the answer makes no sense', { body: payload('order', { status: 'WAITING' }) }, 1_000],
    ['the answer is about another', { body: payload('order', { symbol: 'ETHUSDT' }) }, 1_000],
    ['the limits do not allow it', { status: 429, headers: { 'retry-after': '9' }, body: {} }, 9_000],
    ['the symbol is gone', refusal(-1121), 30_000],
    ['the keys are wrong', refusal(-2015, 401), 30_000],
    ['the signature is wrong', refusal(-1022), 30_000],
  ])('cannot be told of while %s', async (_what, reply, retryAfterMs) => {
    stage.server.on(QUERY, reply);
    expect(await look()).toEqual({ kind: 'unavailable', retryAfterMs });
  });

  it.each([
    ["its cancel's id cannot be asked for", QUERY],
    ['the open orders cannot be listed', OPEN],
    ['its fills cannot be listed', TRADES],
  ])('cannot be told of while %s', async (_what, broken) => {
    stage.server.on(OPEN, { body: [payload('order')] });
    stage.server.on(TRADES, { body: payload('my-trades') });
    stage.server.on(QUERY, NOT_THERE);
    if (broken === QUERY) stage.server.on(QUERY, NOT_THERE, 'drop');
    else stage.server.on(broken, 'drop');
    expect(await look()).toEqual({ kind: 'unavailable', retryAfterMs: 1_000 });
  });
});

describe('the rest of the port', () => {
  it('lists open orders and tells of them', async () => {
    stage.server.on(OPEN, { body: [payload('order', { orderId: 900 }), payload('order')] });
    expect((await stage.exchange.openOrders('BTCUSDT')).map(({ orderId }) => orderId)).toEqual([812, 900]);
    expect(stage.server.to(OPEN)[0]?.given).toMatchObject({ symbol: 'BTCUSDT' });
    await stage.exchange.openOrders();
    expect(stage.server.to(OPEN)[1]?.given).not.toHaveProperty('symbol');
    await stage.settle();
    expect(stage.told).toHaveLength(4);
  });

  it('says so when they cannot be listed', async () => {
    stage.server.on(OPEN, 'drop');
    await expect(stage.exchange.openOrders()).rejects.toThrow('the open orders cannot be listed: unknown');
  });

  it('knows what an order pays at most, or that it does not know', async () => {
    stage.server.on('GET /api/v3/account/commission', { body: payload('commission') }, 'drop');
    expect((await stage.exchange.commissionRate('BTCUSDT'))?.toFixed()).toBe('0.00132222');
    expect(await stage.exchange.commissionRate('BTCUSDT')).toBeNull();
  });

  it('knows the rules of symbols', async () => {
    expect(await stage.exchange.symbolInfo('OLDUSDT')).toMatchObject({ status: 'BREAK' });
    expect(await stage.exchange.symbolInfo('NOSUCH')).toBeUndefined();
  });

  it('shows no secret in anything that it answers, though the exchange repeats what it was sent', async () => {
    const echo = ({ params, headers }: Received): ScriptedReply => ({
      status: 400,
      body: { code: -1100, msg: `bad: ${params} ${String(headers['x-mbx-apikey'])}` },
    });
    for (const route of [PLACE, CANCEL, QUERY, OPEN]) stage.server.on(route, echo);
    const outcomes: unknown[] = [
      await stage.exchange.placeOrder(ORDER),
      await stage.exchange.cancelOrder('BTCUSDT', KEY),
      await look(),
      await stage.exchange.openOrders().catch((error: unknown) => error),
    ];
    const signatures = stage.server.requests.flatMap(({ given }) => given.signature ?? []);
    expect(signatures.length).toBeGreaterThan(3);
    const shown = `${JSON.stringify(outcomes)} ${outcomes.map(String).join()} ${stage.shown()}`;
    for (const secret of [...signatures, API_KEY, SECRET, 'timestamp=']) expect(shown).not.toContain(secret);
  });
});
