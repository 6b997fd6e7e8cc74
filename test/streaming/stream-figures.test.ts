import { describe, expect, it } from '@jest/globals';
import { aLiveStreaming, stopsLiveStreaming, streamingOne } from '../support/live-streaming.js';

stopsLiveStreaming();

const XRP = 'XRPUSDT';

describe('the figures of live streams', () => {
  it('tell how late trades were heard, by the clock of the exchange, and that they were published', async () => {
    let nowMs = 0;
    const test = await aLiveStreaming({ exchangeNow: () => nowMs });
    await test.on(XRP);
    const [first] = test.server.print(XRP, 1, false);
    if (first === undefined) throw new Error('a trade was made');
    nowMs = first.eventTime + 40;
    test.server.tell(first);
    await test.until(() => test.ids(XRP).length === 1);
    const { lag, publishing } = test.figures;
    expect([lag.count, lag.sumMs]).toEqual([1, 40]);
    // Our clock is behind: nothing is heard before it was told.
    const [second] = test.server.print(XRP, 1, false);
    nowMs = (second?.eventTime ?? 0) - 1;
    if (second !== undefined) test.server.tell(second);
    await test.until(() => test.ids(XRP).length === 2);
    expect([lag.count, lag.sumMs]).toEqual([2, 40]);
    expect(publishing.count).toBe(2);
    expect(publishing.sumMs).toBeLessThan(1_000);
  });

  it('count gaps, what was fetched to fill them, and ids that do not exist', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    expect(test.figures.gaps()).toEqual({ gapsFound: 0, gapsFilled: 0, fetched: 0, absent: 0, missing: 0 });
    test.server.print(XRP, 1_500, false);
    test.server.skip(XRP, 3);
    test.server.print(XRP, 2);
    await test.untilAllIsHeard(XRP);
    expect(test.figures.gaps()).toMatchObject({ gapsFound: 1, gapsFilled: 1, absent: 3, missing: 0 });
    expect(test.figures.gaps().fetched).toBeGreaterThanOrEqual(1_500);
    expect(test.figures.gaps().fetched).toBeLessThanOrEqual(1_502);
    // What is heard twice, or in turn, is none.
    test.server.print(XRP, 3);
    await test.untilAllIsHeard(XRP);
    expect(test.figures.gaps()).toMatchObject({ gapsFound: 1, gapsFilled: 1 });
    // Fetched trades came over no socket.
    expect(test.figures.lag.count).toBe(1 + 2 + 3);
  });

  it('go on through a crash of the Streamer, and add up all symbols', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    await streamingOne(test, 'ADAUSDT');
    for (const symbol of [XRP, 'ADAUSDT']) {
      test.server.print(symbol, 5, false);
      test.server.print(symbol);
    }
    await test.untilAllIsHeard(XRP, 'ADAUSDT');
    await test.crash('Streamer XRPUSDT');
    expect(test.figures.gaps()).toMatchObject({ gapsFound: 2, gapsFilled: 2 });
  });

  it('count what was given up after too long an absence', async () => {
    const test = await aLiveStreaming({ limits: { maxResume: 100 } });
    test.server.print(XRP, 1_500);
    test.record.last.set(XRP, 1_099);
    await test.on(XRP);
    test.server.print(XRP, 2);
    await test.until(() => test.record.missing.length === 1);
    expect(test.figures.gaps()).toEqual({
      gapsFound: 0,
      gapsFilled: 0,
      fetched: 0,
      absent: 0,
      missing: 1_400,
    });
  });

  it('count a connection that was lost and made again, and say meanwhile that it is', async () => {
    const test = await aLiveStreaming();
    const state = () => test.streaming.states()(XRP);
    expect(state()).toEqual({ kind: 'off' });
    await streamingOne(test);
    expect(state()).toEqual({ kind: 'on', trouble: null });
    expect([test.figures.reconnects, test.figures.connections()]).toEqual([0, { up: 1, down: 0 }]);
    for (const connection of test.server.sockets.live) connection.drop();
    await test.until(() => JSON.stringify(state()).includes('the stream is reconnecting'));
    expect(test.figures.connections()).toEqual({ up: 0, down: 1 });
    await test.until(() => test.figures.reconnects === 1);
    expect([state(), test.figures.connections()]).toEqual([
      { kind: 'on', trouble: null },
      { up: 1, down: 0 },
    ]);
    // A connection that crashed is lost as well.
    await test.crash('StreamConnection 1');
    await test.until(() => test.figures.reconnects === 2);
  });

  it('say that trades cannot be fetched, while later ones wait for them', async () => {
    const test = await aLiveStreaming();
    await streamingOne(test);
    test.server.trouble = () => new Error('no answer');
    test.server.print(XRP, 3, false);
    test.server.print(XRP);
    const trouble = 'trades cannot be fetched, and later ones wait: no answer';
    await test.until(() => JSON.stringify(test.streaming.states()(XRP)).includes(trouble));
    test.server.trouble = null;
    await test.untilAllIsHeard(XRP);
    expect(test.streaming.states()(XRP)).toEqual({ kind: 'on', trouble: null });
  });

  it('name why a symbol cannot be streamed', async () => {
    const test = await aLiveStreaming();
    test.desired.wishes.set('NOUSDT', { version: '1', wanted: null });
    test.desired.tell();
    await test.until(() => test.streaming.states()('NOUSDT').kind === 'given-up');
    expect(test.streaming.states()('NOUSDT')).toEqual({ kind: 'given-up', reason: 'NOUSDT is not listed' });
  });
});
