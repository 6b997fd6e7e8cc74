import type pg from 'pg';
import { to } from 'pg-copy-streams';
import { InputError } from '../../platform/input-error.js';
import type { Database } from '../database.js';
import { type BackedUpTable, described, FORMAT, MANIFEST, type Manifest } from './manifest.js';
import { archiveEnd, type Member, memberBytes } from './members.js';
import { identityOf, ourTables } from './our-tables.js';

export interface BackupOptions {
  /** Of Hedgehog. */
  readonly version: string;
  readonly takenAt: Date;
  /** Told of each piece of a table, in bytes of text. */
  readonly onBytes?: (bytes: number) => void;
  /** Bytes of a member, about; default 4 MiB. */
  readonly memberSize?: number;
}

const MEMBER_BYTES = 2 ** 22;

/**
 * A tar archive of all that Hedgehog keeps in a database, as it was at one moment, whoever writes meanwhile. Nobody waits for it,
 * and memory does not grow with what is stored. Returns its manifest after the last piece.
 *
 * @throws InputError when the database has none of the tables
 */
export async function* backUp(db: Database, options: BackupOptions): AsyncGenerator<Buffer, Manifest, void> {
  const connections = db.connectionsApart(1);
  try {
    const client = await connections.connect();
    try {
      return yield* archiveOf(client, db.target.database, options);
    } finally {
      // Ends the transaction as well, in the middle of what it copies when nobody wants the rest.
      client.release(true);
    }
  } finally {
    await connections.end();
  }
}

async function* archiveOf(
  client: pg.PoolClient,
  database: string,
  options: BackupOptions,
): AsyncGenerator<Buffer, Manifest, void> {
  const names = await ourTables(client);
  if (names.length === 0)
    throw new InputError(
      `the database ${database} has no tables of Hedgehog's, so there is nothing to back up`,
    );
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // Before anything is read: what is seen from then on has the tables as they stay.
  await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`);
  await client.query(`SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC'`);
  const facts = await factsOf(client, database, names, options);
  const tables: BackedUpTable[] = [];
  for (const name of names) tables.push(yield* tableOf(client, name, options));
  const manifest: Manifest = { ...facts, tables };
  const content = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
  yield* memberBytes({ path: MANIFEST, content }, options.takenAt);
  yield archiveEnd;
  return manifest;
}

async function factsOf(
  client: pg.PoolClient,
  database: string,
  names: readonly string[],
  { version, takenAt }: BackupOptions,
): Promise<Omit<Manifest, 'tables'>> {
  const migrations = await client.query<{ name: string }>('SELECT name FROM kysely_migration ORDER BY name');
  const server = await client.query<{ server_version: string }>('SHOW server_version');
  // There are none in a database that was migrated half, or by an early Hedgehog.
  const installation = names.includes('installation')
    ? await client.query<{ exchange?: string | null }>('SELECT * FROM installation')
    : { rows: [] };
  return {
    format: FORMAT,
    hedgehog: version,
    takenAt: takenAt.toISOString(),
    database,
    exchange: installation.rows[0]?.exchange ?? null,
    server: server.rows[0]?.server_version ?? '',
    migrations: migrations.rows.map(({ name }) => name),
  };
}

async function* tableOf(
  client: pg.PoolClient,
  name: string,
  { takenAt, onBytes, memberSize = MEMBER_BYTES }: BackupOptions,
): AsyncGenerator<Buffer, BackedUpTable, void> {
  const columns = await columnsOf(client, name);
  const identity = await identityOf(client, name);
  const copy = client.query(to(`COPY ${name} (${columns.join(', ')}) TO STDOUT`));
  const members: BackedUpTable['members'] = [];
  let pieces: Buffer[] = [];
  let bytes = 0;
  const take = (): readonly Buffer[] => {
    const path = `tables/${name}/${String(members.length).padStart(8, '0')}.copy`;
    const member: Member = { path, content: Buffer.concat(pieces) };
    [pieces, bytes] = [[], 0];
    members.push(described(member.path, member.content));
    onBytes?.(member.content.length);
    return memberBytes(member, takenAt);
  };
  for await (const piece of copy as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= memberSize) yield* take();
  }
  if (bytes > 0) yield* take();
  return { name, columns, rows: copy.rowCount, identity, members };
}

async function columnsOf(client: pg.PoolClient, table: string): Promise<string[]> {
  const { rows } = await client.query<{ attname: string }>(
    `SELECT attname FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  return rows.map(({ attname }) => attname);
}
