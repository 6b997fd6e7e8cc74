import { afterEach, describe, expect, it } from '@jest/globals';
import { BINANCE_LIMITS, type LimitSettings } from '../../../../src/exchange/simulator/api/rate-limits.js';
import { error, OTHER, RestSimulator } from '../../../support/rest-simulator.js';

let simulator: RestSimulator;
afterEach(() => simulator.stop());

/** START_MS is a full minute, so windows begin with the test. */
const LIMITS: LimitSettings = {
  ...BINANCE_LIMITS,
  limits: [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 50 },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 3 },
    { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 5 },
    { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 100 },
  ],
  refusedBeforeBan: 2,
};
const start = async (settings: Partial<LimitSettings> = {}) => {
  simulator = await RestSimulator.start({ limits: { ...LIMITS, ...settings } });
};
const weight = async () => Number((await simulator.get('ping')).headers.get('x-mbx-used-weight-1m'));
const orderCounts = async () =>
  (await simulator.signed('GET rateLimit/order')).body.map((limit: { count: number }) => limit.count);
const TOO_MUCH =
  'Too much request weight used; current limit is 50 request weight per 1 MINUTE. ' +
  'Please use WebSocket Streams for live updates to avoid polling the API.';

describe('request weight', () => {
  it('is told in every answer, and begins anew with the minute', async () => {
    await start();
    const { headers } = await simulator.get('exchangeInfo');
    expect(headers.get('X-MBX-USED-WEIGHT-1M')).toBe('20');
    expect(headers.get('X-MBX-USED-WEIGHT')).toBe('20');
    expect(await weight()).toBe(21);
    const refused = await simulator.get('trades', { symbol: 'NOPE' });
    expect(refused).toMatchObject(error(-1121, 'Invalid symbol.'));
    expect(refused.headers.get('X-MBX-USED-WEIGHT-1M')).toBe('46');
    simulator.clock.advance(59_999);
    expect(await weight()).toBe(47);
    simulator.clock.advance(1);
    expect(await weight()).toBe(1);
  });

  it.each([
    ['GET ticker/price', { symbol: 'BTCUSDT' }, 2],
    ['GET ticker/price', {}, 4],
    ['GET avgPrice', { symbol: 'BTCUSDT' }, 2],
    ['GET aggTrades', { symbol: 'BTCUSDT' }, 4],
    ['GET klines', { symbol: 'BTCUSDT', interval: '1m' }, 2],
    ['GET historicalTrades', { symbol: 'BTCUSDT' }, 25],
  ])('of %s %j is %d', async (endpoint, given, cost) => {
    await start();
    await simulator.get(endpoint.slice(4), given);
    expect(await weight()).toBe(cost + 1);
  });

  it.each([
    ['GET openOrders', { symbol: 'BTCUSDT' }, 6],
    ['GET openOrders', {}, 80],
    ['GET order', { symbol: 'BTCUSDT', orderId: 1 }, 4],
    ['GET allOrders', { symbol: 'BTCUSDT' }, 20],
    ['GET myTrades', { symbol: 'BTCUSDT' }, 20],
    ['GET myTrades', { symbol: 'BTCUSDT', orderId: 1 }, 5],
    ['GET account', {}, 20],
    ['GET account/commission', { symbol: 'BTCUSDT' }, 20],
    ['GET rateLimit/order', {}, 40],
    ['GET myFilters', { symbol: 'BTCUSDT' }, 40],
    ['POST order/test', { computeCommissionRates: 'true' }, 20],
    ['POST order/test', {}, 1],
  ])('of %s %j is %d', async (endpoint, given, cost) => {
    await start({ limits: BINANCE_LIMITS.limits });
    await simulator.signed(endpoint, given);
    expect(await weight()).toBe(cost + 1);
  });

  it('of orders placed and cancelled is nothing, of those refused is one', async () => {
    await start();
    await simulator.order();
    await simulator.signed('DELETE order', { symbol: 'BTCUSDT', orderId: 1 });
    await simulator.order();
    await simulator.signed('DELETE openOrders', { symbol: 'BTCUSDT' });
    expect(await weight()).toBe(1);
    await simulator.order({ symbol: 'NOPE' });
    await simulator.signed('DELETE order', { symbol: 'BTCUSDT', orderId: 1 });
    expect(await weight()).toBe(4);
  });

  it('over the limit is refused until the minute is over', async () => {
    await start();
    simulator.clock.advance(12_500);
    await simulator.get('trades', { symbol: 'BTCUSDT' });
    await simulator.get('trades', { symbol: 'BTCUSDT' });
    const refused = await simulator.get('ping');
    expect(refused).toMatchObject(error(-1003, TOO_MUCH, 429));
    expect(refused.headers.get('Retry-After')).toBe('48');
    expect((await simulator.order()).status).toBe(429);
    simulator.clock.advance(47_500);
    expect((await simulator.get('ping')).status).toBe(200);
  });

  it('goes with the address, not with the account', async () => {
    await start();
    await simulator.signed('GET account');
    await simulator.signed('GET account', {}, OTHER);
    expect(await weight()).toBe(41);
  });

  it('can be taken by a transport', async () => {
    await start();
    expect(simulator.api.charge('elsewhere', 50)).toBeNull();
    expect(simulator.api.charge('elsewhere', 2)).toMatchObject({ status: 429, error: { code: -1003 } });
    expect(await weight()).toBe(1);
  });
});

