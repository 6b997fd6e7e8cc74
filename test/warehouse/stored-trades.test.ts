import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { importTrades } from '../../src/warehouse/import-trades.js';
import { storedExtent, storedSpan, storedTrades } from '../../src/warehouse/stored-trades.js';
import { testDatabase } from '../support/database.js';
import { aTradeEvent, batchesOf, collected, plainTrades, tradesFrom } from '../support/trade-events.js';

const test = testDatabase();
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const idsIn = async (fromMs: number, toMs: number) =>
  (await collected(storedTrades(test.database, 'XRPUSDT', { fromMs, toMs }))).map(({ tradeId }) => tradeId);

describe('storedTrades', () => {
  beforeEach(() => test.empty());

  it('gives those of the period, to the millisecond at both ends', async () => {
    // Trades 1 to 9 at 1,000 to 9,000 ms.
    await importTrades(test.database, 'XRPUSDT', batchesOf(tradesFrom(1, 9)));
    expect(await idsIn(3_000, 5_000)).toEqual([3, 4, 5]);
    expect(await idsIn(3_001, 4_999)).toEqual([4]);
    expect(await idsIn(2_999, 5_001)).toEqual([3, 4, 5]);
    expect(await idsIn(5_000, 5_000)).toEqual([5]);
    expect(await idsIn(5_001, 5_999)).toEqual([]);
    expect(await idsIn(9_001, 99_000)).toEqual([]);
  });

  it('goes by trade time and not by event time, in order of ids', async () => {
    const events = [
      aTradeEvent({ tradeId: 1, tradeTime: 100, eventTime: 900 }),
      aTradeEvent({ tradeId: 2, tradeTime: 900, eventTime: 100 }),
      // Its time is before that of an earlier id.
      aTradeEvent({ tradeId: 3, tradeTime: 200 }),
      aTradeEvent({ tradeId: 4, tradeTime: 150 }),
    ];
    await importTrades(test.database, 'XRPUSDT', batchesOf(events));
    expect(await idsIn(100, 200)).toEqual([1, 3, 4]);
  });

  it('gives nothing of a symbol that is not known, and gives it no id', async () => {
    expect(await collected(storedTrades(test.database, 'XRPUSDT', ALL))).toEqual([]);
    expect(await storedSpan(test.database, 'XRPUSDT')).toBeUndefined();
    expect(await test.database.kysely.selectFrom('symbols').selectAll().execute()).toEqual([]);
  });

  it('keeps symbols with the same ids apart, over several pages', async () => {
    const ours = tradesFrom(1, 10_000);
    const others = tradesFrom(1, 10_001).map((event) => ({ ...event, symbol: 'ADAUSDT', tradeTime: 1 }));
    await importTrades(test.database, 'ADAUSDT', batchesOf(others));
    await importTrades(test.database, 'XRPUSDT', batchesOf(ours));
    expect(plainTrades(await collected(storedTrades(test.database, 'XRPUSDT', ALL)))).toEqual(
      plainTrades(ours),
    );
    expect(plainTrades(await collected(storedTrades(test.database, 'ADAUSDT', ALL)))).toEqual(
      plainTrades(others),
    );
    expect(await storedExtent(test.database, 'ADAUSDT', ALL)).toMatchObject({
      lastTradeId: 10_001,
      count: 10_001,
    });
    expect(await storedSpan(test.database, 'XRPUSDT')).toEqual({ fromMs: 1_000, toMs: 10_000_000 });
  });

  it('gives its connection back when the reader stops early', async () => {
    await importTrades(test.database, 'XRPUSDT', batchesOf(tradesFrom(1, 20_000)));
    for (let times = 0; times < 15; times++) {
      for await (const events of storedTrades(test.database, 'XRPUSDT', ALL)) {
        expect(events[0]?.tradeId).toBe(1);
        break;
      }
    }
    const { idleCount, totalCount } = test.database.pool;
    expect(idleCount).toBe(totalCount);
  });

  it('memory does not grow with what is stored', async () => {
    await test.database.pool.query(`
      INSERT INTO symbols (symbol) VALUES ('XRPUSDT');
      INSERT INTO trade_events (trade_id, trade_time, event_time, symbol_id, buyer_is_maker, price, quantity)
      SELECT id, id * 10, id * 10, 1, false, 0.4 + (id % 1000) * 0.0001, 1 + id % 77 FROM generate_series(1, 400000) AS id`);
    let seen = 0;
    let next = 50_000;
    const readings: number[] = [];
    for await (const events of storedTrades(test.database, 'XRPUSDT', ALL)) {
      seen += events.length;
      if (seen < next) continue;
      readings.push(memoryUsed());
      next += 100_000;
    }
    expect(seen).toBe(400_000);
    // All its events together would take more than 80 MB.
    expect(Math.max(...readings) - (readings[0] ?? 0)).toBeLessThan(20_000_000);
  });
});

/** Bytes in use once everything that nobody holds is gone. */
function memoryUsed(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
