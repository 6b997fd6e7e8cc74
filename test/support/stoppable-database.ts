import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { SUPERUSER } from '../../src/platform/postgres/data-directory.js';
import {
  type EmbeddedServer,
  stopServer,
  useEmbeddedServer,
} from '../../src/platform/postgres/embedded-server.js';
import { type Database, openDatabase } from '../../src/warehouse/database.js';
import { migrateUp } from '../../src/warehouse/migrator.js';
import { aLog } from './log.js';

/** A database on a server of its own, which the tests of this file may stop and start again. */
export function stoppableDatabase() {
  let made:
    | { readonly folder: string; readonly server: EmbeddedServer; readonly database: Database }
    | undefined;
  const get = () => {
    if (made === undefined) throw new Error('the database is there in tests and hooks, not before');
    return made;
  };
  beforeAll(async () => {
    const folder = mkdtempSync(join(process.env.HEDGEHOG_TEST_RUN as string, 'stoppable-'));
    const server = await useEmbeddedServer(folder);
    // By its address, so that opening a connection does not start it.
    const url = `postgres://${SUPERUSER}@${encodeURIComponent(await server.reach())}/postgres`;
    const environment = { DATABASE_URL: url, HEDGEHOG_ENV: 'test' };
    const database = await openDatabase({ environment, log: aLog(), poolSize: 5 });
    await migrateUp(database.kysely);
    made = { folder, server, database };
  });
  afterAll(async () => {
    await made?.server.reach();
    await made?.database.close();
    await made?.server.release();
  });
  return {
    get database() {
      return get().database;
    },
    get kysely() {
      return get().database.kysely;
    },
    stop: () => stopServer(get().folder),
    start: () => get().server.reach(),
  };
}
