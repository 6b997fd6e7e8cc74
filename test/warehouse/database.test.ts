import { describe, expect, it } from '@jest/globals';
import { stopServer } from '../../src/platform/postgres/embedded-server.js';
import { openDatabase } from '../../src/warehouse/database.js';
import { dataDirectories } from '../support/data-directories.js';
import { testDatabase } from '../support/database.js';
import { serverPid } from '../support/database-users.js';
import { aLog } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';

const db = testDatabase();
const directories = dataDirectories();

/** Values in the order in which they came, and a wait for the next one. */
function aMailbox<T>() {
  const items: T[] = [];
  let wake = (): void => {};
  return {
    put: (item: T): void => {
      items.push(item);
      wake();
    },
    async next(): Promise<T> {
      while (items.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return items.shift() as T;
    },
  };
}

/** Ends every connection to the database but the one that asks. */
const CUT_OFF = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

describe('openDatabase', () => {
  it('gives a pool and typed tables', async () => {
    const { kysely, pool } = db.database;
    await kysely.insertInto('symbols').values({ symbol: 'XRPUSDT' }).execute();
    expect((await pool.query('SELECT * FROM symbols')).rows).toEqual([{ id: 1, symbol: 'XRPUSDT' }]);
    await db.empty();
    expect(await kysely.selectFrom('symbols').selectAll().execute()).toEqual([]);
  });

  it('gives decimals and large numbers as text, exactly', async () => {
    const { rows } = await db.database.pool.query(
      "SELECT 9007199254740993::bigint AS big, '0.1000000000000000000001'::numeric AS exact",
    );
    expect(rows).toEqual([{ big: '9007199254740993', exact: '0.1000000000000000000001' }]);
  });

  it('keeps the stages apart', async () => {
    const directory = directories.next();
    const open = (stage: string) =>
      openDatabase({ environment: { HEDGEHOG_DATA_DIR: directory, HEDGEHOG_ENV: stage }, log: aLog() });
    const [development, test] = await Promise.all([open('development'), open('test')]);
    await test.pool.query('CREATE TABLE only_here ()');
    await expect(development.pool.query('SELECT FROM only_here')).rejects.toMatchObject({ code: '42P01' });
    await Promise.all([development.close(), test.close()]);
  });

  it('closes twice as once', async () => {
    const database = await db.open();
    await Promise.all([database.close(), database.close()]);
    await database.close();
  });
});

describe('a connection that is lost', () => {
  it('ends neither the process nor the pool, idle or in use', async () => {
    const log = aLog();
    const database = await db.open(log);
    const inUse = await database.pool.connect();
    await Promise.all([database.pool.query('SELECT 1'), database.pool.query('SELECT 1')]);
    const busy = expect(database.pool.query('SELECT pg_sleep(60)')).rejects.toMatchObject({ code: '57P01' });
    await inUse.query('BEGIN');
    await db.database.pool.query('SELECT pg_sleep(0.1)');
    await db.database.pool.query(CUT_OFF);
    await busy;
    // Before either is used again: who uses a lost connection is told by his query's error, which counts as a try again.
    await eventually(
      () => database.counts.lost,
      'the idle one and the one in use are known to be lost',
      (lost) => lost >= 2,
    );
    await expect(inUse.query('SELECT 1')).rejects.toThrow();
    inUse.release(true);
    const { rows } = await database.withRetry(() => database.pool.query('SELECT 1 AS one'));
    expect(rows).toEqual([{ one: 1 }]);
    // And the busy one, when its end was heard after its query's.
    expect(database.counts.lost).toBeLessThanOrEqual(3);
    await database.close();
  });
});

it('counts what had to be tried again', async () => {
  const database = await db.open();
  let tries = 0;
  await database.withRetry(async () => {
    if (++tries < 3) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
  });
  expect(database.counts).toEqual({ lost: 0, retries: 2 });
  await database.close();
});

describe('listen', () => {
  it('hears what is told on its channel, until it is stopped', async () => {
    const heard = aMailbox<string>();
    const stop = await db.database.listen('a Channel', heard.put, () => {});
    await db.database.pool.query(
      `SELECT pg_notify('another', 'no'), pg_notify('a Channel', 'one'), pg_notify('a Channel', '')`,
    );
    expect(await heard.next()).toBe('one');
    expect(await heard.next()).toBe('');
    await stop();
    await db.database.pool.query(`NOTIFY "a Channel", 'late'`);
    const { rows } = await db.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`,
    );
    expect(rows).toEqual([]);
  });

  it('hears of every change of the settings', async () => {
    const heard = aMailbox<string>();
    const stop = await db.database.listen('settings_changed', heard.put, () => {});
    const { kysely } = db.database;
    const { id } = await kysely
      .insertInto('symbols')
      .values({ symbol: 'BTCUSDT' })
      .returning('id')
      .executeTakeFirstOrThrow();
    await kysely.insertInto('streaming_settings').values({ symbol_id: id }).execute();
    expect(await heard.next()).toBe(`streaming_settings ${id}`);
    await kysely.updateTable('streaming_settings').set({ status: 'on' }).execute();
    expect(await heard.next()).toBe(`streaming_settings ${id}`);
    await stop();
    await db.empty();
  });

  it('goes on after its connection was lost, and says that something may have been missed', async () => {
    const events = aMailbox<string>();
    const database = await db.open();
    await database.listen('changes', events.put, () => events.put('reconnected'));
    await db.database.pool.query(CUT_OFF);
    expect(await events.next()).toBe('reconnected');
    expect(database.counts.lost).toBe(1);
    await db.database.pool.query(`NOTIFY changes, 'after'`);
    expect(await events.next()).toBe('after');
    await database.close();
  });

  it.each([
    ['was stopped', (directory: string) => stopServer(directory)],
    [
      'was killed',
      async (directory: string) => {
        process.kill(serverPid(directory) as number, 'SIGKILL');
      },
    ],
  ])('goes on after the server %s', async (_name, end) => {
    const directory = directories.next();
    const database = await openDatabase({ environment: { HEDGEHOG_DATA_DIR: directory }, log: aLog() });
    const events = aMailbox<string>();
    await database.listen('changes', events.put, () => events.put('reconnected'));
    await end(directory);
    expect(await events.next()).toBe('reconnected');
    await database.withRetry(() => database.pool.query(`NOTIFY changes, 'after'`));
    expect(await events.next()).toBe('after');
    await database.close();
  });

  it('is ended by closing the database', async () => {
    const database = await db.open();
    await database.listen(
      'changes',
      () => {},
      () => {},
    );
    await database.close();
    const { rows } = await db.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`,
    );
    expect(rows).toEqual([]);
  });
});