describe('whoever goes on asking', () => {
  const overTheLimit = async () => {
    for (const _ of [1, 2]) await simulator.get('trades', { symbol: 'BTCUSDT' });
    for (const _ of [1, 2]) expect((await simulator.get('ping')).status).toBe(429);
  };

  it('is banned, each time for twice as long', async () => {
    await start({ longestBanMs: 5 * 60_000 });
    for (const minutes of [2, 4, 5, 5]) {
      await overTheLimit();
      const until = simulator.clock.wallMs() + minutes * 60_000;
      const banned = await simulator.get('ping');
      const msg =
        `Way too much request weight used; IP banned until ${until}. ` +
        'Please use WebSocket Streams for live updates to avoid bans.';
      expect(banned).toMatchObject(error(-1003, msg, 418));
      expect(banned.headers.get('Retry-After')).toBe(String(minutes * 60));
      simulator.clock.advance(minutes * 60_000 - 1);
      expect((await simulator.order()).status).toBe(418);
      simulator.clock.advance(1);
      expect((await simulator.get('ping')).status).toBe(200);
      simulator.clock.advance(60_000);
    }
  });

  it('is not banned for refusals in different minutes', async () => {
    await start();
    await overTheLimit();
    simulator.clock.advance(60_000);
    await overTheLimit();
    simulator.clock.advance(60_000);
    expect((await simulator.get('ping')).status).toBe(200);
  });

  it('is refused for the number of requests alone', async () => {
    const limits = LIMITS.limits.map((limit) =>
      limit.rateLimitType === 'RAW_REQUESTS' ? { ...limit, limit: 3 } : limit,
    );
    await start({ limits });
    for (const _ of [1, 2, 3]) await simulator.get('ping');
    expect(await simulator.get('ping')).toMatchObject(
      error(-1003, 'Too many requests; current limit is 3 requests per 5 MINUTE.', 429),
    );
  });
});

describe('orders', () => {
  const TOO_MANY = 'Too many new orders; current limit is 3 orders per 10 SECOND.';

  it('are counted, and the counts are told when one is placed', async () => {
    await start();
    await simulator.order();
    const { headers } = await simulator.order();
    expect(headers.get('X-MBX-ORDER-COUNT-10S')).toBe('2');
    expect(headers.get('X-MBX-ORDER-COUNT-1D')).toBe('2');
    expect((await simulator.get('ping')).headers.get('X-MBX-ORDER-COUNT-10S')).toBeNull();
    const { body } = await simulator.signed('GET rateLimit/order');
    expect(body).toEqual([
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 3, count: 2 },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 5, count: 2 },
    ]);
  });

  it('over the limit of an account are refused until the window is over; filters come before, funds after', async () => {
    await start();
    simulator.clock.advance(3_000);
    for (const _ of [1, 2, 3]) await simulator.order();
    const refused = await simulator.order({ quantity: '100' });
    expect(refused).toMatchObject(error(-1015, TOO_MANY, 429));
    expect(refused.headers.get('Retry-After')).toBe('7');
    expect((await simulator.order({ price: '0.001' })).body.code).toBe(-1013);
    expect((await simulator.order({}, OTHER)).status).toBe(200);
    expect((await simulator.signed('DELETE order', { symbol: 'BTCUSDT', orderId: 1 })).status).toBe(200);
    simulator.clock.advance(7_000);
    expect((await simulator.order()).status).toBe(200);
  });

  it('over the limit of the day do not count for the seconds', async () => {
    await start({ limits: LIMITS.limits.map((limit) => ({ ...limit, limit: Math.max(limit.limit, 5) })) });
    for (const _ of [1, 2, 3, 4, 5]) await simulator.order();
    const ofTheDay = 'Too many new orders; current limit is 5 orders per 1 DAY.';
    expect((await simulator.order()).body.msg).toBe(ofTheDay);
    simulator.clock.advance(10_000);
    expect((await simulator.order()).body.msg).toBe(ofTheDay);
    simulator.clock.advance(60_000);
    expect(await orderCounts()).toEqual([0, 5]);
    simulator.clock.advance(24 * 60 * 60_000);
    expect((await simulator.order()).status).toBe(200);
  });

  it('placed at the same time do not go over the limit together', async () => {
    await start();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => simulator.order()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
  });

  it('that are filled for the first time count down, not below zero', async () => {
    await start({ creditAsMaker: 2 });
    for (const _ of [1, 2, 3]) await simulator.order({ quantity: '0.5' });
    await simulator.trade('99', '0.1');
    expect(await orderCounts()).toEqual([1, 1]);
    await simulator.trade('99', '0.1');
    simulator.clock.advance(60_000);
    expect(await orderCounts()).toEqual([0, 1]);
    await simulator.trade('99', '2');
    simulator.clock.advance(60_000);
    expect(await orderCounts()).toEqual([0, 0]);
  });
});
