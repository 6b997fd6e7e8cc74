import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { systemClock } from '../../../src/platform/system-clock.js';
import { openDatabase } from '../../../src/warehouse/database.js';
import { claimForExchange } from '../../../src/warehouse/installation.js';
import { migrateDown } from '../../../src/warehouse/migrator.js';
import { takeRunningLock } from '../../../src/warehouse/running-lock.js';
import { dropDatabase, freshDatabase, testDatabase } from '../../support/database.js';
import { doctors } from '../../support/doctor.js';
import { aLog } from '../../support/log.js';
import { impostors } from '../../support/postgres-impostor.js';
import { tempFolder } from '../../support/temp-folder.js';

const HOLDER = { pid: 4711, host: 'a-host', sinceMs: 1_760_000_000_000, version: '0.1.0' };

const { diagnosis } = doctors();
const db = testDatabase();
const folder = tempFolder();
const servers = impostors();
const made: string[] = [];
afterAll(() => Promise.all(made.map(dropDatabase)));

const on = (url: string, more: Readonly<Record<string, string>> = {}) => ({
  DATABASE_URL: url,
  HEDGEHOG_DATA_DIR: folder.path('none'),
  ...more,
});
async function fresh(template: 'empty' | 'migrated'): Promise<string> {
  const url = await freshDatabase(template);
  made.push(url);
  return url;
}
const opened = (url: string) => openDatabase({ environment: { DATABASE_URL: url }, log: aLog() });

describe('the doctor, of a database', () => {
  it('finds nothing wrong with one that is well', async () => {
    const found = await diagnosis(on(db.url));
    expect(found.database?.found).toMatch(/ answers, PostgreSQL \d+/);
    for (const name of ['database server', 'database', 'tables', "database's exchange", 'running lock'])
      expect([name, found[name]?.status]).toEqual([name, 'ok']);
    expect(found.tables?.found).toMatch(/^up to date, \d+ migrations$/);
  });

  it('tells that none is made yet, and makes none', async () => {
    const found = await diagnosis({ HEDGEHOG_DATA_DIR: folder.path('none') });
    expect(found['database server']).toMatchObject({
      status: 'ok',
      found: expect.stringContaining('not made yet: hedgehog start makes it'),
    });
    for (const name of ['database', 'tables', "database's exchange", 'running lock'])
      expect(found[name]).toBeUndefined();
  });

  it('tells that the one that is named is not there', async () => {
    const url = new URL(db.url);
    url.pathname = '/no_such_database';
    const found = await diagnosis(on(url.href));
    expect(found.database).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('there is no such database'),
    });
    for (const name of ['tables', "database's exchange", 'running lock'])
      expect(found[name]).toMatchObject({ status: 'not-checked', found: 'the database cannot be asked' });
  });

  it('tells that the server is away, hangs, or lets nobody in, and shows no password', async () => {
    const { port } = await servers.start('28P01', 'password authentication failed for user "u"');
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on('error', () => {})));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    for (const [where, why] of [
      [1, 'ECONNREFUSED'],
      [port, 'the password is wrong'],
      [(silent.address() as AddressInfo).port, 'timeout expired'],
    ] as const) {
      const found = await diagnosis(on(`postgres://u:hidden-word@127.0.0.1:${where}/d`), { patienceMs: 300 });
      expect(found.database).toMatchObject({ status: 'problem', found: expect.stringContaining(why) });
      expect(JSON.stringify(found)).not.toContain('hidden-word');
    }
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('tells of tables that are not made, of migrations that are pending, and of those of a newer Hedgehog', async () => {
    const empty = await diagnosis(on(await fresh('empty')));
    expect(empty.tables).toMatchObject({ status: 'warning', found: 'not made yet' });
    expect(empty['running lock']).toBeUndefined();

    const url = await fresh('migrated');
    const database = await opened(url);
    const [taken] = await migrateDown(database.kysely);
    expect((await diagnosis(on(url))).tables).toMatchObject({
      status: 'warning',
      found: `migrations are pending: ${taken}`,
    });
    await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '')`.execute(
      database.kysely,
    );
    expect((await diagnosis(on(url))).tables).toMatchObject({
      status: 'problem',
      found: 'migrated by a newer Hedgehog: 9999-later',
    });
    await database.close();
  });

  it('tells that it is that of another exchange', async () => {
    const url = await fresh('migrated');
    const database = await opened(url);
    await claimForExchange(database.kysely, 'binance-testnet');
    await database.close();
    expect((await diagnosis(on(url)))["database's exchange"]).toMatchObject({
      status: 'problem',
      found: 'binance-testnet, and HEDGEHOG_EXCHANGE is mock: hedgehog start will refuse it',
    });
    const found = await diagnosis(
      on(url, { HEDGEHOG_EXCHANGE: 'binance-testnet', HEDGEHOG_REST_URL: 'http://127.0.0.1:1' }),
    );
    expect(found["database's exchange"]).toMatchObject({ status: 'ok' });
  });

  it('tells that somebody runs on it of whom nothing is known here', async () => {
    const url = await fresh('migrated');
    const database = await opened(url);
    const lock = await takeRunningLock(database, {
      clock: systemClock,
      log: aLog(),
      holder: HOLDER,
      onLost: () => {},
    });
    expect((await diagnosis(on(url)))['running lock']).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(
        /^held by process 4711 on a-host, since \S+Z, version 0.1.0: none can be started here$/,
      ),
    });
    lock?.release();
    await database.close();
  });

  it('tells of settings by which committed orders could be lost', async () => {
    const url = await fresh('migrated');
    const database = await opened(url);
    const name = decodeURIComponent(new URL(url).pathname.slice(1));
    await sql`ALTER DATABASE ${sql.table(name)} SET synchronous_commit = off`.execute(database.kysely);
    await database.close();
    expect((await diagnosis(on(url))).database).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('synchronous_commit is off'),
    });
  });
});
