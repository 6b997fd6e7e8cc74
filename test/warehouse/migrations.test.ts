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
