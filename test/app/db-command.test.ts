import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { migrations } from '../../migrations/index.js';
import type { DbStatus } from '../../src/app/commands/db-status.js';
import { isRoot } from '../../src/platform/postgres/account.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { openDatabase } from '../../src/warehouse/database.js';
import { takeRunningLock } from '../../src/warehouse/running-lock.js';
import { dataDirectories } from '../support/data-directories.js';
import { dropDatabase, freshDatabase } from '../support/database.js';
import { databaseUsers, serverPid } from '../support/database-users.js';
import { hedgehogIn, type Ran } from '../support/hedgehog.js';
import { aLog } from '../support/log.js';

const directories = dataDirectories();
const processes = databaseUsers();
const directory = directories.next();

/** Nothing of the environment of the tests may name a database. */
const clean = (given: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  DATABASE_URL: undefined,
  HEDGEHOG_ENV: undefined,
  HEDGEHOG_DATA_DIR: directory,
  ...given,
});
const db = (...args: string[]): Promise<Ran> => hedgehogIn(clean({}), 'db', ...args);
const dbIn = (environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> =>
  hedgehogIn(clean(environment), 'db', ...args);
const statusIn = async (environment: NodeJS.ProcessEnv = {}): Promise<DbStatus> =>
  JSON.parse((await dbIn(environment, 'status', '--json')).stdout) as DbStatus;
const rowsOf = (status: DbStatus, table: string): number | undefined =>
  status.content?.tables.find(({ name }) => name === table)?.rows;

const LAST = Object.keys(migrations).at(-1);

describe('hedgehog db, with a server of its own', () => {
  beforeAll(async () => {
    const before = await statusIn();
    expect(before.content).toBeNull();
    expect(existsSync(directory)).toBe(false);
    const ran = await db('setup');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(
      /^migrated: 0001-settings, .*\nseeded: 22 symbols, 22 of them new; 132 rows\n$/,
    );
  });

  it('status tells where everything is and what there is', async () => {
    const status = await statusIn();
    expect(status).toMatchObject({
      environment: 'development',
      database: 'hedgehog_development',
      server: { kind: 'embedded', data: join(directory, 'postgres/data'), pid: null, users: [] },
    });
    expect(status.content?.migrations.every(({ appliedAt }) => appliedAt !== null)).toBe(true);
    expect(rowsOf(status, 'symbols')).toBe(22);
    const { stdout } = await db('status');
    expect(stdout).toMatch(/environment +development/);
    expect(stdout).toMatch(/│ storing_settings +│ +66 │/);
    expect(serverPid(directory)).toBeUndefined();
  });

  it('status names the processes that use the server', async () => {
    const user = processes.start(directory);
    await user.opened;
    const { server } = await statusIn();
    expect(server).toMatchObject({ pid: serverPid(directory), users: [user.pid] });
    await user.close();
  });

  it('each environment has a database of its own', async () => {
    expect((await statusIn({ HEDGEHOG_ENV: 'test' })).content).toBeNull();
    expect((await db('migrate', '--environment', 'test')).code).toBe(0);
    const test = await statusIn({ HEDGEHOG_ENV: 'test' });
    expect([test.database, rowsOf(test, 'symbols')]).toEqual(['hedgehog_test', 0]);
    expect(rowsOf(await statusIn(), 'symbols')).toBe(22);
  });

  it('migrate --down takes the last one back, and migrate brings it again', async () => {
    expect((await db('migrate', '--down')).stdout).toBe(`taken back: ${LAST}\n`);
    const pending = (await statusIn()).content?.migrations.filter(({ appliedAt }) => appliedAt === null);
    expect(pending?.map(({ name }) => name)).toEqual([LAST]);
    expect((await db('migrate')).stdout).toBe(`migrated: ${LAST}\n`);
    expect((await db('migrate')).stdout).toBe('the tables are up to date\n');
  });

  it('seed adds what is new', async () => {
    expect((await db('seed')).stdout).toBe('22 symbols have their settings already\n');
  });

  it('reset asks, and so needs a terminal or --yes', async () => {
    const refused = await db('reset');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('it takes --yes')]);
    const environment = { HEDGEHOG_DATA_DIR: directory };
    const database = await openDatabase({ environment, log: aLog() });
    await sql`UPDATE trading_settings SET budget = 1`.execute(database.kysely);
    expect((await db('reset', '--yes')).code).toBe(0);
    const { rows } = await sql`SELECT DISTINCT budget FROM trading_settings`.execute(database.kysely);
    expect(rows).toEqual([{ budget: '1000' }]);
    await database.close();
  });

  it.each([[['--yes']], [['--environment', 'production']]])(
    'reset of production takes more than %j',
    async (options) => {
      const ran = await dbIn({ HEDGEHOG_ENV: 'production' }, 'reset', ...options);
      expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('--environment production')]);
    },
  );

  it('stop stops the server whoever uses it', async () => {
    const user = processes.start(directory);
    await user.opened;
    expect((await db('stop')).stdout).toBe('stopped\n');
    expect(serverPid(directory)).toBeUndefined();
    expect((await db('stop')).stdout).toBe('it was not running\n');
  });

  it.each([
    ['a stage that is none', { HEDGEHOG_ENV: 'live' }, ['status'], 2, 'HEDGEHOG_ENV is "live"'],
    ['an exchange info that is not there', {}, ['seed', '--exchange-info', 'no.json'], 2, 'no.json'],
    ['a URL that is none', { DATABASE_URL: 'db' }, ['status'], 2, 'DATABASE_URL is not the URL'],
    ['stopping the server of a URL', { DATABASE_URL: 'postgres://db/x' }, ['stop'], 2, 'not its to stop'],
    ['no command', {}, [], 2, 'Usage: hedgehog db'],
  ])('refuses %s', async (_name, environment, args, code, message) => {
    const ran = await dbIn(environment, ...args);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(message)]);
    expect(ran.stderr).not.toContain('    at ');
  });

  if (isRoot()) {
    it('a directory that cannot be written is a failure of the machine, told without a stack', async () => {
      const ran = await dbIn({ HEDGEHOG_DATA_DIR: '/proc/hedgehog' }, 'migrate');
      expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('DATABASE_URL')]);
      expect(ran.stderr).not.toContain('    at ');
    });
  }
});

