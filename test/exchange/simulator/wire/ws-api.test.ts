import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import {
  aSimulator,
  ED25519,
  ED25519_KEY,
  type Json,
  signedParams,
  stopSimulatorsAfterEach,
} from '../../../support/simulator.js';

stopSimulatorsAfterEach();

const NOW = 1_784_246_400_123;
async function anApi(path = '/ws-api/v3') {
  const clock = new SimClock(NOW);
  const test = await aSimulator({ clock });
  const client = await test.connect(path);
  return { ...test, clock, client };
}
const weight = (count: number) => [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000, count },
];

describe('WebSocket API', () => {
  it.each([{ id: 'c-1' }, { id: 17 }, { id: null }, { id: 'ü 🦔' }])(
    'the id $id is echoed, and the rate limits are told',
    async ({ id }) => {
      const { client } = await anApi();
      client.send({ id, method: 'ping' });
      // Opening the connection costs 2.
      expect(await client.json(1)).toEqual([{ id, status: 200, result: {}, rateLimits: weight(3) }]);
    },
  );

  it('a method may have its version before it', async () => {
    const { client } = await anApi();
    expect(await client.ask({ id: 1, method: 'v3/time' })).toMatchObject({
      status: 200,
      result: { serverTime: NOW },
    });
  });

  it('times are in microseconds where the URL asks for it', async () => {
    const { client } = await anApi('/ws-api/v3?timeUnit=microsecond');
    expect((await client.ask({ id: 1, method: 'time' })).result).toEqual({ serverTime: NOW * 1_000 });
  });

  it('rate limits are left out where URL or request ask for it; the request has the last word', async () => {
    const { client, connect } = await anApi();
    expect(await client.ask({ id: 1, method: 'ping', params: { returnRateLimits: false } })).toEqual({
      id: 1,
      status: 200,
      result: {},
    });
    const quiet = await connect('/ws-api/v3?returnRateLimits=false');
    expect(await quiet.ask({ id: 1, method: 'ping' })).toEqual({ id: 1, status: 200, result: {} });
    const told = await quiet.ask({ id: 2, method: 'ping', params: { returnRateLimits: true } });
    expect(told.rateLimits).toEqual(weight(2 + 1 + 2 + 1 + 1));
  });

  it.each([
    { text: '{"id":', want: { id: null, code: -1135 } },
    { text: '[1]', want: { id: null, code: -1135 } },
    { text: '{"method":"ping"}', want: { id: null, code: -1102 } },
    { text: '{"id":{},"method":"ping"}', want: { id: null, code: -1102 } },
    { text: '{"id":5}', want: { id: 5, code: -1102 } },
    { text: '{"id":5,"method":"ping","params":[]}', want: { id: 5, code: -1102 } },
    { text: '{"id":5,"method":"no.such"}', want: { id: 5, code: -1020 } },
    { text: '{"id":5,"method":"constructor"}', want: { id: 5, code: -1020 } },
  ])('$text is refused', async ({ text, want: { id, code } }) => {
    const { client } = await anApi();
    client.send(text);
    const [answer] = await client.json(1);
    expect(answer).toMatchObject({ id, status: 400, error: { code } });
    // It lives on.
    expect(await client.ask({ id: 9, method: 'ping' })).toMatchObject({ status: 200 });
  });

  it('an order is placed with a signature, looked up and cancelled', async () => {
    const { client } = await anApi();
    const placed = await client.ask({
      id: 1,
      method: 'order.place',
      params: signedParams(
        {
          ...{ symbol: 'XRPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
          ...{ price: '0.5000', quantity: '100.0', newClientOrderId: 'mine-1' },
        },
        NOW,
      ),
    });
    expect(placed).toMatchObject({ id: 1, status: 200, result: { orderId: 1, status: 'NEW' } });
    expect(placed.rateLimits.map((limit: Json) => limit.rateLimitType)).toContain('ORDERS');
    const found = await client.ask({
      id: 2,
      method: 'order.status',
      params: signedParams({ symbol: 'XRPUSDT', origClientOrderId: 'mine-1' }, NOW),
    });
    expect(found).toMatchObject({ status: 200, result: { orderId: 1, origQty: '100.00000000' } });
    const cancelled = await client.ask({
      id: 3,
      method: 'order.cancel',
      params: signedParams({ symbol: 'XRPUSDT', orderId: 1 }, NOW),
    });
    expect(cancelled).toMatchObject({
      status: 200,
      result: { status: 'CANCELED', origClientOrderId: 'mine-1' },
    });
  });

  it('a signature for other parameters is refused', async () => {
    const { client } = await anApi();
    const params = { ...signedParams({ symbol: 'XRPUSDT' }, NOW), symbol: 'BTCUSDT' };
    expect(await client.ask({ id: 1, method: 'openOrders.status', params })).toMatchObject({
      status: 400,
      error: { code: -1022 },
    });
  });

  it('a method that has to be signed is refused without a signature', async () => {
    const { client } = await anApi();
    const answer = await client.ask({ id: 1, method: 'account.status', params: { timestamp: NOW } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer).not.toHaveProperty('result');
  });

  it('over the weight limit it is told when to ask again, as an instant', async () => {
    const { client } = await anApi();
    for (let id = 1; id <= 300; id++)
      client.send({ id, method: 'exchangeInfo', params: { symbol: 'XRPUSDT' } });
    // What is refused is answered at once, before those that are asked of the exchange.
    const refused = (await client.json(300)).find(({ status }) => status !== 200);
    expect(refused).toMatchObject({ status: 429, error: { code: -1003, data: { serverTime: NOW } } });
    expect(refused.error.data.retryAfter).toBe(NOW - (NOW % 60_000) + 60_000);
  });
});

describe('session', () => {
  const loggedOff = {
    apiKey: null,
    authorizedSince: null,
    connectedSince: NOW,
    returnRateLimits: true,
    serverTime: NOW,
    userDataStream: false,
  };
  const logOn = { id: 1, method: 'session.logon', params: signedParams({}, NOW, ED25519) };

  it('an Ed25519 key logs on; requests then need a timestamp and no signature', async () => {
    const { client } = await anApi();
    expect(await client.ask({ id: 0, method: 'session.status' })).toEqual({
      ...{ id: 0, status: 200, result: loggedOff },
      rateLimits: weight(4),
    });
    const session = { ...loggedOff, apiKey: ED25519_KEY, authorizedSince: NOW };
    expect(await client.ask(logOn)).toMatchObject({ status: 200, result: session });
    const account = await client.ask({ id: 2, method: 'account.status', params: { timestamp: NOW } });
    expect(account).toMatchObject({ status: 200, result: { accountType: 'SPOT' } });
    const late = await client.ask({ id: 3, method: 'account.status', params: { timestamp: NOW - 60_000 } });
    expect(late).toMatchObject({ status: 400, error: { code: -1021 } });
    expect(await client.ask({ id: 4, method: 'session.logout' })).toMatchObject({
      status: 200,
      result: loggedOff,
    });
    const after = await client.ask({ id: 5, method: 'account.status', params: { timestamp: NOW } });
    expect(after.status).toBeGreaterThanOrEqual(400);
  });

  it('an HMAC key cannot log on', async () => {
    const { client } = await anApi();
    expect(await client.ask({ id: 1, method: 'session.logon', params: signedParams({}, NOW) })).toMatchObject(
      { status: 400, error: { code: -4056, msg: 'HMAC_SHA256 API key is not supported.' } },
    );
    expect((await client.ask({ id: 2, method: 'session.status' })).result).toEqual(loggedOff);
  });

  it('a wrong signature does not log on', async () => {
    const { client } = await anApi();
    const params = signedParams({}, NOW, { ...ED25519, sign: () => ED25519.sign('something else') });
    expect(await client.ask({ id: 1, method: 'session.logon', params })).toMatchObject({
      status: 400,
      error: { code: -1022 },
    });
  });

  it('a key and a signature in a request come before the session', async () => {
    const { client } = await anApi();
    await client.ask(logOn);
    const place = {
      ...{ symbol: 'XRPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
      ...{ price: '0.5000', quantity: '100.0' },
    };
    await client.ask({ id: 2, method: 'order.place', params: signedParams(place, NOW) });
    const ofSession = await client.ask({ id: 3, method: 'openOrders.status', params: { timestamp: NOW } });
    expect(ofSession.result).toEqual([]);
    const ofDemo = await client.ask({ id: 4, method: 'openOrders.status', params: signedParams({}, NOW) });
    expect(ofDemo.result).toHaveLength(1);
  });

  it('once its key is revoked the next request is answered 401 with the id null, and the session is over', async () => {
    const { client, control } = await anApi();
    await client.ask(logOn);
    await client.ask({ id: 2, method: 'userDataStream.subscribe' });
    await control('POST /keys/revoke', { apiKey: ED25519_KEY });
    client.send({ id: 3, method: 'account.status', params: { timestamp: NOW } });
    const frames = (await client.json(4)).slice(2);
    expect(frames).toEqual([
      {
        id: null,
        status: 401,
        error: { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' },
      },
      { subscriptionId: 0, event: { e: 'eventStreamTerminated', E: NOW } },
    ]);
    expect((await client.ask({ id: 4, method: 'session.status' })).result).toEqual(loggedOff);
  });
});
