import { afterEach, describe, expect, it } from '@jest/globals';
import type { OrderRequest } from '../../../src/domain/order.js';
import { LATEST_EFFECT_MS } from '../../../src/exchange/binance/rest/arrivals.js';
import {
  account,
  cancelOrder,
  historicalTrades,
  placeLimitOrder,
  queryOrder,
} from '../../../src/exchange/binance/rest/requests.js';
import { hmacSigner } from '../../../src/exchange/binance/signing.js';
import { decimal } from '../../../src/testing/index.js';
import { payload } from '../../support/binance-payloads.js';
import {
  API_KEY,
  aBinanceStage,
  type BinanceStage,
  EXCHANGE_START,
  SECRET,
  type StageOptions,
} from '../../support/binance-stage.js';
import type { ScriptedReply } from '../../support/scripted-http.js';

const PLACE = 'POST /api/v3/order';
const QUERY = 'GET /api/v3/order';
const CANCEL = 'DELETE /api/v3/order';
const TIME = 'GET /api/v3/time';
const RULES = 'GET /api/v3/exchangeInfo';
const ACCOUNT = 'GET /api/v3/account';
const TRADES = 'GET /api/v3/historicalTrades';

const ORDER: OrderRequest = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  price: decimal('64000'),
  quantity: decimal('0.003'),
  clientOrderId: 'bot1-7f3a-000123',
};
const QUERIED = queryOrder('BTCUSDT', { clientOrderId: ORDER.clientOrderId });
const CANCELLED = cancelOrder('BTCUSDT', { orderId: 812 }, 'c_x');
const error = (status: number, code: number, msg = 'Some message.', headers = {}): ScriptedReply => ({
  status,
  headers,
  body: { code, msg },
});

let stage: BinanceStage;
const start = async (options?: StageOptions): Promise<BinanceStage> => {
  stage = await aBinanceStage(options);
  return stage;
};
afterEach(async () => {
  // Nothing of what a test does, however it fails, may show a secret.
  expect(stage.shown()).not.toMatch(new RegExp(`${API_KEY}|${SECRET}|signature`));
  await stage.stop();
});

describe('BinanceClient, as it starts', () => {
  it('says nothing of symbols before the exchange has told them, however long that takes', async () => {
    await start({
      before: (server) => {
        server.on(TIME, 'drop', { status: 503, body: '' }, () => ({ body: { serverTime: EXCHANGE_START } }));
        server.on(RULES, { status: 200, body: '<html>' }, 'drop', { body: payload('exchange-info') });
      },
      settled: false,
    });
    let info: unknown = 'waiting';
    const asked = stage.rest.symbolInfo('BTCUSDT').then((told) => {
      info = told;
    });
    expect(await stage.rest.place(ORDER)).toEqual({ kind: 'rate-limited', retryAfterMs: 1_000 });
    await stage.pass(999);
    expect(stage.server.to(TIME)).toHaveLength(1);
    await stage.pass(1);
    expect([stage.server.to(TIME), stage.server.to(RULES)].map(({ length }) => length)).toEqual([2, 2]);
    await stage.pass(1_999);
    expect(info).toBe('waiting');
    await stage.pass(1);
    await asked;
    expect(info).toMatchObject({ symbol: 'BTCUSDT', status: 'TRADING' });
    expect(await stage.rest.symbolInfo('NOSUCH')).toBeUndefined();
    expect(stage.server.to(PLACE)).toEqual([]);
    expect(stage.log.filter(({ message }) => message.includes('trying again until it works'))).toHaveLength(
      2,
    );
  });

  it('waits with signed requests until it knows the time, and then says that it could not', async () => {
    await start({ before: (server) => server.on(TIME, 'drop'), settled: false });
    const asked = stage.rest.ask(account);
    await stage.settle();
    await stage.pass(5_000);
    expect(await asked).toEqual({ kind: 'rate-limited', retryAfterMs: 1_000 });
    expect(stage.server.to(ACCOUNT)).toEqual([]);
  });

  it('learns the time again every five minutes and the rules every fifteen', async () => {
    await start({ settled: false });
    for (let minute = 0; minute < 31; minute++) await stage.pass(60_000);
    expect([stage.server.to(TIME), stage.server.to(RULES)].map(({ length }) => length)).toEqual([7, 3]);
  });
});