describe('hedgehog db, with a server that is named', () => {
  it('sets up, shows and resets the database of the URL', async () => {
    const url = await freshDatabase('empty');
    const named = { DATABASE_URL: url };
    expect(await dbIn(named, 'setup')).toMatchObject({ code: 0, stderr: '' });
    const status = await statusIn(named);
    expect(status.server).toMatchObject({ kind: 'url', url: expect.stringMatching(/^postgres/) });
    expect([rowsOf(status, 'symbols'), rowsOf(status, 'orders')]).toEqual([22, 0]);
    expect((await dbIn(named, 'reset')).code).toBe(2);
    expect((await dbIn(named, 'reset', '--yes')).code).toBe(0);
    await dropDatabase(url);
  });

  it.each([
    { args: ['reset', '--yes'], before: 'everything is removed from it' },
    { args: ['migrate', '--down'], before: 'a migration is taken back' },
  ])('refuses $args while a Hedgehog runs, and changes nothing', async ({ args, before }) => {
    const named = { DATABASE_URL: await freshDatabase() };
    const database = await openDatabase({ environment: named, log: aLog() });
    await sql`INSERT INTO symbols (symbol) VALUES ('KEPT')`.execute(database.kysely);
    const lock = await takeRunningLock(database, {
      ...{ clock: systemClock, log: aLog(), onLost: () => {} },
      holder: { pid: 4711, host: 'a-host', sinceMs: 1_760_000_000_000, version: '0.1.0' },
    });
    const ran = await dbIn(named, ...args);
    const status = await statusIn(named);
    expect(await dbIn(named, 'migrate')).toMatchObject({ code: 0, stdout: 'the tables are up to date\n' });
    lock?.release();
    await database.close();
    await dropDatabase(named.DATABASE_URL);
    const who = 'process 4711 on a-host, since 2025-10-09T08:53:20Z, version 0.1.0';
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain(`a Hedgehog runs on this database (${who}); stop it before ${before}`);
    expect(rowsOf(status, 'symbols')).toBe(1);
    expect(status.content?.migrations.every(({ appliedAt }) => appliedAt !== null)).toBe(true);
  });
});
