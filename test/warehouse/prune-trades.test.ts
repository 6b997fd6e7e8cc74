import { beforeEach, describe, expect, it } from '@jest/globals';
import { importTrades } from '../../src/warehouse/import-trades.js';
import { PrunePass, pruneStep, tradedSymbols } from '../../src/warehouse/prune-trades.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { noteTradeIds } from '../../src/warehouse/trade-store.js';
import { testDatabase } from '../support/database.js';
import { missingTrades, storedTrades } from '../support/stored.js';
import { aTradeEvent, batchesOf, tradesFrom } from '../support/trade-events.js';

const test = testDatabase();
const db = () => test.database.kysely;
const store = async (events = tradesFrom(1, 100)): Promise<number> => {
  await importTrades(test.database, 'XRPUSDT', batchesOf(events));
  return symbolIdOf(db(), 'XRPUSDT');
};
const stored = () => storedTrades(db());

beforeEach(() => test.empty());

describe('pruning', () => {
  // Trade n is of n,000 ms.
  it('goes on after each batch, until none is old', async () => {
    const id = await store();
    expect(await pruneStep(db(), id, 25_000, undefined, 10)).toEqual({ deleted: 10, next: 10 });
    expect(await stored()).toBe('11-100');
    expect(await pruneStep(db(), id, 25_000, 10, 10)).toEqual({ deleted: 10, next: 20 });
    expect(await pruneStep(db(), id, 25_000, 20, 10)).toEqual({ deleted: 4, next: 30 });
    expect(await pruneStep(db(), id, 25_000, 30, 10)).toEqual({ deleted: 0, next: null });
    expect(await stored()).toBe('25-100');
  });

  it('goes by trade time where that does not follow the ids, and takes id 0 too', async () => {
    const id = await store([
      aTradeEvent({ tradeId: 0, tradeTime: 10 }),
      aTradeEvent({ tradeId: 1, tradeTime: 30 }),
      aTradeEvent({ tradeId: 2, tradeTime: 20 }),
      aTradeEvent({ tradeId: 3, tradeTime: 40, eventTime: 1 }),
    ]);
    expect(await pruneStep(db(), id, 30)).toEqual({ deleted: 2, next: null });
    expect(await stored()).toBe('1,3');
  });

  it('done twice, as after an answer that was lost, deletes nothing more', async () => {
    const id = await store();
    await pruneStep(db(), id, 25_000, undefined, 10);
    expect(await pruneStep(db(), id, 11_000, undefined, 10)).toMatchObject({ deleted: 0 });
    expect(await stored()).toBe('11-100');
  });

  it('takes the notes of missing and absent ids with the trades around them, and leaves the others', async () => {
    const id = await store([...tradesFrom(1, 10), ...tradesFrom(15, 30), ...tradesFrom(40, 50)]);
    const ranges = [
      { from: 11, to: 12 },
      { from: 13, to: 31 },
      { from: 31, to: 39 },
    ];
    for (const table of ['missing_trades', 'absent_trades'] as const)
      await noteTradeIds(db(), table, id, ranges);
    await pruneStep(db(), id, 20_000);
    expect(await stored()).toBe('20-30,40-50');
    expect(await missingTrades(db())).toBe('13-39');
    const absent = await db()
      .selectFrom('absent_trades')
      .select('from_trade_id')
      .orderBy('from_trade_id')
      .execute();
    expect(absent.map((row) => row.from_trade_id)).toEqual(['13', '31']);
  });

  it('touches no other symbol', async () => {
    await importTrades(
      test.database,
      'ADAUSDT',
      batchesOf(tradesFrom(1, 5).map((event) => ({ ...event, symbol: 'ADAUSDT' }))),
    );
    const id = await store(tradesFrom(11, 15));
    await noteTradeIds(db(), 'missing_trades', await symbolIdOf(db(), 'ADAUSDT'), [{ from: 3, to: 3 }]);
    const pass = new PrunePass(db(), 13_000, 'XRPUSDT');
    while (!pass.isOver) await pass.step();
    expect(await stored()).toBe('1-5,13-15');
    expect(await missingTrades(db())).toBe('3');
    expect([...pass.deleted]).toEqual([['XRPUSDT', 2]]);
    expect((await tradedSymbols(db())).map(({ symbol }) => symbol)).toEqual(['ADAUSDT', 'XRPUSDT']);
    const all = new PrunePass(db(), 1_000_000);
    while (!all.isOver) await all.step();
    expect(await stored()).toBe('5,15');
    expect(id).toBeGreaterThan(0);
  });
});
