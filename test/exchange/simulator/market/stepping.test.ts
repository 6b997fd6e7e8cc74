import { describe, expect, it } from '@jest/globals';
import { RandomFeed } from '../../../../src/exchange/simulator/market/random-feed.js';
import { seededRandom } from '../../../../src/platform/seeded-random.js';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import {
  aSimulator,
  LISTED,
  signedParams,
  stopSimulatorsAfterEach,
  tradesAt,
} from '../../../support/simulator.js';
import { aTradeEvent } from '../../../support/trade-events.js';

stopSimulatorsAfterEach();

const NOW = 1_784_246_400_123;
const BUY = {
  ...{ symbol: 'XRPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
  ...{ price: '0.5000', quantity: '100.0' },
};

describe('step mode', () => {
  it('trades come only when they are asked for, and the end of a tape is told', async () => {
    const { connect, control } = await aSimulator({
      trades: { XRPUSDT: tradesAt('XRPUSDT', '1', '2', '3') },
    });
    const client = await connect('/ws/xrpusdt@trade');
    expect(await control('GET /market')).toEqual({
      markets: [{ symbol: 'XRPUSDT', mode: 'step', phase: 'waiting', published: 0 }],
      waitingFills: 0,
    });
    expect(await control('POST /step', { count: 2 })).toEqual({ published: 2 });
    expect(await client.got(2)).toHaveLength(2);
    expect(await control('POST /step', { count: 2 })).toEqual({ published: 1 });
    expect(await control('POST /step')).toEqual({ published: 0 });
    expect(await control('GET /market')).toMatchObject({ markets: [{ phase: 'ended', published: 3 }] });
  });

  it('without a symbol every market takes the step', async () => {
    const { control } = await aSimulator({
      trades: { XRPUSDT: tradesAt('XRPUSDT', '1', '2'), BTCUSDT: tradesAt('BTCUSDT', '3') },
    });
    expect(await control('POST /step', { count: 2 })).toEqual({ published: 3 });
  });

  it('what a trade fills is held until it is released', async () => {
    const { connect, control } = await aSimulator({
      clock: new SimClock(NOW),
      trades: {
        XRPUSDT: [aTradeEvent({ price: '0.4', quantity: '1000', buyerIsMaker: true })],
      },
    });
    const client = await connect('/ws-api/v3');
    await client.ask({ id: 1, method: 'userDataStream.subscribe.signature', params: signedParams({}, NOW) });
    await client.ask({ id: 2, method: 'order.place', params: signedParams(BUY, NOW) });
    await control('POST /step');
    expect(await control('GET /market')).toMatchObject({ waitingFills: 1 });
    await client.ask({ id: 3, method: 'ping' });
    expect(client.frames.filter((frame) => frame.includes('"TRADE"'))).toEqual([]);
    expect(await control('POST /release')).toEqual({ released: 1 });
    await client.got(7);
    expect(client.frames.filter((frame) => frame.includes('"TRADE"'))).toHaveLength(1);
    expect(await control('POST /release')).toEqual({ released: 0 });
  });

  it('in run mode the market goes on by itself, and what was held is let through', async () => {
    const clock = new SimClock(NOW);
    const info = LISTED.get('XRPUSDT');
    if (info === undefined) throw new Error('XRPUSDT is not listed');
    const feed = new RandomFeed({ info, random: seededRandom(1), tradesPerSecond: 10, clock });
    const { connect, control } = await aSimulator({ clock, feeds: new Map([['XRPUSDT', feed]]) });
    const client = await connect('/ws/xrpusdt@trade');
    await control('POST /step', { count: 3 });
    expect(await client.got(3)).toHaveLength(3);
    await control('POST /market', { mode: 'run' });
    for (let count = 4; count <= 8; count++) {
      clock.advance(400);
      await client.got(count);
    }
    const report = await control('POST /market', { mode: 'step' });
    const published = (report.markets as { published: number }[])[0]?.published ?? 0;
    await client.got(published);
    clock.advance(10_000);
    expect(await control('GET /market')).toMatchObject({ markets: [{ mode: 'step', published }] });
  });

  it('a trade is stamped with the time at which it is told', async () => {
    const clock = new SimClock(NOW);
    const { connect, control } = await aSimulator({
      clock,
      trades: { XRPUSDT: tradesAt('XRPUSDT', '1', '2') },
    });
    const client = await connect('/ws/xrpusdt@trade');
    await control('POST /step');
    clock.advance(5_000);
    await control('POST /step');
    expect((await client.json(2)).map(({ T }) => T)).toEqual([NOW, NOW + 5_000]);
  });

  it('REST serves the trades that the streams told, with the same numbers', async () => {
    const { connect, control, port } = await aSimulator({
      trades: { XRPUSDT: tradesAt('XRPUSDT', '1', '2', '3') },
    });
    const client = await connect('/ws/xrpusdt@trade');
    await control('POST /step', { count: 3 });
    const url = `http://127.0.0.1:${port}/api/v3/historicalTrades?symbol=XRPUSDT&fromId=1&limit=10`;
    const rows = (await (await fetch(url)).json()) as { id: number; price: string }[];
    const told = await client.json(3);
    expect(rows.map(({ id, price }) => [id, price])).toEqual(told.map(({ t, p }) => [t, p]));
    expect(rows.map(({ id }) => id)).toEqual([1, 2, 3]);
  });
});
