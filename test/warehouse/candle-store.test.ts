import { beforeEach, describe, expect, it } from '@jest/globals';
import { storeCandles } from '../../src/warehouse/candle-store.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { testDatabase } from '../support/database.js';
import { aCandle, SYMBOL } from '../support/market.js';

const db = testDatabase();
const kysely = () => db.database.kysely;
let symbolId: number;

beforeEach(async () => {
  await db.empty();
  symbolId = await symbolIdOf(kysely(), SYMBOL);
});

const rows = () =>
  kysely()
    .selectFrom('candles')
    .select(['interval', 'open_time', 'close', 'trade_count'])
    .orderBy('open_time')
    .execute();

describe('storeCandles', () => {
  it('stores candles of every interval', async () => {
    const candles = [aCandle(), aCandle({ interval: '1d', openTime: 0 }), aCandle({ openTime: 120_000 })];
    expect(await storeCandles(kysely(), symbolId, candles)).toBe(3);
    expect((await rows()).map((row) => [row.interval, row.open_time])).toEqual([
      ['1d', '0'],
      ['1m', '60000'],
      ['1m', '120000'],
    ]);
  });

  it('replaces a candle by one with more trades, and never by one with fewer', async () => {
    await storeCandles(kysely(), symbolId, [aCandle({ close: '1' })]);
    expect(await storeCandles(kysely(), symbolId, [aCandle({ close: '2', tradeCount: 11 })])).toBe(1);
    expect(await storeCandles(kysely(), symbolId, [aCandle({ close: '3', tradeCount: 10 })])).toBe(0);
    expect(await rows()).toMatchObject([{ close: '2', trade_count: '11' }]);
  });

  it('takes of one candle in one batch the state with the most trades', async () => {
    const states = [9, 12, 11].map((tradeCount) => aCandle({ tradeCount, close: String(tradeCount) }));
    await storeCandles(kysely(), symbolId, states);
    expect(await rows()).toMatchObject([{ close: '12', trade_count: '12' }]);
  });
});
