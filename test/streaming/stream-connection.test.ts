import { describe, expect, it } from '@jest/globals';
import {
  aLiveStreaming,
  expectAllOnce,
  stopsLiveStreaming,
  streamingOne,
} from '../support/live-streaming.js';

stopsLiveStreaming();

const XRP = 'XRPUSDT';

describe('a connection', () => {
  it('that is lost is made again, and what a quiet symbol traded meanwhile is published', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    for (const connection of test.server.sockets.live) connection.drop();
    test.server.print(XRP, 2, false);
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    expect(test.shown('StreamConnection 1')).toMatchObject({ reconnects: 1, confirmed: 1 });
  });

  it.each([
    '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1784246400123}}',
    '{"e":"serverShutdown","E":1784246400123}',
  ])('is replaced without a lost or doubled trade at %s', async (notice) => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    const [first] = test.server.sockets.live;
    test.server.print(XRP, 2);
    first?.send(notice);
    await test.until(() => {
      // Both are told, as long as both stand.
      test.server.print(XRP);
      return first?.closed === true;
    });
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    expect(test.shown('StreamConnection 1')).toMatchObject({ reconnects: 0, rotations: 1 });
    expect(test.shown('Streamer XRPUSDT').duplicates).toBeGreaterThan(0);
    expect(test.server.questions).toEqual([]);
  });

  it('that is replaced in time asks nothing about a quiet symbol, of which nothing can be missed', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    const [first] = test.server.sockets.live;
    first?.send({ e: 'serverShutdown', E: 1 });
    await test.until(() => first?.closed === true);
    await test.pass(5_000);
    expect(test.server.questions).toEqual([]);
  });

  it('is replaced before it is too old', async () => {
    const test = await aLiveStreaming({ tuning: { rotateAfterMs: 3_000 } });
    await streamingOne(test);
    await test.until(() => {
      test.server.print(XRP);
      return test.server.sockets.connections.filter(({ closed }) => closed).length === 2;
    });
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    expect(test.server.questions).toEqual([]);
  }, 120_000);

  it('that falls silent is replaced', async () => {
    const test = await aLiveStreaming({ tuning: { silenceMs: 10_000 } });
    await streamingOne(test);
    const [silent] = test.server.sockets.live;
    silent?.stall();
    test.server.print(XRP, 3, false);
    await test.until(() => test.server.sockets.connections.length > 1);
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    expect(String(test.shown('StreamConnection 1').lastEnd)).toBe('silent');
  });

  it('that sends what cannot be read is told of once, and replaced when it does not stop', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    const [broken] = test.server.sockets.live;
    for (let count = 0; count < 19; count++) broken?.send('<html>');
    test.server.print(XRP);
    for (let count = 0; count < 19; count++) broken?.send('<html>');
    broken?.send('{"e":"aggTrade","s":"XRPUSDT"}');
    for (let count = 0; count < 19; count++) broken?.send('<html>');
    await test.until(() => test.shown('StreamConnection 1').malformed === 57);
    expect(test.shown('StreamConnection 1')).toMatchObject({ unknown: 1, phase: 'up', reconnects: 0 });
    broken?.send('<html>');
    await test.until(() => broken?.closed === true);
    test.server.print(XRP, 1, false);
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    const told = test.log.entries.filter(({ message }) => message.includes('counted from now on'));
    expect(told.map(({ fields }) => fields)).toEqual([{ raw: '<html>' }, {}]);
  });

  it.each([
    {
      what: 'refuses',
      reply: ({ id }: { id: number }) => ({ code: 2, msg: 'Invalid request: too long', id }),
    },
    { what: 'does not answer', reply: () => null },
  ])(
    'is made again while the exchange $what what it is asked',
    async ({ reply }) => {
      const test = await aLiveStreaming();
      const good = test.server.reply;
      test.server.reply = reply;
      await test.on(XRP);
      await test.until(() => test.server.sockets.connections.length >= 2);
      test.server.reply = good;
      await test.until(() => test.shown('StreamConnection 1').confirmed === 1);
      test.server.print(XRP);
      await test.until(() => test.ids(XRP).length === 1);
    },
    120_000,
  );

  it('takes up symbols that come later, together, and leaves those that go', async () => {
    const test = await aLiveStreaming();
    await test.on(XRP);
    await test.on('AUSDT', 'BUSDT', 'CUSDT');
    expect(
      test.server.messages.map(({ text }) => (JSON.parse(text) as { params: string[] }).params.length),
    ).toEqual([1, 3]);
    test.desired.drop('BUSDT');
    await test.until(() => test.server.carriersOf('BUSDT').length === 0);
    expect(JSON.parse(test.server.messages.at(-1)?.text ?? '')).toMatchObject({
      method: 'UNSUBSCRIBE',
      params: ['busdt@trade'],
    });
    for (const symbol of ['AUSDT', 'CUSDT', XRP]) test.desired.drop(symbol);
    await test.until(() => test.server.sockets.live.length === 0);
    await streamingOne(test);
  });

  it('carries no more streams than it may, and asks for them at a pace that is allowed', async () => {
    const test = await aLiveStreaming();
    const symbols = Array.from({ length: 1_500 }, (_, index) => `COIN${index}USDT`);
    await test.on(...symbols);
    const { connections } = test.server.sockets;
    expect(connections.map((connection) => test.server.streamsOf(connection).size)).toEqual([1_024, 476]);
    for (const connection of connections) {
      const times = test.server.messages
        .filter((message) => message.connection === connection)
        .map(({ atMs }) => atMs);
      const inASecond = times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length);
      expect(Math.max(...inASecond)).toBeLessThanOrEqual(5);
    }
    // Room that becomes free is used again.
    test.desired.drop('COIN3USDT');
    await test.until(() => test.server.carriersOf('COIN3USDT').length === 0);
    await test.on('LATEUSDT');
    expect(test.server.carriersOf('LATEUSDT')).toEqual([connections[0]]);
    for (const symbol of ['COIN0USDT', 'COIN1499USDT']) test.server.print(symbol);
    await test.until(() => test.ids('COIN0USDT').length + test.ids('COIN1499USDT').length === 2);
  }, 120_000);
});
