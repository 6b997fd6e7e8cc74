import { beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { seedSettings } from '../../seeds/settings.js';
import { incompleteSymbols, storeMissing } from '../../src/warehouse/missing-trade-store.js';
import { noteTradeIds } from '../../src/warehouse/trade-store.js';
import { testDatabase } from '../support/database.js';
import { aTradeEvent } from '../support/trade-events.js';

const test = testDatabase();
beforeEach(async () => {
  await test.empty();
  await seedSettings(test.database.kysely, ['XRPUSDT']);
});

const ranges = async (table: 'missing_trades' | 'absent_trades'): Promise<readonly string[]> => {
  const { rows } = await sql<{ range: string }>`
    SELECT from_trade_id || '-' || to_trade_id AS range FROM ${sql.table(table)} ORDER BY from_trade_id`.execute(
    test.database.kysely,
  );
  return rows.map(({ range }) => range);
};
const trades = (...ids: number[]) => ids.map((tradeId) => aTradeEvent({ tradeId }));

it('stores what was missing, and notes what the exchange does not have; what is further on stays missing', async () => {
  const { kysely } = test.database;
  await noteTradeIds(kysely, 'missing_trades', 1, [{ from: 1_000, to: 1_009 }]);
  const [of] = await incompleteSymbols(kysely);
  if (of === undefined) throw new Error('something is missing');
  expect(of).toEqual({ symbol: 'XRPUSDT', symbolId: 1, fromId: 1_000 });
  expect(await storeMissing(kysely, of, trades(1_000, 1_003, 1_005))).toBe(3);
  expect(await ranges('missing_trades')).toEqual(['1006-1009']);
  expect(await ranges('absent_trades')).toEqual(['1001-1002', '1004-1004']);
});

it('leaves alone what was written down as missing below what was asked for', async () => {
  const { kysely } = test.database;
  await noteTradeIds(kysely, 'missing_trades', 1, [{ from: 1_000, to: 1_001 }]);
  const [of] = await incompleteSymbols(kysely);
  if (of === undefined) throw new Error('something is missing');
  // While the exchange is asked, somebody who had no database for a while comes with his.
  await noteTradeIds(kysely, 'missing_trades', 1, [
    { from: 900, to: 998 },
    { from: 999, to: 1_004 },
  ]);
  expect(await storeMissing(kysely, of, trades(1_000, 1_001))).toBe(2);
  expect(await ranges('missing_trades')).toEqual(['900-998', '999-1004']);
  expect(await ranges('absent_trades')).toEqual([]);
  // The next look asks for those, and comes upon what is stored already.
  const [next] = await incompleteSymbols(kysely);
  expect(next?.fromId).toBe(900);
  const all = Array.from({ length: 105 }, (_, index) => 900 + index);
  expect(await storeMissing(kysely, { symbolId: 1, fromId: 900 }, trades(...all))).toBe(103);
  expect(await ranges('missing_trades')).toEqual([]);
  expect(await ranges('absent_trades')).toEqual([]);
});