describe('BinanceClient, when it signs', () => {
  it("does so by the exchange's clock, with a window of 5,000 ms", async () => {
    await start();
    stage.server.on(ACCOUNT, { body: payload('account') });
    await stage.rest.ask(account);
    const [request] = stage.server.to(ACCOUNT);
    const [signed = '', signature] = (request?.params ?? '').split('&signature=');
    expect(signature).toBe(hmacSigner(SECRET)(signed));
    expect(request?.given).toMatchObject({
      recvWindow: '5000',
      timestamp: String(EXCHANGE_START + LATEST_EFFECT_MS),
    });
    expect(request?.headers).toMatchObject({ 'x-mbx-apikey': API_KEY });
    expect(await stage.rest.timestamp()).toBe(EXCHANGE_START + LATEST_EFFECT_MS);
  });

  it('sends a request that came at the wrong time once more, after it has set its clock', async () => {
    await start();
    let ahead = 0;
    stage.server.on(TIME, () => ({
      body: { serverTime: EXCHANGE_START + stage.clock.monotonicMs() + ahead },
    }));
    ahead = 90_000;
    stage.server.on(PLACE, error(400, -1021), { body: payload('placed-resting') });
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'ok', value: { orderId: 812 } });
    const times = stage.server.to(PLACE).map(({ given }) => Number(given.timestamp));
    expect(times).toHaveLength(2);
    expect((times[1] as number) - (times[0] as number)).toBe(90_000);
  });

  it('sends it once more only: then nothing has happened, and it may be asked again later', async () => {
    await start();
    stage.server.on(PLACE, error(400, -1021));
    const placed = stage.rest.place(ORDER);
    await stage.settle();
    await stage.pass(1_000);
    expect(await placed).toEqual({ kind: 'rate-limited', retryAfterMs: 1_000 });
    expect(stage.server.to(PLACE)).toHaveLength(2);
    stage.server.on(PLACE, { body: payload('placed-resting') });
    const again = stage.rest.place(ORDER);
    await stage.settle();
    await stage.pass(1_000);
    expect(await again).toMatchObject({ kind: 'ok' });
  });

  it.each([
    [401, -2015],
    [400, -2014],
    [401, -1002],
  ])(
    'stops all that is signed when its keys are refused (%i, %i), says so once, and goes on with the rest',
    async (status, code) => {
      await start();
      stage.server.on(PLACE, error(status, code, 'Invalid API-key, IP, or permissions for action.'));
      stage.server.on(TRADES, { body: [] });
      const outcome = await stage.rest.place(ORDER);
      expect(outcome).toMatchObject({
        kind: 'rejected',
        code,
        reason: expect.stringContaining('refuses the API key'),
      });
      for (const request of [account, QUERIED, CANCELLED])
        expect(await stage.rest.ask<unknown>(request)).toEqual(outcome);
      expect(await stage.rest.place({ ...ORDER, clientOrderId: 'other' })).toEqual(outcome);
      expect(await stage.rest.ask(historicalTrades('BTCUSDT', 1, 10))).toEqual({ kind: 'ok', value: [] });
      const signed = stage.server.requests.filter(({ given }) => 'signature' in given);
      expect(signed).toHaveLength(1);
      expect(stage.log.filter(({ level }) => level === 'error')).toHaveLength(1);
    },
  );

  it('refuses all that is signed when it has no keys', async () => {
    await start({ credentials: null });
    expect(await stage.rest.ask(account)).toMatchObject({
      kind: 'rejected',
      reason: 'no API key is configured',
    });
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'rejected' });
    expect(await stage.rest.symbolInfo('BTCUSDT')).toBeDefined();
  });
});

