import { describe, expect, it } from '@jest/globals';
import { aGate } from '../support/actors.js';
import {
  aLiveStreaming,
  expectAllOnce,
  MemoryRecord,
  stopsLiveStreaming,
  streamingOne,
} from '../support/live-streaming.js';

stopsLiveStreaming();

const XRP = 'XRPUSDT';

describe('streaming a live market', () => {
  it('publishes trades as they were told', async () => {
    const test = await aLiveStreaming();
    await test.on(XRP);
    const told = test.server.print(XRP, 3);
    await test.until(() => test.ids(XRP).length === 3);
    expect(test.heard(XRP)).toEqual(told);
    expect(test.server.questions).toEqual([]);
    expect(test.shown('StreamConnection 1')).toMatchObject({
      streams: 1,
      confirmed: 1,
      trades: 3,
      malformed: 0,
      phase: 'up',
    });
  });

  it('streams a symbol that is not of ASCII', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test, '币安人生USDT');
    expect(test.server.messages[0]?.text).toContain('币安人生usdt@trade');
  });

  it('drops what comes twice', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    const [trade] = test.server.print(XRP);
    if (trade !== undefined) test.server.tell(trade);
    test.server.print(XRP);
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    expect(test.shown('Streamer XRPUSDT')).toMatchObject({
      duplicates: 1,
      phase: 'streaming',
      lastId: 1_002,
    });
  });

  it('fetches what the stream left out before it publishes what came later', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    test.server.print(XRP, 2_500, false);
    test.server.print(XRP, 2);
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    expect(test.server.questions.map(({ fromId }) => fromId)).toEqual([1_001, 2_001, 3_001]);
  });

  it('passes over ids that do not exist, and writes them down', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    test.server.skip(XRP, 3);
    test.server.print(XRP, 2, false);
    test.server.skip(XRP, 1);
    test.server.print(XRP);
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    await test.until(() => test.record.absent.length === 2);
    expect(test.record.absent).toEqual([
      { symbol: XRP, from: 1_001, to: 1_003 },
      { symbol: XRP, from: 1_006, to: 1_006 },
    ]);
    expect(test.shown('Streamer XRPUSDT')).toMatchObject({ absent: 4 });
  });

  it('asks again for what the exchange does not serve yet', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    test.server.lag = 5;
    test.server.print(XRP, 3, false);
    test.server.print(XRP, 2);
    await test.until(() => test.server.questions.length >= 4);
    expect(test.ids(XRP)).toEqual([1_000]);
    expect(test.shown('Streamer XRPUSDT')).toMatchObject({
      gap: '1001-1003',
      waiting: 2,
      trouble: { kind: 'not-served' },
    });
    test.server.lag = 0;
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    expect(test.record.absent).toEqual([]);
  });

  it('holds back a bounded number of trades while nothing can be fetched, visibly, and then catches up', async () => {
    const test = await aLiveStreaming({ limits: { maxWaiting: 50 } });
    await streamingOne(test);
    const secret = new Error('503 from the exchange');
    test.server.trouble = () => secret;
    test.server.print(XRP, 1, false);
    test.server.print(XRP, 200);
    await test.until(
      () => test.shown('Streamer XRPUSDT').dropped === 150 && test.server.questions.length >= 3,
    );
    expect(test.shown('Streamer XRPUSDT')).toMatchObject({
      gap: '1001-1151',
      waiting: 50,
      trouble: { kind: 'failed', reason: '503 from the exchange' },
    });
    expect(test.ids(XRP)).toEqual([1_000]);
    test.server.trouble = () => ({ retryAfterMs: 5_000 });
    await test.until(() => JSON.stringify(test.shown('Streamer XRPUSDT').trouble).includes('rate-limited'));
    test.server.trouble = null;
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
    const told = test.log.entries.filter(({ message }) => message.startsWith(XRP)).map(({ level }) => level);
    expect(told.filter((level) => level === 'warn')).toHaveLength(1);
    expect(test.shown('Streamer XRPUSDT').trouble).toBeUndefined();
  });

  it('waits as long as it is told to when it asks too often', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    test.server.trouble = () => ({ retryAfterMs: 60_000 });
    test.server.print(XRP, 1, false);
    test.server.print(XRP);
    await test.until(() => test.server.questions.length === 1);
    await test.pass(59_000);
    expect(test.server.questions).toHaveLength(1);
    test.server.trouble = null;
    await test.untilAllIsHeard(XRP);
  }, 120_000);

  it('is quiet about a symbol without trades', async () => {
    const test = await aLiveStreaming();
    await test.on('DEADUSDT');
    await test.pass(10_000);
    expect(test.ids('DEADUSDT')).toEqual([]);
    expect(test.server.questions).toEqual([]);
    expect(test.log.entries.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('says why a symbol cannot be streamed', async () => {
    const test = await aLiveStreaming();
    test.desired.want('NOUSDT', null);
    await test.until(() => test.log.entries.some(({ level }) => level === 'error'));
    expect(test.log.entries.at(-1)?.message).toBe(
      'streaming: NOUSDT cannot be started: NOUSDT is not listed',
    );
  });
});

describe('after a start', () => {
  it('goes on after the last trade that was published before', async () => {
    const test = await aLiveStreaming();
    test.server.print(XRP, 1_500);
    test.record.last.set(XRP, 1_099);
    await test.on(XRP);
    test.server.print(XRP);
    await test.until(() => test.ids(XRP).length === 1_401);
    expect(test.ids(XRP)).toEqual(test.server.ids(XRP).filter((id) => id > 1_099));
  });

  it('does so too when the symbol is quiet', async () => {
    const test = await aLiveStreaming();
    test.server.print(XRP, 1_500);
    test.record.last.set(XRP, 1_099);
    await test.on(XRP);
    await test.until(() => test.ids(XRP).length === 1_400);
    expect(test.ids(XRP)).toEqual(test.server.ids(XRP).filter((id) => id > 1_099));
  });

  it.each([{ isQuiet: true }, { isQuiet: false }])(
    'gives up more than can be caught up with (quiet: $isQuiet)',
    async ({ isQuiet }) => {
      const test = await aLiveStreaming({ limits: { maxResume: 100 } });
      test.server.print(XRP, 1_500);
      test.record.last.set(XRP, 1_099);
      await test.on(XRP);
      if (isQuiet) await test.pass(5_000);
      expect(test.ids(XRP)).toEqual([]);
      test.server.print(XRP, 2);
      await test.until(() => test.ids(XRP).length === 2 && test.record.missing.length === 1);
      expect(test.ids(XRP)).toEqual([2_500, 2_501]);
      expect(test.record.missing).toEqual([{ symbol: XRP, from: 1_100, to: 2_499 }]);
      expect(test.log.entries.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
        'XRPUSDT: too much was traded meanwhile to be caught up with; missing: 1100-2499',
      ]);
    },
  );

  it('lets trades wait until it is known where to go on', async () => {
    const record = new MemoryRecord();
    const gate = aGate();
    record.gate = gate.promise;
    record.last.set(XRP, 999);
    const test = await aLiveStreaming({ record });
    await test.on(XRP);
    test.server.print(XRP, 3);
    await test.until(() => test.shown('StreamConnection 1').trades === 3);
    expect(test.ids(XRP)).toEqual([]);
    gate.open();
    await test.untilAllIsHeard(XRP);
    expect(test.ids(XRP)).toEqual([1_000, 1_001, 1_002]);
  });

  it('goes on as after a start when a symbol was switched off', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    test.desired.drop(XRP);
    await test.until(() => test.server.carriersOf(XRP).length === 0);
    test.server.print(XRP, 10);
    await test.on(XRP);
    await test.untilAllIsHeard(XRP);
    expectAllOnce(test, XRP);
  });
});
