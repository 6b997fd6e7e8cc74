import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { migrations } from '../../migrations/index.js';
import { type Database, openDatabase } from '../../src/warehouse/database.js';
import { migrateAllDown, migrateDown, migrateUp, migrationStates } from '../../src/warehouse/migrator.js';
import { dropDatabase, freshDatabase } from '../support/database.js';
import { databaseUsers } from '../support/database-users.js';
import { aLog } from '../support/log.js';

const NAMES = Object.keys(migrations);
const processes = databaseUsers();

/** What the database holds: columns, indexes, constraints, types, functions and triggers. */
async function shapeOf({ kysely }: Database): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    SELECT line FROM (
      SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable ||
             coalesce(' ' || column_default, '') AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'kysely%'
      UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely%'
      UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'kysely%'
      UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
      UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
      UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
    ) AS lines ORDER BY line`.execute(kysely);
  return rows.map(({ line }) => line);
}

async function inEmptyDatabase(work: (database: Database, url: string) => Promise<void>): Promise<void> {
  const url = await freshDatabase('empty');
  const database = await openDatabase({ environment: { DATABASE_URL: url }, log: aLog() });
  try {
    await work(database, url);
  } finally {
    await database.close();
    await dropDatabase(url);
  }
}

describe('migrations', () => {
  it('go up, all the way down, one at a time, and up again to the same', () =>
    inEmptyDatabase(async (database) => {
      const { kysely } = database;
      expect(await migrateUp(kysely)).toEqual(NAMES);
      const shape = await shapeOf(database);
      expect(shape.length).toBeGreaterThan(100);
      expect(await migrateUp(kysely)).toEqual([]);

      for (const name of NAMES.toReversed()) expect(await migrateDown(kysely)).toEqual([name]);
      expect(await migrateDown(kysely)).toEqual([]);
      expect(await shapeOf(database)).toEqual([]);

      expect(await migrateUp(kysely)).toEqual(NAMES);
      expect(await shapeOf(database)).toEqual(shape);
    }));

  it('are all taken back at once', () =>
    inEmptyDatabase(async (database) => {
      await migrateUp(database.kysely);
      await migrateAllDown(database.kysely);
      expect(await shapeOf(database)).toEqual([]);
      const states = await migrationStates(database.kysely);
      expect(states.map(({ appliedAt }) => appliedAt)).toEqual(NAMES.map(() => undefined));
    }));

  it('are named in their order', () => {
    expect(NAMES).toEqual(NAMES.toSorted());
  });

  it('leave the database as it was when one of them fails', () =>
    inEmptyDatabase(async (database) => {
      // In the way of the last one.
      await sql`CREATE TABLE mock_balances (id integer)`.execute(database.kysely);
      const before = await shapeOf(database);
      await expect(migrateUp(database.kysely)).rejects.toThrow('relation "mock_balances" already exists');
      expect(await shapeOf(database)).toEqual(before);
    }));

  it('give mock orders of before the one fill that each had, and ids that no other fill has', () =>
    inEmptyDatabase(async ({ kysely }) => {
      await migrateUp(kysely);
      for (const name of NAMES.toReversed()) {
        await migrateDown(kysely);
        if (name === '0006-mock-accounts') break;
      }
      await sql`INSERT INTO symbols (symbol) VALUES ('XRPUSDT'), ('BTCUSDT')`.execute(kysely);
      await sql`
        INSERT INTO mock_orders (order_id, created_time, updated_time, symbol_id, side, status, client_order_id, price,
          quantity, executed_quantity)
        SELECT order_id, 1, filled_at, symbol_id, 'BUY', status::order_status, order_id::text, 0.4307, 46.430, executed
        FROM (VALUES (1, 1, 'FILLED', 30, 46.43), (1, 2, 'FILLED', 20, 46.43), (1, 3, 'CANCELED', 40, 0),
          (1, 4, 'NEW', 1, 0), (2, 1, 'FILLED', 20, 46.43)) AS orders (symbol_id, order_id, status, filled_at, executed)
      `.execute(kysely);
      await migrateUp(kysely);
      const { rows } = await sql<{ symbol_id: number; order_id: string; fills: unknown }>`
        SELECT symbol_id, order_id, fills FROM mock_orders ORDER BY symbol_id, order_id`.execute(kysely);
      const fill = { price: '0.4307', quantity: '46.43', commission: '0', commissionAsset: null };
      expect(rows.map(({ symbol_id, order_id, fills }) => [symbol_id, order_id, fills])).toEqual([
        [1, '1', [{ ...fill, tradeId: -2, time: 30 }]],
        [1, '2', [{ ...fill, tradeId: -1, time: 20 }]],
        [1, '3', []],
        [1, '4', []],
        [2, '1', [{ ...fill, tradeId: -1, time: 20 }]],
      ]);
    }));

  it('run once when several processes start at the same time', () =>
    inEmptyDatabase(async (database, url) => {
      const users = [1, 2, 3].map(() =>
        processes.start('', { task: 'migrate', environment: { DATABASE_URL: url } }),
      );
      const opened = await Promise.all(users.map((user) => user.opened));
      expect(opened.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
      expect(opened.flatMap(({ migrated }) => migrated).toSorted()).toEqual(NAMES);
      const states = await migrationStates(database.kysely);
      expect(states.every(({ appliedAt }) => appliedAt instanceof Object)).toBe(true);
      await Promise.all(users.map((user) => user.close()));
    }));
});
