import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { SUPERUSER } from '../../src/platform/postgres/data-directory.js';
import { useEmbeddedServer } from '../../src/platform/postgres/embedded-server.js';
import { withLock } from '../../src/platform/postgres/lock.js';
import type { Log } from '../../src/ports/log.js';
import type { Environment } from '../../src/warehouse/connection.js';
import { type Database, openDatabase } from '../../src/warehouse/database.js';
import { migrateUp } from '../../src/warehouse/migrator.js';
import { databasePrefix } from './database-run.js';
import { aLog } from './log.js';

export interface TestDatabase {
  /** Open while the tests of the file run. */
  readonly database: Database;
  readonly url: string;
  /** For opening it once more, here or in a process of its own. */
  readonly environment: Environment;
  /** Opens it once more; whoever opens closes. */
  open(log?: Log, poolSize?: number): Promise<Database>;
  /** Empties every table, and starts ids from 1 again. */
  empty(): Promise<void>;
}

/** A database for the tests of this file and nobody else: with all tables, and nothing in them. */
export function testDatabase(): TestDatabase {
  let made: { readonly url: string; readonly database: Database } | undefined;
  const get = () => {
    if (made === undefined) throw new Error('the database is there in tests and hooks, not before');
    return made;
  };
  beforeAll(async () => {
    const url = await freshDatabase();
    made = { url, database: await openDatabase({ environment: environmentOf(url), log: aLog() }) };
  });
  afterAll(async () => {
    if (made === undefined) return;
    await made.database.close();
    await dropDatabase(made.url);
  });
  return {
    get database() {
      return get().database;
    },
    get url() {
      return get().url;
    },
    get environment() {
      return environmentOf(get().url);
    },
    open: (log = aLog(), poolSize = 10) =>
      openDatabase({ environment: environmentOf(get().url), log, poolSize }),
    empty: () => emptyTables(get().database),
  };
}

const environmentOf = (url: string): Environment => ({ DATABASE_URL: url, HEDGEHOG_ENV: 'test' });

async function emptyTables({ kysely }: Database): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_name NOT LIKE 'kysely%'`.execute(kysely);
  await sql`TRUNCATE ${sql.join(rows.map(({ name }) => sql.table(name)))} RESTART IDENTITY CASCADE`.execute(
    kysely,
  );
}

let count = 0;

/**
 * The URL of a new database on the run's server.
 *
 * @param template empty has no table; migrated has all of them
 */
export async function freshDatabase(template: 'empty' | 'migrated' = 'migrated'): Promise<string> {
  const server = await serverUrl();
  const from = template === 'empty' ? 'template0' : await migratedTemplate(server);
  count += 1;
  const name = `${databasePrefix(runFolder())}${process.pid}_${Math.round(performance.timeOrigin + performance.now())}_${count}`;
  await administer(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${from}`));
  return inDatabase(server, name);
}

export async function dropDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  await administer(await serverUrl(), (client) =>
    client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`),
  );
}

function runFolder(): string {
  const folder = process.env.HEDGEHOG_TEST_RUN;
  if (folder === undefined) throw new Error('HEDGEHOG_TEST_RUN is set by test/support/database-run.ts');
  return folder;
}

let known: Promise<string> | undefined;

/** The server of the run: one that is given by HEDGEHOG_TEST_DATABASE_URL, or else one in the run's folder. */
export function serverUrl(): Promise<string> {
  known ??= (async () => {
    const given = process.env.HEDGEHOG_TEST_DATABASE_URL;
    if (given) return given;
    // Never released, so that the server does not stop between two test files; the end of the run stops it.
    const server = await useEmbeddedServer(join(runFolder(), 'server'));
    // For the end of the run: it may be elsewhere, when the server's account cannot get into the run's folder.
    writeFileSync(join(runFolder(), 'home'), server.places.home);
    return `postgres://${SUPERUSER}@${encodeURIComponent(await server.reach())}/postgres`;
  })();
  return known;
}

/** Made by the first file that needs it; copying it is faster than migrating anew. */
async function migratedTemplate(server: string): Promise<string> {
  const name = `${databasePrefix(runFolder())}template`;
  const done = join(runFolder(), 'template-made');
  await withLock(join(runFolder(), 'template-lock'), async () => {
    if (existsSync(done)) return;
    await administer(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
    const database = await openDatabase({
      environment: environmentOf(inDatabase(server, name)),
      log: aLog(),
    });
    try {
      await migrateUp(database.kysely);
    } finally {
      await database.close();
    }
    writeFileSync(done, '');
  });
  return name;
}

function inDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function administer<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
