import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrations } from '../../migrations/index.js';
import { InputError } from '../../src/platform/input-error.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { checkArchive } from '../../src/warehouse/backup/archive.js';
import { backUp } from '../../src/warehouse/backup/backup.js';
import { type Database, openDatabase } from '../../src/warehouse/database.js';
import { installationId } from '../../src/warehouse/installation.js';
import { migrateDown, migrationStates } from '../../src/warehouse/migrator.js';
import { takeRunningLock } from '../../src/warehouse/running-lock.js';
import { TABLE_NAMES } from '../../src/warehouse/schema.js';
import {
  backUpInto,
  contentOf,
  FILLED,
  HOLDER,
  remanifested,
  repacked,
  restoreFrom,
  TAKEN_AT,
} from '../support/backups.js';
import { dropDatabase, freshDatabase, testDatabase } from '../support/database.js';
import { aLog } from '../support/log.js';
import { tempFolder } from '../support/temp-folder.js';

const test = testDatabase();
const folder = tempFolder();
const file = folder.path('a.backup');
const others: { readonly url: string; readonly database: Database }[] = [];

/** Another database on the server; without tables unless told otherwise. */
async function another(template: 'empty' | 'migrated' = 'empty'): Promise<Database> {
  const url = await freshDatabase(template);
  const database = await openDatabase({
    environment: { DATABASE_URL: url, HEDGEHOG_ENV: 'test' },
    log: aLog(),
  });
  others.push({ url, database });
  return database;
}

beforeEach(async () => {
  await test.empty();
  await test.database.pool.query(FILLED);
});
afterEach(async () => {
  for (const { url, database } of others.splice(0)) {
    await database.close();
    await dropDatabase(url);
  }
});

