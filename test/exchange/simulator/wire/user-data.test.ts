import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import {
  aSimulator,
  type Client,
  DOCUMENT,
  ED25519,
  type Json,
  signedParams,
  stopSimulatorsAfterEach,
} from '../../../support/simulator.js';
import { aTradeEvent } from '../../../support/trade-events.js';

stopSimulatorsAfterEach();

const NOW = 1_784_246_400_123;
const sale = (price: string, quantity: string) =>
  aTradeEvent({ symbol: 'XRPUSDT', price, quantity, buyerIsMaker: true });

async function anExchange(path = '/ws-api/v3') {
  const clock = new SimClock(NOW);
  const test = await aSimulator({
    clock,
    trades: { XRPUSDT: [sale('0.4999', '30'), sale('0.4999', '200')] },
  });
  const client = await test.connect(path);
  return { ...test, clock, client };
}

const subscribe = (client: Client, nowMs = NOW) =>
  client.ask({
    id: 'sub',
    method: 'userDataStream.subscribe.signature',
    params: signedParams({}, nowMs),
  });

const place = (client: Client, given: Readonly<Record<string, string>> = {}, nowMs = NOW) =>
  client.ask({
    id: 'place',
    method: 'order.place',
    params: signedParams(
      {
        ...{ symbol: 'XRPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
        ...{ price: '0.5000', quantity: '100.0', newClientOrderId: 'mine-1' },
        ...given,
      },
      nowMs,
    ),
  });

/** The events that a client was told, without what wraps them. */
const eventsOf = (client: Client): readonly Json[] =>
  client.frames.map((frame) => JSON.parse(frame)).filter((frame) => 'event' in frame);

const RESTING = {
  e: 'executionReport',
  E: NOW,
  s: 'XRPUSDT',
  c: 'mine-1',
  S: 'BUY',
  o: 'LIMIT',
  f: 'GTC',
  q: '100.00000000',
  p: '0.50000000',
  P: '0.00000000',
  F: '0.00000000',
  g: -1,
  C: '',
  x: 'NEW',
  X: 'NEW',
  r: 'NONE',
  i: 1,
  l: '0.00000000',
  z: '0.00000000',
  L: '0.00000000',
  n: '0',
  N: null,
  T: NOW,
  t: -1,
  I: 1,
  w: true,
  m: false,
  M: false,
  O: NOW,
  Z: '0.00000000',
  Y: '0.00000000',
  Q: '0.00000000',
  W: NOW,
  V: 'NONE',
};

describe('user data', () => {
  it('an order is reported from its acceptance through partial fills to the last, with the balances after each', async () => {
    const { client, control } = await anExchange();
    expect(await subscribe(client)).toMatchObject({ status: 200, result: { subscriptionId: 0 } });
    await place(client);
    await control('POST /step', { count: 1 });
    await control('POST /release');
    await control('POST /step', { count: 1 });
    await control('POST /release');
    await client.got(8);
    const events = eventsOf(client);
    expect(events.map(({ subscriptionId }) => subscriptionId)).toEqual([0, 0, 0, 0, 0, 0]);
    const position = (xrp: string, usdt: string, locked: string) => ({
      e: 'outboundAccountPosition',
      E: NOW,
      u: NOW,
      B: [
        { a: 'XRP', f: xrp, l: '0.00000000' },
        { a: 'USDT', f: usdt, l: locked },
      ],
    });
    const partly = {
      ...RESTING,
      ...{ x: 'TRADE', X: 'PARTIALLY_FILLED', l: '30.00000000', z: '30.00000000', L: '0.50000000' },
      ...{ n: '0.03000000', N: 'XRP', t: 2, I: 2, m: true, M: true },
      ...{ Y: '15.00000000', Z: '15.00000000' },
    };
    const filled = {
      ...partly,
      ...{ X: 'FILLED', l: '70.00000000', z: '100.00000000', n: '0.07000000', t: 4, I: 3, w: false },
      ...{ Y: '35.00000000', Z: '50.00000000' },
    };
    expect(events.map(({ event }) => event)).toEqual([
      RESTING,
      position('100000.00000000', '99950.00000000', '50.00000000'),
      partly,
      position('100029.97000000', '99950.00000000', '35.00000000'),
      filled,
      position('100099.90000000', '99950.00000000', '0.00000000'),
    ]);
  });

  it('a report names the self-trade prevention mode that the answer to the placement names', async () => {
    const symbols = DOCUMENT.symbols.map((symbol: object) => ({
      ...symbol,
      defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    }));
    const { connect } = await aSimulator({
      clock: new SimClock(NOW),
      document: { ...DOCUMENT, symbols },
    });
    const client = await connect('/ws-api/v3');
    await subscribe(client);
    const { result } = await place(client);
    await client.got(4);
    expect([result.selfTradePreventionMode, eventsOf(client)[0].event.V]).toEqual([
      'EXPIRE_MAKER',
      'EXPIRE_MAKER',
    ]);
  });

  it('the trade id of a fill is that of the public trade', async () => {
    const { client, control, connect } = await anExchange();
    const market = await connect('/ws/xrpusdt@trade');
    await subscribe(client);
    await place(client);
    await control('POST /step', { count: 1 });
    await control('POST /release');
    const trades = await market.json(2);
    expect(trades.map(({ t, q }) => [t, q])).toEqual([
      [1, '30.00000000'],
      [2, '30.00000000'],
    ]);
    await client.got(6);
    expect(eventsOf(client)[2].event).toMatchObject({ x: 'TRADE', t: 2, l: '30.00000000' });
  });

  it('a cancel is reported under its own id, and names the order by the id it had', async () => {
    const { client } = await anExchange();
    await subscribe(client);
    await place(client);
    const params = { symbol: 'XRPUSDT', origClientOrderId: 'mine-1', newClientOrderId: 'cancel-1' };
    await client.ask({ id: 2, method: 'order.cancel', params: signedParams(params, NOW) });
    await client.got(7);
    expect(eventsOf(client)[2].event).toEqual({
      ...RESTING,
      ...{ c: 'cancel-1', C: 'mine-1', x: 'CANCELED', X: 'CANCELED', I: 2, w: false },
    });
    expect(eventsOf(client)[3].event.B).toContainEqual({ a: 'USDT', f: '100000.00000000', l: '0.00000000' });
  });

  it('times are in microseconds where the connection asked for it', async () => {
    const { client, connect } = await anExchange();
    const micro = await connect('/ws-api/v3?timeUnit=MICROSECOND');
    await subscribe(micro);
    await place(client);
    const [, report, position] = await micro.json(3);
    expect(report.event).toMatchObject({ E: NOW * 1_000, T: NOW * 1_000, O: NOW * 1_000, W: NOW * 1_000 });
    expect(position.event).toMatchObject({ E: NOW * 1_000, u: NOW * 1_000 });
  });

  it('an account is told of its own orders only', async () => {
    const { client, connect } = await anExchange();
    const other = await connect('/ws-api/v3');
    await other.ask({ id: 1, method: 'session.logon', params: signedParams({}, NOW, ED25519) });
    await other.ask({ id: 2, method: 'userDataStream.subscribe' });
    await subscribe(client);
    await place(client);
    await client.got(4);
    await other.ask({ id: 3, method: 'ping' });
    expect(eventsOf(other)).toEqual([]);
    await other.ask({
      id: 4,
      method: 'order.place',
      params: {
        ...{ symbol: 'XRPUSDT', side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', timestamp: NOW },
        ...{ price: '0.9000', quantity: '20.0', newClientOrderId: 'theirs' },
      },
    });
    await other.got(6);
    expect(eventsOf(other)[0].event).toMatchObject({ c: 'theirs', S: 'SELL', x: 'NEW' });
    expect(eventsOf(client)).toHaveLength(2);
  });

  it('what happened while nobody was connected is never told', async () => {
    const { client, connect, control } = await anExchange();
    await subscribe(client);
    await place(client);
    await client.got(4);
    client.socket.terminate();
    await control('POST /step', { count: 1 });
    await control('POST /release');
    const again = await connect('/ws-api/v3');
    expect(await subscribe(again)).toMatchObject({ result: { subscriptionId: 0 } });
    await control('POST /step', { count: 1 });
    await control('POST /release');
    await again.got(2);
    expect(eventsOf(again)[0].event).toMatchObject({ x: 'TRADE', X: 'FILLED', z: '100.00000000' });
  });

  it('an account is subscribed to once for each connection', async () => {
    const { client, connect } = await anExchange();
    await subscribe(client);
    expect(await subscribe(client)).toMatchObject({
      status: 400,
      error: { code: -2035, msg: 'User Data Stream subscription already active.' },
    });
    const other = await connect('/ws-api/v3');
    expect(await subscribe(other)).toMatchObject({ status: 200, result: { subscriptionId: 0 } });
  });

  it('a subscription needs a good signature, or a session', async () => {
    const { client } = await anExchange();
    const params = { ...signedParams({}, NOW), timestamp: NOW + 1 };
    expect(await client.ask({ id: 1, method: 'userDataStream.subscribe.signature', params })).toMatchObject({
      status: 400,
      error: { code: -1022 },
    });
    expect(await client.ask({ id: 2, method: 'userDataStream.subscribe' })).toMatchObject({
      status: 401,
      error: { code: -1002 },
    });
    expect((await client.ask({ id: 3, method: 'session.subscriptions' })).result).toEqual([]);
  });

  it('subscriptions are listed, and end one by one or all together, each with a last event', async () => {
    const { client } = await anExchange();
    await subscribe(client);
    await client.ask({ id: 1, method: 'session.logon', params: signedParams({}, NOW, ED25519) });
    await client.ask({ id: 2, method: 'userDataStream.subscribe' });
    expect((await client.ask({ id: 3, method: 'session.status' })).result.userDataStream).toBe(true);
    expect((await client.ask({ id: 4, method: 'session.subscriptions' })).result).toEqual([
      { subscriptionId: 0 },
      { subscriptionId: 1 },
    ]);
    const one = await client.ask({
      id: 5,
      method: 'userDataStream.unsubscribe',
      params: { subscriptionId: 0 },
    });
    expect(one).toMatchObject({ status: 200, result: {} });
    expect(await subscribe(client)).toMatchObject({ result: { subscriptionId: 2 } });
    await client.ask({ id: 6, method: 'userDataStream.unsubscribe' });
    expect(await client.ask({ id: 7, method: 'userDataStream.unsubscribe' })).toMatchObject({
      status: 400,
      error: { code: -2036, msg: 'User Data Stream subscription not active.' },
    });
    const terminated = (subscriptionId: number) => ({
      subscriptionId,
      event: { e: 'eventStreamTerminated', E: NOW },
    });
    expect(eventsOf(client)).toEqual([terminated(0), terminated(1), terminated(2)]);
  });

  it('a logout ends the subscription of the session, and not the signed one', async () => {
    const { client } = await anExchange();
    await subscribe(client);
    await client.ask({ id: 1, method: 'session.logon', params: signedParams({}, NOW, ED25519) });
    await client.ask({ id: 2, method: 'userDataStream.subscribe' });
    await client.ask({ id: 3, method: 'session.logout' });
    await client.got(5);
    expect((await client.ask({ id: 4, method: 'session.subscriptions' })).result).toEqual([
      { subscriptionId: 0 },
    ]);
    expect(eventsOf(client)).toEqual([{ subscriptionId: 1, event: { e: 'eventStreamTerminated', E: NOW } }]);
    await place(client);
    await client.got(9);
    expect(eventsOf(client)[1]).toMatchObject({ subscriptionId: 0, event: { x: 'NEW' } });
  });
});
