import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import { eventually } from '../../../support/running-hedgehog.js';
import {
  API_KEY,
  aSimulator,
  signedByHmac,
  signedParams,
  stopSimulatorsAfterEach,
} from '../../../support/simulator.js';

stopSimulatorsAfterEach();

const NOW = 1_784_246_400_123;
const ORDER = {
  symbol: 'XRPUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: '0.5000',
  quantity: '100.0',
};

async function anExchange(...faults: readonly object[]) {
  const clock = new SimClock(NOW);
  const test = await aSimulator({ clock, faults });
  const client = await test.connect('/ws-api/v3');
  const rest = async (endpoint: string, params: Readonly<Record<string, string>> = {}) => {
    const [method = '', path = ''] = endpoint.split(' ');
    const query = new URLSearchParams({ ...params, timestamp: String(clock.wallMs()) }).toString();
    const response = await fetch(
      `http://127.0.0.1:${test.port}${path}?${query}&signature=${signedByHmac(query)}`,
      { method, headers: { 'X-MBX-APIKEY': API_KEY } },
    );
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const openOrders = async (): Promise<number> =>
    JSON.parse((await rest('GET /api/v3/openOrders', { symbol: 'XRPUSDT' })).text).length;
  const place = (id: string) => ({
    id,
    method: 'order.place',
    params: signedParams({ ...ORDER, newClientOrderId: id }, clock.wallMs()),
  });
  return { ...test, clock, client, rest, openOrders, place };
}
const onOrders = { where: { endpoint: 'POST /api/v3/order' } };
const UNKNOWN = { status: 503, error: { code: -1007 } };

describe('faults of requests', () => {
  it('an order may be placed and answered -1007, once', async () => {
    const { rest, client, place, openOrders } = await anExchange({ what: 'answer-error', ...onOrders });
    const { status, text } = await rest('POST /api/v3/order', ORDER);
    expect([status, JSON.parse(text).code]).toEqual([503, -1007]);
    expect(await openOrders()).toBe(1);
    expect(await client.ask(place('b'))).toMatchObject({ status: 200 });
  });

  it('an order may be placed and answered with a page', async () => {
    const { rest, openOrders } = await anExchange({
      ...{ what: 'answer-error', form: 'page', status: 502 },
      ...onOrders,
    });
    const { status, headers, text } = await rest('POST /api/v3/order', ORDER);
    expect([status, headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(text).toContain('<h1>502</h1>');
    expect(await openOrders()).toBe(1);
  });

  it('it fires for the WebSocket API as well', async () => {
    const { client, place, openOrders } = await anExchange({ what: 'answer-error', ...onOrders });
    expect(await client.ask(place('a'))).toMatchObject({ id: 'a', ...UNKNOWN });
    expect(await openOrders()).toBe(1);
  });

  it('an order may be answered -1007 and never be placed', async () => {
    const { client, place, openOrders } = await anExchange({
      what: 'answer-error',
      done: 'never',
      ...onOrders,
    });
    expect(await client.ask(place('a'))).toMatchObject(UNKNOWN);
    expect(await openOrders()).toBe(0);
  });

  it('an order may be answered -1007 and be placed three seconds later', async () => {
    const { client, clock, place, openOrders } = await anExchange({
      what: 'answer-error',
      done: 'later',
      ...onOrders,
    });
    expect(await client.ask(place('a'))).toMatchObject(UNKNOWN);
    clock.advance(2_999);
    expect(await openOrders()).toBe(0);
    clock.advance(1);
    expect(await eventually(openOrders, 'it is placed', (count) => count === 1)).toBe(1);
  });

  it('the reply may be lost with the connection, the order placed or not', async () => {
    const { client, connect, rest, place, openOrders } = await anExchange(
      { what: 'lose-reply', ...onOrders },
      { what: 'lose-reply', done: 'never', ...onOrders },
    );
    client.send(place('a'));
    expect(await client.closed()).toMatchObject({ code: 1006 });
    expect(client.frames).toEqual([]);
    expect(await openOrders()).toBe(1);
    await expect(rest('POST /api/v3/order', ORDER)).rejects.toThrow('fetch failed');
    expect(await openOrders()).toBe(1);
    const again = await connect('/ws-api/v3');
    expect(await again.ask(place('c'))).toMatchObject({ status: 200 });
  });

  it('a reply may come after the report', async () => {
    const { client, clock, place } = await anExchange({ what: 'delay-reply', delayMs: 500, ...onOrders });
    await client.ask({ id: 1, method: 'userDataStream.subscribe.signature', params: signedParams({}, NOW) });
    client.send(place('a'));
    await client.got(3);
    clock.advance(500);
    const frames = await client.json(4);
    expect(frames.slice(1).map((frame) => frame.event?.e ?? frame.id)).toEqual([
      'executionReport',
      'outboundAccountPosition',
      'a',
    ]);
  });

  it.each([429, 418])('%d comes with the time to wait, and nothing is done', async (status) => {
    const fault = { what: 'rate-limit', status, retryAfterSeconds: 7, times: 2, ...onOrders };
    const { rest, client, place, openOrders } = await anExchange(fault);
    const answer = await rest('POST /api/v3/order', ORDER);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, '7']);
    expect(JSON.parse(answer.text).code).toBe(-1003);
    expect(await client.ask(place('a'))).toMatchObject({
      status,
      error: { code: -1003, data: { serverTime: NOW, retryAfter: NOW + 7_000 } },
    });
    expect(await openOrders()).toBe(0);
  });

  it('a firewall answers 403 with HTML', async () => {
    const { rest } = await anExchange({ what: 'forbid' });
    const { status, headers, text } = await rest('GET /api/v3/account');
    expect([status, headers.get('content-type')]).toEqual([403, 'text/html']);
    expect(text).toContain('<html>');
    expect((await rest('GET /api/v3/account')).status).toBe(200);
  });

  it('only requests for the symbol that it names are an occasion', async () => {
    const { rest } = await anExchange({ what: 'forbid', where: { symbol: 'BTCUSDT' } });
    expect((await rest('GET /api/v3/openOrders', { symbol: 'XRPUSDT' })).status).toBe(200);
    expect((await rest('GET /api/v3/openOrders', { symbol: 'BTCUSDT' })).status).toBe(403);
  });

  it('an order is not found for so long after it was placed, by either id', async () => {
    const { client, clock, rest, place } = await anExchange({ what: 'hide-order', forMs: 1_000 });
    await client.ask(place('a'));
    const lookups = [{ origClientOrderId: 'a' }, { orderId: '1' }] as const;
    const look = async () => {
      const answers = [];
      for (const key of lookups)
        answers.push(JSON.parse((await rest('GET /api/v3/order', { symbol: 'XRPUSDT', ...key })).text));
      return answers.map(({ code, orderId }) => code ?? orderId);
    };
    await eventually(look, 'the order is known to be fresh', (codes) =>
      codes.every((code) => code === -2013),
    );
    clock.advance(999);
    expect(await look()).toEqual([-2013, -2013]);
    clock.advance(1);
    expect(await look()).toEqual([1, 1]);
  });

  it('the clock is off while that is armed', async () => {
    const { client, control } = await anExchange();
    const serverTime = async () => (await client.ask({ id: 1, method: 'time' })).result.serverTime;
    expect(await serverTime()).toBe(NOW);
    const { ids } = await control('POST /faults', { what: 'clock-skew', skewMs: -2_000 });
    expect(await serverTime()).toBe(NOW - 2_000);
    const params = signedParams({}, NOW);
    expect(await client.ask({ id: 2, method: 'account.status', params })).toMatchObject({
      error: { code: -1021 },
    });
    await control(`DELETE /faults/${String(ids)}`);
    expect(await serverTime()).toBe(NOW);
  });
});