describe('BinanceClient, within the limits', () => {
  it.each([
    ['429', error(429, -1003, 'x', { 'retry-after': '7' }), 7_000],
    ['418', error(418, -1003, 'banned', { 'retry-after': '200' }), 200_000],
    ['403 with HTML', { status: 403, body: '<html>' }, 300_000],
  ] as const)(
    'sends nothing after %s until it may, cancels no more than others',
    async (_what, reply, waitMs) => {
      await start();
      stage.server.on(ACCOUNT, reply);
      stage.server.on(CANCEL, { body: payload('cancel') });
      expect(await stage.rest.ask(account)).toEqual({ kind: 'rate-limited', retryAfterMs: waitMs });
      const before = stage.server.requests.length;
      await stage.pass(1_000);
      for (const request of [CANCELLED, account, QUERIED])
        expect(await stage.rest.ask<unknown>(request)).toEqual({
          kind: 'rate-limited',
          retryAfterMs: waitMs - 1_000,
        });
      expect(await stage.rest.place(ORDER)).toEqual({ kind: 'rate-limited', retryAfterMs: waitMs - 1_000 });
      await stage.pass(waitMs - 1_001);
      expect(stage.server.requests).toHaveLength(before);
      const cancelled = stage.rest.ask(CANCELLED);
      await stage.pass(1);
      expect(await cancelled).toMatchObject({ kind: 'ok' });
    },
  );

  it('holds orders back when there are too many, and lets cancels and look-ups go', async () => {
    await start();
    stage.server.on(
      PLACE,
      error(429, -1015, 'Too many new orders; current limit is 50 orders per 10 SECOND.'),
    );
    stage.server.on(CANCEL, { body: payload('cancel') });
    stage.server.on(QUERY, { body: payload('order') });
    const untilWindowEnds = 10_000 - ((EXCHANGE_START + LATEST_EFFECT_MS) % 10_000);
    expect(await stage.rest.place(ORDER)).toEqual({ kind: 'rate-limited', retryAfterMs: untilWindowEnds });
    expect(await stage.rest.ask(CANCELLED)).toMatchObject({ kind: 'ok' });
    expect(await stage.rest.ask(QUERIED)).toMatchObject({ kind: 'ok' });
    expect(await stage.rest.place(ORDER)).toEqual({ kind: 'rate-limited', retryAfterMs: untilWindowEnds });
    expect(stage.server.to(PLACE)).toHaveLength(1);
    stage.server.on(PLACE, { body: payload('placed-resting') });
    await stage.pass(untilWindowEnds);
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'ok' });
  });

  it('waits as long as it was told, also when the clock is set meanwhile', async () => {
    await start();
    stage.server.on(PLACE, error(429, -1015, 'Too many new orders.', { 'retry-after': '20' }));
    expect(await stage.rest.place(ORDER)).toEqual({ kind: 'rate-limited', retryAfterMs: 20_000 });
    stage.server.on(TIME, () => ({
      body: { serverTime: EXCHANGE_START + stage.clock.monotonicMs() + 90_000 },
    }));
    stage.server.on(ACCOUNT, error(400, -1021), { body: payload('account') });
    expect(await stage.rest.ask(account)).toMatchObject({ kind: 'ok' });
    expect(await stage.rest.place(ORDER)).toEqual({ kind: 'rate-limited', retryAfterMs: 20_000 });
    expect(stage.server.to(PLACE)).toHaveLength(1);
  });

  it('slows down before the exchange complains, and lets an order wait for its turn if that comes soon', async () => {
    await start();
    const headers = { 'x-mbx-used-weight-1m': '4490' };
    stage.server.on(ACCOUNT, { headers, body: payload('account') });
    stage.server.on(CANCEL, { headers, body: payload('cancel') });
    stage.server.on(PLACE, { body: payload('placed-resting') });
    await stage.rest.ask(account);
    const untilWindowEnds = 60_000 - ((EXCHANGE_START + LATEST_EFFECT_MS) % 60_000);
    expect(await stage.rest.ask(account)).toEqual({ kind: 'rate-limited', retryAfterMs: untilWindowEnds });
    expect(await stage.rest.ask(CANCELLED)).toMatchObject({ kind: 'ok' });
    await stage.pass(untilWindowEnds - 1_500);
    stage.server.on(ACCOUNT, { headers: { 'x-mbx-used-weight-1m': '4800' }, body: payload('account') });
    await stage.rest.ask({ ...account, cost: { ...account.cost, weight: 1 } });
    const placed = stage.rest.place(ORDER);
    await stage.settle();
    expect(stage.server.to(PLACE)).toEqual([]);
    await stage.pass(1_500);
    expect(await placed).toMatchObject({ kind: 'ok' });
  });

  it('takes over the limits that the exchange tells', async () => {
    const rateLimits = [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 100 }];
    await start({ before: (server) => server.on(RULES, { body: payload('exchange-info', { rateLimits }) }) });
    stage.server.on(ACCOUNT, { headers: { 'x-mbx-used-weight-1m': '80' }, body: payload('account') });
    await stage.rest.ask(account);
    expect(await stage.rest.ask(account)).toMatchObject({ kind: 'rate-limited' });
  });

  it('keeps connections free for cancels when the exchange answers nothing', async () => {
    await start();
    for (const route of [QUERY, PLACE, TRADES]) stage.server.on(route, 'silence');
    stage.server.on(CANCEL, { body: payload('cancel') });
    const stuck = [
      ...Array.from({ length: 20 }, () => stage.rest.ask(QUERIED)),
      ...Array.from({ length: 20 }, (_, id) => stage.rest.place({ ...ORDER, clientOrderId: `id-${id}` })),
      ...Array.from({ length: 20 }, () => stage.rest.ask(historicalTrades('BTCUSDT', 1, 10))),
    ];
    await Promise.all([
      stage.server.arrived(QUERY, 12),
      stage.server.arrived(PLACE, 12),
      stage.server.arrived(TRADES, 2),
    ]);
    expect(await stage.rest.ask(CANCELLED)).toMatchObject({ kind: 'ok' });
    expect([QUERY, PLACE, TRADES].map((route) => stage.server.to(route).length)).toEqual([12, 12, 2]);
    const outcomes = Promise.all(stuck);
    const aMoment = () => new Promise<null>((resolve) => setImmediate(resolve, null));
    let told = await Promise.race([outcomes, aMoment()]);
    while (told === null) {
      stage.clock.advance(1_000);
      told = await Promise.race([outcomes, aMoment()]);
    }
    const kinds = told.map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['unknown', 'rate-limited']));
  });
});

