import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { systemClock } from '../../src/platform/system-clock.js';
import { type Database, openDatabase } from '../../src/warehouse/database.js';
import { type RunningLock, runningHolder, takeRunningLock } from '../../src/warehouse/running-lock.js';
import { testDatabase } from '../support/database.js';
import { aLog } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';
import { ServerPath } from '../support/server-path.js';

const HOLDER = { pid: 4711, host: 'a-host', sinceMs: 1_760_000_000_000, version: '0.1.0' };
const OTHER = { ...HOLDER, pid: 4712 };

const test = testDatabase();
let path: ServerPath;
let database: Database;
let rival: pg.Client;
let lock: RunningLock | null;
let lost: number;

const take = (db: Database, holder = HOLDER, patienceMs = 0): Promise<RunningLock | null> =>
  takeRunningLock(db, {
    ...{ clock: systemClock, log: aLog(), holder, patienceMs },
    onLost: () => {
      lost++;
    },
  });

const LOCKS = `
  SELECT pid FROM pg_locks WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** The server's session that holds the lock; undefined while none does. */
async function session(): Promise<number | undefined> {
  const { rows } = await test.database.pool.query<{ pid: number }>(`${LOCKS} AND granted`);
  return rows[0]?.pid;
}

/** Has the rival wait for the lock in the server, so that it has it before anybody else once it is free. */
async function queueRival(): Promise<void> {
  // What it waits for comes after the test has gone on.
  void rival.query('SELECT pg_advisory_lock($1, 1)', [0x68_65_64_67]).catch(() => {});
  const waiting = async () => (await test.database.pool.query(`${LOCKS} AND NOT granted`)).rowCount;
  await eventually(waiting, 'the rival waits');
}

const terminate = (pid: number | undefined) =>
  test.database.pool.query('SELECT pg_terminate_backend($1)', [pid]);

beforeEach(async () => {
  lost = 0;
  path = await ServerPath.to(test.url);
  database = await openDatabase({
    environment: { DATABASE_URL: path.url, HEDGEHOG_ENV: 'test' },
    log: aLog(),
  });
  rival = new pg.Client({ connectionString: test.url });
  await rival.connect();
  lock = await take(database);
  expect(lock).not.toBeNull();
});

afterEach(async () => {
  lock?.release();
  await rival.end();
  await database.close();
  path.close();
  await eventually(session, 'nobody has the lock', (pid) => pid === undefined);
});

describe('the lock of a process that runs, when its connection is lost', () => {
  it('is taken back from the session that the server still has of it', async () => {
    const before = await session();
    path.loseClients();
    const isNew = (pid: number | undefined) => pid !== undefined && pid !== before;
    const after = await eventually(session, 'it has the lock in a session of now', isNew);
    expect(await runningHolder(test.database.kysely)).toEqual(HOLDER);
    expect(await take(test.database, OTHER)).toBeNull();
    expect([await session(), lost]).toEqual([after, 0]);
  });

  it('is waited for when another one gives it up at once', async () => {
    const before = await session();
    await queueRival();
    await terminate(before);
    const isRivals = await eventually(session, 'the rival has it', (pid) => pid !== before);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await session()).toBe(isRivals);
    await rival.query('SELECT pg_advisory_unlock_all()');
    const isTaken = async () => (await runningHolder(test.database.kysely))?.pid === HOLDER.pid;
    await eventually(isTaken, 'it has the lock again');
    expect(lost).toBe(0);
  });

  it('is lost to another one that keeps it, whose session is left alone', async () => {
    const before = await session();
    await queueRival();
    await terminate(before);
    await eventually(() => lost, 'it is told');
    expect(lost).toBe(1);
    expect(await session()).not.toBe(before);
    expect((await rival.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('is found out: the system asks after a connection that is idle for half a minute', () => {
    expect(database.pool.options).toMatchObject({ keepAlive: true, keepAliveInitialDelayMillis: 30_000 });
  });
});