describe('a backup, restored', () => {
  it('is every row of every table again, under another id', async () => {
    const before = await contentOf(test.database);
    expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true);
    await backUpInto(file, test.database);
    const db = await another();
    const { migrated, installationId: id } = await restoreFrom(file, db);
    expect(await contentOf(db)).toEqual(before);
    expect(migrated).toEqual([]);
    expect(id).toMatch(/^[0-9a-f]{10}$/);
    expect(id).not.toBe(await installationId(test.database.kysely));
    expect(await installationId(db.kysely)).toBe(id);
    expect((await restoreFrom(file, db, true)).installationId).not.toBe(id);
  });

  it('numbers new rows after those that there were, deleted ones too', async () => {
    await backUpInto(file, test.database);
    const db = await another();
    await restoreFrom(file, db);
    const { rows } = await db.pool.query(`
      WITH symbol AS (INSERT INTO symbols (symbol) VALUES ('NEW') RETURNING id),
        cycle AS (INSERT INTO cycles (symbol_id, settings, position) VALUES (1, '{}', '{}') RETURNING id),
        missing AS (INSERT INTO missing_trades (symbol_id, from_trade_id, to_trade_id) VALUES (1, 90, 91) RETURNING id)
      SELECT symbol.id AS symbol, cycle.id AS cycle, missing.id AS missing FROM symbol, cycle, missing`);
    expect(rows).toEqual([{ symbol: 3, cycle: '3', missing: '6' }]);
  });

  it('is the same whatever the pieces are, and whatever the server writes times in', async () => {
    const before = await contentOf(test.database);
    await test.database.pool.query(
      `ALTER DATABASE "${test.database.target.database}" SET datestyle = 'SQL, DMY'`,
    );
    const other = await test.open();
    try {
      await backUpInto(file, other, { memberSize: 1_000 });
    } finally {
      await other.close();
      await test.database.pool.query(`ALTER DATABASE "${test.database.target.database}" RESET datestyle`);
    }
    const { tables } = await checkArchive(file);
    expect(tables.find(({ name }) => name === 'trade_events')?.members.length).toBeGreaterThan(2);
    const db = await another();
    await restoreFrom(file, db);
    expect(await contentOf(db)).toEqual(before);
  });

  it('is of one moment, whatever is written meanwhile', async () => {
    const before = await contentOf(test.database);
    const pieces: Buffer[] = [];
    let isChanged = false;
    for await (const piece of backUp(test.database, { version: '1', takenAt: TAKEN_AT, memberSize: 1_000 })) {
      pieces.push(piece);
      if (isChanged) continue;
      isChanged = true;
      await test.database.pool.query(
        `UPDATE cycles SET position = '{"phase": "closed"}'; DELETE FROM service_reports;
         INSERT INTO mock_balances VALUES ('main', 'XRP', 1, 1); DELETE FROM trade_events WHERE trade_id > 200`,
      );
    }
    writeFileSync(file, gzipSync(Buffer.concat(pieces)));
    const db = await another();
    await restoreFrom(file, db);
    expect(await contentOf(db)).toEqual(before);
    expect(await contentOf(test.database)).not.toEqual(before);
  });

  it('of a database without a row is one', async () => {
    await test.empty();
    await backUpInto(file, test.database);
    const db = await another('migrated');
    expect(await restoreFrom(file, db)).toEqual({ migrated: [], installationId: null });
    expect(Object.values(await contentOf(db)).flat()).toEqual([]);
  });

  it('of an earlier Hedgehog is brought up to date, with what is in it', async () => {
    const old = await another('migrated');
    const [last] = await migrateDown(old.kysely);
    await old.pool.query(`INSERT INTO installation (id) VALUES ('old')`);
    await backUpInto(file, old);
    const db = await another();
    expect((await restoreFrom(file, db)).migrated).toEqual([last]);
    const states = await migrationStates(db.kysely);
    expect(states.every(({ appliedAt }) => appliedAt !== undefined)).toBe(true);
    expect((await contentOf(db)).installation).toEqual(['(mock)']);
  });

  it('gives its connections back when nobody wants the rest', async () => {
    for await (const piece of backUp(test.database, { version: '1', takenAt: TAKEN_AT })) {
      expect(piece).toHaveLength(512);
      break;
    }
    const { rows } = await test.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the manifest', () => {
  it('tells what is in it', async () => {
    await backUpInto(file, test.database);
    const manifest = await checkArchive(file);
    expect(manifest).toMatchObject({
      ...{ format: 1, hedgehog: '1.2.3', takenAt: TAKEN_AT.toISOString(), exchange: 'simulator' },
      database: test.database.target.database,
      migrations: Object.keys(migrations),
    });
    const rows = Object.fromEntries(manifest.tables.map((table) => [table.name, table.rows]));
    expect(rows).toMatchObject({ symbols: 2, trade_events: 3_000, missing_trades: 1, cycles: 2 });
    expect(Object.keys(rows).toSorted()).toEqual([...TABLE_NAMES].toSorted());
    expect(JSON.stringify(manifest)).not.toContain('postgres://');
  });
});

describe('a restore', () => {
  it('refuses a database that holds something, names where, and leaves it', async () => {
    await backUpInto(file, test.database);
    const before = await contentOf(test.database);
    const db = await another('migrated');
    await db.pool.query(`INSERT INTO mock_balances VALUES ('main', 'USDT', 1, 1)`);
    await expect(restoreFrom(file, db)).rejects.toThrow('there is something in mock_balances; --replace');
    expect((await contentOf(db)).mock_balances).toEqual(['(main,USDT,1,1)']);
    await restoreFrom(file, db, true);
    expect(await contentOf(db)).toEqual(before);
  });

  it('refuses a database on which a Hedgehog runs, replace or not', async () => {
    await backUpInto(file, test.database);
    const lock = await takeRunningLock(test.database, {
      clock: systemClock,
      log: aLog(),
      holder: HOLDER,
      onLost: () => {},
    });
    try {
      const refused = restoreFrom(file, test.database, true);
      await expect(refused).rejects.toThrow('a Hedgehog runs on this database');
      await expect(refused).rejects.toBeInstanceOf(InputError);
    } finally {
      lock?.release();
    }
  });

  it('that fails on the way leaves all as it was, numbers too', async () => {
    await backUpInto(file, test.database);
    const db = await another('migrated');
    await db.pool.query(`INSERT INTO symbols (symbol) SELECT 'S' || n FROM generate_series(1, 9) AS n`);
    const before = await contentOf(db);
    await remanifested(file, ({ tables }) => {
      tables.find(({ name }: { name: string }) => name === 'service_reports').rows = 2;
    });
    await expect(restoreFrom(file, db, true)).rejects.toThrow(
      'service_reports has 1 rows after it was restored',
    );
    expect(await contentOf(db)).toEqual(before);
    const { rows } = await db.pool.query(`INSERT INTO symbols (symbol) VALUES ('NEW') RETURNING id`);
    expect(rows).toEqual([{ id: 10 }]);
    const lock = await takeRunningLock(db, {
      clock: systemClock,
      log: aLog(),
      holder: HOLDER,
      onLost: () => {},
    });
    expect(lock).not.toBeNull();
    lock?.release();
  });

  it('refuses a file that was changed after it was checked', async () => {
    await backUpInto(file, test.database);
    const manifest = await checkArchive(file);
    const symbols = manifest.tables.find(({ name }) => name === 'symbols');
    if (symbols?.members[0] !== undefined) symbols.members[0].sha256 = 'f'.repeat(64);
    const { restore } = await import('../../src/warehouse/backup/restore.js');
    const db = await another('migrated');
    await expect(
      restore(db, { file, manifest, replace: false, holder: HOLDER, clock: systemClock, log: aLog() }),
    ).rejects.toThrow('the backup was changed while it was being restored');
    expect((await contentOf(db)).symbols).toEqual([]);
  });

  it('refuses a backup of a later Hedgehog', async () => {
    await backUpInto(file, test.database);
    await remanifested(file, (manifest) => {
      manifest.hedgehog = '9.0.0';
      manifest.migrations.push('9999-later');
    });
    await expect(restoreFrom(file, await another())).rejects.toThrow(
      'made by Hedgehog 9.0.0, whose tables this one does not know: 9999-later',
    );
  });

  it('refuses a backup without a table that it should have', async () => {
    await backUpInto(file, test.database);
    const isOther = (name: string) => name !== 'mock_balances';
    await repacked(file, (members) => members.filter(({ path }) => !path.includes('mock_balances')));
    await remanifested(file, (manifest) => {
      manifest.tables = manifest.tables.filter(({ name }: { name: string }) => isOther(name));
    });
    await expect(restoreFrom(file, await another())).rejects.toThrow(
      'the tables that it should: mock_balances',
    );
  });
});

describe('a check finds', () => {
  const intact = folder.path('intact.backup');
  beforeEach(async () => {
    await backUpInto(intact, test.database, { memberSize: 20_000 });
    copyFileSync(intact, file);
  });
  const found = async (): Promise<string> => {
    const error: unknown = await checkArchive(file).then(
      () => new Error('nothing'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(file);
    return (error as Error).message;
  };

  it('nothing wrong with one that is intact', async () => {
    expect((await checkArchive(file)).format).toBe(1);
  });

  it('a byte that was flipped, wherever it is', async () => {
    const bytes = readFileSync(intact);
    // Behind the ten bytes of gzip's header, which say nothing of what is packed.
    for (let at = 10; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x10;
      writeFileSync(file, changed);
      expect(await found()).toMatch(/truncated or corrupt|cannot be used/);
    }
  });

  it('a byte that was flipped before it was packed', async () => {
    const bytes = gunzipSync(readFileSync(intact));
    for (let at = 600; at < bytes.length - 1_024; at += Math.ceil(bytes.length / 40)) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x01;
      if (isPadding(bytes, at) || endsChecksum(bytes, at)) continue;
      writeFileSync(file, gzipSync(changed));
      expect(await found()).toContain('cannot be used');
    }
  });

  it('nothing wrong with a byte that says nothing', async () => {
    const bytes = gunzipSync(readFileSync(intact));
    bytes[154] = (bytes[154] as number) ^ 0x01;
    writeFileSync(file, gzipSync(bytes));
    expect((await checkArchive(file)).format).toBe(1);
  });

  it('that it was cut, wherever', async () => {
    const { size } = statSync(intact);
    for (const length of [size - 1, size - 9, Math.floor(size / 2), 100, 10]) {
      copyFileSync(intact, file);
      truncateSync(file, length);
      expect(await found()).toMatch(/truncated or corrupt/);
    }
  });

  it('that it was cut before it was packed', async () => {
    const bytes = gunzipSync(readFileSync(intact));
    for (const length of [bytes.length - 1_024, 512 * 7, 700]) {
      writeFileSync(file, gzipSync(bytes.subarray(0, length)));
      expect(await found()).toContain('it ends too early');
    }
  });

  it.each([
    {
      name: 'a member that is missing',
      change: (paths: readonly string[]) =>
        paths.filter((path) => path !== 'tables/trade_events/00000001.copy'),
      says: 'tables/trade_events/00000001.copy is missing',
    },
    {
      name: 'members in another order',
      change: (paths: readonly string[]) => [...paths.slice(0, -1).toReversed(), 'manifest.json'],
      says: 'is not as it was written',
    },
    {
      name: 'no manifest',
      change: (paths: readonly string[]) => paths.slice(0, -1),
      says: 'it has no manifest.json',
    },
    {
      name: 'something after the manifest',
      change: (paths: readonly string[]) => [...paths, paths[0] as string],
      says: 'comes after its manifest.json',
    },
    {
      name: 'a member that the manifest does not know',
      change: (paths: readonly string[]) => [...paths.slice(0, -1), paths[0] as string, 'manifest.json'],
      says: 'does not speak of tables/',
    },
  ])('$name', async ({ change, says }) => {
    await repacked(file, (members) => {
      const byPath = new Map(members.map((member) => [member.path, member]));
      return change([...byPath.keys()]).flatMap((path) => byPath.get(path) ?? []);
    });
    expect(await found()).toContain(says);
  });

  it('content that was changed, and its length too', async () => {
    await repacked(file, (members) =>
      members.map((member) =>
        member.path.startsWith('tables/mock_balances')
          ? { ...member, content: Buffer.from(member.content.toString().replace('100', '1000000')) }
          : member,
      ),
    );
    expect(await found()).toContain('tables/mock_balances/00000000.copy is not as it was written');
  });

  it.each([
    ['another format', { format: 2 }, 'it has the format 2; this Hedgehog reads format 1'],
    ['no migrations', { migrations: [] }, 'has no good migrations'],
    [
      'a table by a name that is none',
      { tables: [{ name: 'x; DROP TABLE y' }] },
      'has no good tables.0.name',
    ],
  ])('a manifest with %s', async (_name, change, says) => {
    await remanifested(file, (manifest) => Object.assign(manifest, change));
    expect(await found()).toContain(says);
  });

  it('that it is no backup at all', async () => {
    writeFileSync(file, 'event_type,event_time\n');
    expect(await found()).toContain('is not a backup that hedgehog db backup has written');
    writeFileSync(file, gzipSync('event_type,event_time\n'.repeat(100)));
    expect(await found()).toContain('it holds something that hedgehog db backup does not write');
    writeFileSync(file, '');
    expect(await found()).toContain('is not a backup');
    writeFileSync(file, gzipSync(''));
    expect(await found()).toContain('it ends too early');
  });
});

/** Whether the byte of a tar archive is one of the zeros that fill up a member's last block. */
const isPadding = (bytes: Buffer, at: number): boolean =>
  bytes.subarray(at, at + 512 - (at % 512)).every((byte) => byte === 0);

/** The two bytes behind the checksum in the header of a member say nothing, and it does not cover them. */
function endsChecksum(bytes: Buffer, at: number): boolean {
  let header = 0;
  for (;;) {
    const size = Number.parseInt(bytes.toString('latin1', header + 124, header + 136), 8);
    const next = header + 512 + Math.ceil(size / 512) * 512;
    if (at < next) return at - header === 154 || at - header === 155;
    header = next;
  }
}