describe('BinanceClient, when it places orders', () => {
  it('sends a limit order, good till cancelled, in plain decimals, and asks for its fills', async () => {
    await start();
    stage.server.on(PLACE, { body: payload('placed-resting') });
    await stage.rest.place(ORDER);
    const {
      timestamp: _timestamp,
      signature: _signature,
      ...params
    } = stage.server.to(PLACE)[0]?.given ?? {};
    expect(params).toEqual({
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '0.003',
      price: '64000',
      newClientOrderId: ORDER.clientOrderId,
      newOrderRespType: 'FULL',
      recvWindow: '5000',
    });
  });

  it.each([
    ['an unknown symbol', { symbol: 'NOSUCH' }, -1121],
    ['a closed market', { symbol: 'OLDUSDT' }, -2010],
    ['an illegal client order id', { clientOrderId: 'a b' }, -1100],
    ['a price off the tick', { price: decimal('64000.001') }, -1013],
    ['a quantity off the step', { quantity: decimal('0.000011') }, -1013],
    ['too little money', { quantity: decimal('0.00001') }, -1013],
    ['too many decimals', { quantity: decimal('0.000000001') }, -1111],
  ])('does not send %s', async (_what, changes, code) => {
    await start();
    expect(await stage.rest.place({ ...ORDER, ...changes })).toMatchObject({ kind: 'rejected', code });
    expect(stage.server.to(PLACE)).toEqual([]);
  });

  it.each([-1013, -1121])(
    'learns the rules anew when the exchange refuses by %i what they allowed',
    async (code) => {
      await start();
      stage.server.on(PLACE, error(400, code, 'Filter failure: LOT_SIZE'));
      await stage.pass(60_000);
      expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'rejected', code });
      await stage.settle();
      expect(stage.server.to(RULES)).toHaveLength(2);
    },
  );

  it('asks for the rules when the exchange calls a market closed that should be open, and places nothing until it is', async () => {
    await start();
    stage.server.on(PLACE, error(400, -2010, 'Market is closed.'), { body: payload('placed-resting') });
    await stage.pass(60_000);
    expect(await stage.rest.place(ORDER)).toEqual({ kind: 'rate-limited', retryAfterMs: 60_000 });
    await stage.settle();
    expect(stage.server.to(RULES)).toHaveLength(2);
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'ok' });
  });

  it('learns the rules anew when it has refused an order by its own: they may have changed', async () => {
    await start();
    await stage.pass(60_000);
    await stage.rest.place({ ...ORDER, symbol: 'OLDUSDT' });
    await stage.settle();
    expect(stage.server.to(RULES)).toHaveLength(2);
  });

  it('does not call an order rejected that may have been placed, though the rules exclude it by now', async () => {
    await start();
    stage.server.on(PLACE, 'drop');
    await stage.rest.place(ORDER);
    stage.server.on(RULES, { body: payload('exchange-info', { symbols: [] }) });
    await stage.pass(15 * 60_000);
    expect(await stage.rest.symbolInfo('BTCUSDT')).toBeUndefined();
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'unknown' });
  });

  it.each<[string, ScriptedReply]>([
    ['HTML', { body: '<html>' }],
    ['nothing', { body: '' }],
    ['another shape', { body: {} }],
    ['a list', { body: [] }],
    [
      'an acknowledgement only',
      { body: { symbol: 'BTCUSDT', orderId: 1, clientOrderId: ORDER.clientOrderId, transactTime: 1 } },
    ],
    ['another order', { body: payload('placed-resting', { clientOrderId: 'other' }) }],
    ['half an answer', { body: '{"symbol":', cut: true }],
    ['an error of an unknown shape', { status: 400, body: { error: 'x' } }],
    ['400 and HTML', { status: 400, body: '<html>' }],
    ['404 and HTML', { status: 404, body: '<html>' }],
    ['a redirect', { status: 302, headers: { location: '/' } }],
    ['a server error', error(500, -1000)],
    ['a server error that sounds definite', error(503, -2010)],
    ['-1006', error(400, -1006)],
    ['-1007', error(503, -1007)],
    ['a duplicate', error(400, -2010, 'Duplicate order sent.')],
    ['a cut socket', 'drop'],
  ])('takes %s for an outcome that is unknown, and never sends the order again', async (_what, reply) => {
    await start();
    stage.server.on(PLACE, reply);
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'unknown' });
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'unknown' });
    await stage.pass(10 * LATEST_EFFECT_MS);
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'unknown' });
    expect(stage.server.to(PLACE)).toHaveLength(1);
    expect(stage.crashes).toEqual([]);
  });

  it('says once, as an error, that answers to a request cannot be read, for that does not mend itself', async () => {
    await start();
    stage.server.on(QUERY, { body: payload('order', { status: 'A_STATUS_TO_COME' }) });
    for (let count = 0; count < 3; count++)
      expect(await stage.rest.ask(QUERIED)).toMatchObject({ kind: 'unknown' });
    expect(stage.log.filter(({ level }) => level === 'error')).toMatchObject([
      { message: expect.stringContaining('cannot be read'), fields: { request: QUERY } },
    ]);
  });

  it('gives up on an answer after 15 seconds, which leaves the outcome unknown', async () => {
    await start();
    stage.server.on(PLACE, 'silence');
    const placed = stage.rest.place(ORDER);
    await stage.server.arrived(PLACE, 1);
    stage.clock.advance(15_000);
    expect(await placed).toMatchObject({ kind: 'unknown', why: 'no answer within 15000 ms' });
  });

  it('sends an order once that is asked for again while it is under way', async () => {
    await start();
    stage.server.on(PLACE, 'silence');
    const first = stage.rest.place(ORDER);
    await stage.server.arrived(PLACE, 1);
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'unknown' });
    expect(await stage.rest.settledInMs('BTCUSDT', ORDER)).toBeGreaterThan(0);
    stage.clock.advance(15_000);
    await first;
    expect(stage.server.to(PLACE)).toHaveLength(1);
  });

  it('sends no order by the way of other requests, which nothing keeps from being sent twice', async () => {
    await start();
    await expect(stage.rest.ask(placeLimitOrder(ORDER))).rejects.toThrow('an order is placed by `place`');
    expect(stage.server.to(PLACE)).toEqual([]);
    expect(stage.crashes).toEqual([]);
  });

  it('does not send again what was placed, and says what the exchange would', async () => {
    await start();
    stage.server.on(PLACE, { body: payload('placed-resting') });
    await stage.rest.place(ORDER);
    await stage.pass(10 * LATEST_EFFECT_MS);
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'rejected', code: -2010 });
    expect(stage.server.to(PLACE)).toHaveLength(1);
  });

  it.each([
    ['was refused', error(400, -2010, 'Account has insufficient balance for requested action.'), 'rejected'],
    ['was too much', error(400, -1008), 'rate-limited'],
  ])('sends again what certainly %s', async (_what, reply, kind) => {
    await start();
    stage.server.on(PLACE, reply, { body: payload('placed-resting') });
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind });
    expect(await stage.rest.place(ORDER)).toMatchObject({ kind: 'ok' });
  });

  it('leaves the outcome of an order unknown when it crashes meanwhile, and is sure of nothing for a while after', async () => {
    await start();
    stage.server.on(PLACE, 'silence');
    const placed = stage.rest.place(ORDER);
    await stage.server.arrived(PLACE, 1);
    stage.crashClient();
    expect(await placed).toEqual({ kind: 'unknown', why: 'the client ended' });
    await stage.server.arrived(RULES, 2);
    expect(await stage.rest.settledInMs('BTCUSDT', ORDER)).toBe(LATEST_EFFECT_MS);
    stage.clock.advance(LATEST_EFFECT_MS);
    expect(await stage.rest.settledInMs('BTCUSDT', ORDER)).toBe(0);
  });
});

