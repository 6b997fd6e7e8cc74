import { beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { tradeRecord } from '../../src/warehouse/trade-record.js';
import { storeTrades } from '../../src/warehouse/trade-store.js';
import { testDatabase } from '../support/database.js';
import { aTrade, SYMBOL } from '../support/market.js';

const db = testDatabase();
const kysely = () => db.database.kysely;

const once = <T>(work: () => Promise<T>): Promise<T> => work();

beforeEach(() => db.empty());

it('knows the highest stored trade id of each symbol', async () => {
  const record = tradeRecord(kysely(), once);
  expect(await record.lastPublished(SYMBOL)).toBeNull();
  const largest = Number.MAX_SAFE_INTEGER;
  await storeTrades(kysely(), await symbolIdOf(kysely(), SYMBOL), [aTrade(3), aTrade(largest), aTrade(7)]);
  await storeTrades(kysely(), await symbolIdOf(kysely(), 'BTCUSDT'), [aTrade(5)]);
  expect(await record.lastPublished(SYMBOL)).toBe(largest);
  expect(await record.lastPublished('BTCUSDT')).toBe(5);
  expect(await record.lastPublished('ETHUSDT')).toBeNull();
});

it('finds it at the end of the primary key', async () => {
  const symbolId = await symbolIdOf(kysely(), SYMBOL);
  await storeTrades(kysely(), symbolId, [aTrade(3)]);
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    EXPLAIN SELECT trade_id FROM trade_events WHERE symbol_id = ${symbolId} ORDER BY trade_id DESC LIMIT 1`.execute(
    kysely(),
  );
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('Index Only Scan Backward');
});

it('writes down what is missing and what is absent, each range once', async () => {
  const record = tradeRecord(kysely(), once);
  const ranges = [
    { from: 5, to: 9 },
    { from: 12, to: 12 },
  ];
  for (const times of [1, 2]) {
    await record.recordAbsent(SYMBOL, ranges.slice(0, times));
    await record.recordMissing(SYMBOL, ranges.slice(0, times));
  }
  await record.recordAbsent(SYMBOL, []);
  const absent = await kysely().selectFrom('absent_trades').selectAll().orderBy('from_trade_id').execute();
  expect(absent.map((row) => [row.from_trade_id, row.to_trade_id])).toEqual([
    ['5', '9'],
    ['12', '12'],
  ]);
  const missing = await kysely().selectFrom('missing_trades').selectAll().orderBy('from_trade_id').execute();
  expect(missing.map((row) => [row.from_trade_id, row.to_trade_id])).toEqual([
    ['5', '9'],
    ['12', '12'],
  ]);
});
