import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/platform/system-clock.js';
import { openDatabase } from '../../src/warehouse/database.js';
import { installationId } from '../../src/warehouse/installation.js';
import { takeRunningLock } from '../../src/warehouse/running-lock.js';
import { contentOf, FILLED } from '../support/backups.js';
import { dataDirectories } from '../support/data-directories.js';
import { dropDatabase, freshDatabase, testDatabase } from '../support/database.js';
import { hedgehogIn, type Ran } from '../support/hedgehog.js';
import { aLog } from '../support/log.js';
import { tempFolder } from '../support/temp-folder.js';

const HOLDER = { pid: 4711, host: 'a-host', sinceMs: 1_760_000_000_000, version: '0.1.0' };

const test = testDatabase();
const folder = tempFolder();
const directories = dataDirectories();
const run = (...args: string[]): Promise<Ran> => hedgehogIn(test.environment, 'db', ...args);

beforeEach(async () => {
  await test.empty();
  await test.database.pool.query(FILLED);
});

describe('hedgehog db backup and restore', () => {
  it('take what is there to a database that was not, and tell of it', async () => {
    const file = folder.path('a.backup');
    const before = await contentOf(test.database);
    const backedUp = await run('backup', file);
    expect([backedUp.code, backedUp.stderr]).toEqual([0, '']);
    const rows = Object.values(before).flat().length.toLocaleString('en-US');
    expect(backedUp.stdout).toMatch(
      new RegExp(`^\\w+ as of 20.*Z: ${rows} rows of 20 tables, written to ${file} \\([\\d.]+ MiB\\)\n$`),
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path('')).filter((name) => name.includes('partial'))).toEqual([]);

    const url = await freshDatabase('empty');
    const restored = await hedgehogIn({ DATABASE_URL: url, HEDGEHOG_ENV: 'test' }, 'db', 'restore', file);
    expect([restored.code, restored.stderr]).toEqual([0, '']);
    const db = await openDatabase({ environment: { DATABASE_URL: url, HEDGEHOG_ENV: 'test' }, log: aLog() });
    const id = await installationId(db.kysely);
    expect(await contentOf(db)).toEqual(before);
    await db.close();
    await dropDatabase(url);
    expect(restored.stdout).toMatch(
      /^postgres.* is what \w+ was at 20.*Z: .* rows of 20 tables, from .*a.backup\n/,
    );
    expect(restored.stdout).toContain(`client order ids begin with hh${id} from now on; 1 cycles are open.`);
  });

  it('print one JSON object each and nothing else', async () => {
    const file = folder.path('json.backup');
    const backedUp = await run('backup', file, '--json');
    const facts = {
      ...{ file, exchange: 'simulator', takenAt: expect.any(String), hedgehog: expect.any(String) },
      ...{ database: test.database.target.database, rows: expect.any(Number) },
      tables: expect.objectContaining({ trade_events: 3_000, cycles: 2 }),
    };
    expect(JSON.parse(backedUp.stdout)).toEqual({ ...facts, bytes: statSync(file).size });
    const restored = await run('restore', file, '--replace', '--yes', '--json');
    expect(JSON.parse(restored.stdout)).toEqual({
      ...facts,
      migrated: [],
      orderIdPrefix: `hh${await installationId(test.database.kysely)}`,
      openCycles: 1,
    });
  });

  it('go from one server to another, and make the database there', async () => {
    const [file, directory] = [folder.path('moved.backup'), directories.next()];
    await run('backup', file);
    const own = { DATABASE_URL: undefined, HEDGEHOG_ENV: undefined, HEDGEHOG_DATA_DIR: directory };
    expect((await hedgehogIn(own, 'db', 'backup', folder.path('none'))).stderr).toContain('is not set up');
    expect(existsSync(directory)).toBe(false);
    expect(await hedgehogIn(own, 'db', 'restore', file)).toMatchObject({ code: 0, stderr: '' });
    const again = folder.path('again.backup');
    const { stdout } = await hedgehogIn(own, 'db', 'backup', again, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      database: 'hedgehog_development',
      tables: { trade_events: 3_000 },
    });
  });

  it('backup replaces a file only when it is told to, and leaves it when it fails', async () => {
    const file = folder.write('precious', 'kept.backup');
    const refused = await run('backup', file);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--force replaces it')]);
    await test.database.pool.query('ALTER TABLE service_reports RENAME COLUMN reason TO "Reason"');
    const failed = await run('backup', file, '--force');
    await test.database.pool.query('ALTER TABLE service_reports RENAME COLUMN "Reason" TO reason');
    expect(failed.code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(existsSync(`${file}.partial`)).toBe(false);
    expect((await run('backup', file, '--force')).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('backup refuses a database without tables', async () => {
    const url = await freshDatabase('empty');
    const ran = await hedgehogIn({ DATABASE_URL: url }, 'db', 'backup', folder.path('nothing'));
    await dropDatabase(url);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('nothing to back up')]);
    expect(existsSync(folder.path('nothing'))).toBe(false);
  });
});

describe('hedgehog db restore refuses', () => {
  const intact = folder.path('intact.backup');
  beforeEach(async () => {
    if (!existsSync(intact)) await run('backup', intact);
  });

  it.each([
    {
      name: 'a file that is not there',
      args: ['nowhere'],
      says: 'cannot read nowhere: there is no such file',
    },
    { name: 'what is no backup', args: ['package.json', '--replace', '--yes'], says: 'is not a backup' },
    { name: 'a database that holds something', args: [intact], says: 'there is something in symbols, ' },
    { name: 'to replace without being asked to its face', args: [intact, '--replace'], says: 'takes --yes' },
  ])('$name', async ({ args, says }) => {
    const before = await contentOf(test.database);
    const { code, stdout, stderr } = await run('restore', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await contentOf(test.database)).toEqual(before);
  });

  it('a file that was cut, and changes nothing', async () => {
    const file = folder.path('cut.backup');
    copyFileSync(intact, file);
    truncateSync(file, statSync(file).size - 100);
    const before = await contentOf(test.database);
    const { code, stderr } = await run('restore', file, '--replace', '--yes');
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${file} is truncated or corrupt`)]);
    expect(await contentOf(test.database)).toEqual(before);
  });

  it('while a Hedgehog runs on the database; a backup is taken all the same', async () => {
    const lock = await takeRunningLock(test.database, {
      clock: systemClock,
      log: aLog(),
      holder: HOLDER,
      onLost: () => {},
    });
    const { code, stderr } = await run('restore', intact, '--replace', '--yes');
    expect([code, stderr]).toEqual([2, expect.stringContaining('a Hedgehog runs on this database')]);
    expect((await run('backup', folder.path('running.backup'))).code).toBe(0);
    lock?.release();
  });

  it('to replace what is in production unless it is told twice', async () => {
    const environment = { ...test.environment, HEDGEHOG_ENV: 'production' };
    const ran = await hedgehogIn(environment, 'db', 'restore', intact, '--replace', '--yes');
    expect([ran.code, ran.stderr]).toEqual([
      2,
      expect.stringContaining('both --yes and --environment production'),
    ]);
  });
});