describe('what is counted of the BinanceClient', () => {
  const counts = () =>
    Object.fromEntries(
      [...stage.figures.requests].map(({ endpoint, outcome, count }) => [`${endpoint} ${outcome}`, count]),
    );

  it('are requests by endpoint and outcome, through a crash of it, and never a secret or a parameter', async () => {
    await start();
    const before = counts();
    expect(before).toEqual({ [`${TIME} ok`]: 1, [`${RULES} ok`]: 1 });
    stage.server.on(ACCOUNT, { body: payload('account') }, 'drop', error(400, -1102));
    for (let time = 0; time < 3; time++) await stage.rest.ask(account);
    expect(counts()).toEqual({
      ...before,
      [`${ACCOUNT} ok`]: 1,
      [`${ACCOUNT} unknown`]: 1,
      [`${ACCOUNT} rejected`]: 1,
    });
    expect(stage.figures.roundTrip.count).toBe(5);
    stage.crashClient();
    await stage.pass(1_000);
    expect(counts()).toMatchObject({ [`${TIME} ok`]: 2, [`${ACCOUNT} ok`]: 1 });
  });

  it('is how much of each limit is used, and the time of the exchange', async () => {
    await start();
    stage.server.on(ACCOUNT, { headers: { 'X-MBX-USED-WEIGHT-1M': '1234' }, body: payload('account') });
    await stage.rest.ask(account);
    const nowMs = stage.clock.monotonicMs();
    const weight = stage.figures.usage(nowMs).find(({ kind }) => kind === 'weight');
    expect(weight).toMatchObject({ windowMs: 60_000, used: 1_234, limit: 6_000 });
    expect(stage.figures.exchangeNow(nowMs)).toBe(EXCHANGE_START + nowMs);
    await stage.pass(60_000);
    expect(stage.figures.usage(stage.clock.monotonicMs()).find(({ kind }) => kind === 'weight')?.used).toBe(
      0,
    );
  });

  it('is nothing while the time of the exchange is not known', async () => {
    await start({ before: (server) => server.on(TIME, 'drop'), settled: false });
    expect([stage.figures.exchangeNow(0), stage.figures.usage(0)]).toEqual([null, []]);
  });
});
