import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import { aSimulator, stopSimulatorsAfterEach, tradesAt } from '../../../support/simulator.js';

stopSimulatorsAfterEach();

const NOW = 1_784_246_400_123;
const clock = () => new SimClock(NOW);
const aMarket = () =>
  aSimulator({
    clock: clock(),
    trades: {
      XRPUSDT: tradesAt('XRPUSDT', '0.5', '0.51', '0.52'),
      BTCUSDT: tradesAt('BTCUSDT', '64000', '64001.5'),
    },
  });
const FIRST = `{"e":"trade","E":${NOW},"s":"XRPUSDT","t":1,"p":"0.50000000","q":"10.00000000","T":${NOW},"m":false,"M":true}`;

describe('market streams', () => {
  it('a trade is told raw on /ws, exactly as Binance writes it, with the next number of its symbol', async () => {
    const { connect, control } = await aMarket();
    const client = await connect('/ws/xrpusdt@trade');
    await control('POST /step', { symbol: 'XRPUSDT', count: 2 });
    const [first, second] = await client.got(2);
    expect(first).toBe(FIRST);
    expect(JSON.parse(second ?? '')).toMatchObject({ t: 2, p: '0.51000000', m: true });
  });

  it('a trade is told wrapped on /stream, with the name of its stream', async () => {
    const { connect, control } = await aMarket();
    const client = await connect('/stream?streams=xrpusdt@trade/btcusdt@trade');
    await control('POST /step', { count: 1 });
    const frames = await client.got(2);
    expect(frames).toContain(`{"stream":"xrpusdt@trade","data":${FIRST}}`);
    expect(new Set(frames.map((frame) => JSON.parse(frame).stream))).toEqual(
      new Set(['btcusdt@trade', 'xrpusdt@trade']),
    );
  });

  it('readers of one stream are each told it in their own form', async () => {
    const { connect, control } = await aMarket();
    const paths = [
      '/ws/xrpusdt@trade',
      '/stream?streams=xrpusdt@trade',
      '/ws/xrpusdt@trade?timeUnit=microsecond',
      '/stream?streams=xrpusdt@trade&timeUnit=microsecond',
    ];
    const all = await Promise.all(paths.map((path) => connect(path)));
    await control('POST /step', { symbol: 'XRPUSDT' });
    const told = await Promise.all(all.map((client) => client.json(1)));
    const trade = JSON.parse(FIRST);
    const micro = { ...trade, E: NOW * 1_000, T: NOW * 1_000 };
    const wrapped = (data: unknown) => ({ stream: 'xrpusdt@trade', data });
    expect(told).toEqual([[trade], [wrapped(trade)], [micro], [wrapped(micro)]]);
  });

  it('times are in microseconds where the URL asks for it', async () => {
    const { connect, control } = await aMarket();
    const client = await connect('/ws/xrpusdt@trade?timeUnit=MICROSECOND');
    await control('POST /step', { symbol: 'XRPUSDT' });
    const [frame] = await client.json(1);
    expect(frame).toMatchObject({ E: NOW * 1_000, T: NOW * 1_000 });
  });

  it('each trade is an aggregate of its own on aggTrade', async () => {
    const { connect, control } = await aMarket();
    const client = await connect('/ws/xrpusdt@aggTrade');
    await control('POST /step', { symbol: 'XRPUSDT' });
    expect(await client.got(1)).toEqual([
      `{"e":"aggTrade","E":${NOW},"s":"XRPUSDT","a":1,"p":"0.50000000","q":"10.00000000","f":1,"l":1,"T":${NOW},"m":false,"M":true}`,
    ]);
  });

  it('a bare /ws is told nothing until it subscribes, and nothing more once it has unsubscribed', async () => {
    const { connect, control } = await aMarket();
    const client = await connect('/ws');
    await control('POST /step', { symbol: 'XRPUSDT' });
    client.send({ method: 'SUBSCRIBE', params: ['xrpusdt@trade', 'btcusdt@trade'], id: 1 });
    expect(await client.got(1)).toEqual(['{"result":null,"id":1}']);
    await control('POST /step', { symbol: 'XRPUSDT' });
    expect((await client.json(2))[1]).toMatchObject({ t: 2 });
    client.send({ method: 'UNSUBSCRIBE', params: ['xrpusdt@trade'], id: null });
    expect((await client.got(3))[2]).toBe('{"result":null,"id":null}');
    client.send({ method: 'LIST_SUBSCRIPTIONS', id: 'list' });
    expect((await client.got(4))[3]).toBe('{"result":["btcusdt@trade"],"id":"list"}');
    await control('POST /step', { symbol: 'XRPUSDT' });
    await control('POST /step', { symbol: 'BTCUSDT' });
    expect((await client.json(5))[4]).toMatchObject({ s: 'BTCUSDT', t: 1 });
  });

  it('the property `combined` follows the URL and can be changed', async () => {
    const { connect, control } = await aMarket();
    const client = await connect('/ws/xrpusdt@trade');
    expect(await client.ask({ method: 'GET_PROPERTY', params: ['combined'], id: 1 })).toEqual({
      result: false,
      id: 1,
    });
    await client.ask({ method: 'SET_PROPERTY', params: ['combined', true], id: 2 });
    expect(await client.ask({ method: 'GET_PROPERTY', params: ['combined'], id: 3 })).toEqual({
      result: true,
      id: 3,
    });
    await control('POST /step', { symbol: 'XRPUSDT' });
    expect((await client.json(4))[3]).toMatchObject({ stream: 'xrpusdt@trade', data: { t: 1 } });
    const combined = await connect('/stream');
    expect(await combined.ask({ method: 'GET_PROPERTY', params: ['combined'], id: 1 })).toEqual({
      result: true,
      id: 1,
    });
  });

  it('what cannot be understood is answered with a code and a message, and the connection lives on', async () => {
    const { connect } = await aMarket();
    const client = await connect('/ws');
    client.send('{"method');
    expect(await client.got(1)).toEqual([
      '{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1","id":null}',
    ]);
    client.send({ method: 'SET_PROPERTY', params: ['speed', 1], id: 7 });
    expect((await client.got(2))[1]).toBe('{"code":0,"msg":"Unknown property","id":7}');
  });

  it('a stream that does not exist is subscribed to, and silent', async () => {
    const { connect, control } = await aMarket();
    const client = await connect('/ws');
    expect(await client.ask({ method: 'SUBSCRIBE', params: ['nosuch@trade'], id: 1 })).toEqual({
      result: null,
      id: 1,
    });
    await control('POST /step', { count: 1 });
    expect(await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 2 })).toEqual({
      result: ['nosuch@trade'],
      id: 2,
    });
    expect(client.frames).toHaveLength(2);
  });

  it('all subscribers are told every trade in the order of its number', async () => {
    const prices = Array.from({ length: 500 }, (_, index) => `0.${1_000 + index}`);
    const { connect, control } = await aSimulator({ trades: { XRPUSDT: tradesAt('XRPUSDT', ...prices) } });
    const paths = ['/ws/xrpusdt@trade', '/ws/xrpusdt@trade', '/stream?streams=xrpusdt@trade'];
    const all = await Promise.all(paths.map((path) => connect(path)));
    await control('POST /step', { count: 500 });
    for (const client of all) {
      const frames = await client.json(500);
      expect(frames.map((frame) => (frame.data ?? frame).t)).toEqual(prices.map((_, index) => index + 1));
    }
  });

  it.each([
    { path: '/nowhere', status: 404 },
    { path: '/ws/xrpusdt@trade?timeUnit=HOUR', status: 400 },
    { path: '/ws/%E0%A4%A', status: 101 },
  ])('$path is answered $status', async ({ path, status }) => {
    const { connect } = await aMarket();
    const outcome = await connect(path).then(
      () => 101,
      (error: Error) => Number(/\d+$/.exec(error.message)?.[0]),
    );
    expect(outcome).toBe(status);
  });
});
