import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import { migrations } from '../../../migrations/index.js';
import { InputError } from '../../platform/input-error.js';
import { MachineError } from '../../platform/machine-error.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { Database } from '../database.js';
import { changeInstallationId } from '../installation.js';
import type { LockHolder } from '../lock-holder.js';
import { migrateWithin } from '../migrator.js';
import type { Tables } from '../schema.js';
import { TimeIndexUpkeep } from '../time-index.js';
import { whileNoneRuns } from '../while-none-runs.js';
import { openArchive } from './archive.js';
import { type BackedUpTable, described, isSameMember, type Manifest } from './manifest.js';
import type { Member } from './members.js';
import { ourTables } from './our-tables.js';

export interface RestoreOptions {
  readonly file: string;
  /** What `checkArchive` found in it. */
  readonly manifest: Manifest;
  /** Whether what the database holds may be replaced. */
  readonly replace: boolean;
  /** Who restores it. */
  readonly holder: LockHolder;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of the bytes of the file that were read. */
  readonly onBytes?: (bytes: number) => void;
}

/** What a restored database is like. */
export interface Restored {
  /** Migrations that are newer than the backup. */
  readonly migrated: readonly string[];
  /** What client order ids begin with from now on; null when it was never started. */
  readonly installationId: string | null;
}

/**
 * Makes the database what it was when the backup was taken, in one transaction: all of it or nothing. But for one thing: the
 * database's own id is a new one. Client order ids begin with it, and those that were used after the backup, which nobody here
 * knows of, are never used again.
 *
 * @throws InputError when a Hedgehog runs on the database, it holds something that may not be replaced, or the backup is that
 * of a later Hedgehog
 */
export async function restore(db: Database, options: RestoreOptions): Promise<Restored> {
  refuseUnknownMigrations(options.manifest);
  return whileNoneRuns(db, { ...options, before: 'something is restored there' }, async (isLost) => {
    const connections = db.connectionsApart(1);
    try {
      const client = await connections.connect();
      try {
        await client.query('BEGIN');
        const restored = await restoreInto(client, options);
        if (isLost())
          throw new MachineError('a Hedgehog was started on this database meanwhile; nothing was restored');
        await client.query('COMMIT');
        await tidyUp(db, options.manifest);
        return restored;
      } finally {
        // Whatever was not committed ends with its connection.
        client.release(true);
      }
    } finally {
      await connections.end();
    }
  });
}

/** @throws InputError when there is one that this Hedgehog does not know */
export function refuseUnknownMigrations({ migrations: applied, hedgehog }: Manifest): void {
  const known = Object.keys(migrations);
  const unknown = applied.filter((name, index) => known[index] !== name);
  if (unknown.length === 0) return;
  throw new InputError(
    `the backup was made by Hedgehog ${hedgehog}, whose tables this one does not know: ${unknown.join(', ')}; ` +
      'allowed is a backup of this version or an earlier one',
  );
}

async function restoreInto(client: pg.PoolClient, options: RestoreOptions): Promise<Restored> {
  const { manifest, replace } = options;
  if (!replace) await refuseContent(client);
  const kysely = kyselyOver(client);
  await migrateWithin(kysely, null);
  await migrateWithin(kysely, manifest.migrations.at(-1) as string);
  await refuseOtherTables(client, manifest);
  const members = openArchive(options.file, options.onBytes);
  try {
    for (const table of manifest.tables) await restoreTable(client, table, members);
  } finally {
    await members.return();
  }
  const installationId = await changeInstallationId(kysely);
  const migrated = await migrateWithin(kysely, Object.keys(migrations).at(-1) as string);
  return { migrated, installationId };
}

/** Everything that is done by it is done on this connection, in its transaction. */
const kyselyOver = (client: pg.PoolClient): Kysely<Tables> => {
  const held = {
    query: (text: string, values: unknown[]) => client.query(text, values),
    release: () => {},
  } as unknown as PostgresPoolClient;
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: { connect: async () => held, end: async () => {} } }),
  });
};

async function refuseContent(client: pg.PoolClient): Promise<void> {
  const filled: string[] = [];
  for (const table of await ourTables(client)) {
    const { rowCount } = await client.query(`SELECT FROM ${table} LIMIT 1`);
    if (rowCount !== 0) filled.push(table);
  }
  if (filled.length === 0) return;
  throw new InputError(
    `the database is not empty: there is something in ${filled.join(', ')}; --replace puts the backup in place of it, or ` +
      'HEDGEHOG_DATABASE names another database',
  );
}

async function refuseOtherTables(client: pg.PoolClient, { tables }: Manifest): Promise<void> {
  const own = await ourTables(client);
  const given = tables.map(({ name }) => name);
  const odd = [
    ...own.filter((name) => !given.includes(name)),
    ...given.filter((name) => !own.includes(name)),
  ];
  if (odd.length > 0)
    throw new InputError(`the backup does not have the tables that it should: ${odd.join(', ')}`);
}

async function restoreTable(
  client: pg.PoolClient,
  { name, columns, rows, identity, members }: BackedUpTable,
  archive: AsyncGenerator<Member, void, void>,
): Promise<void> {
  const copy = client.query(from(`COPY ${name} (${columns.join(', ')}) FROM STDIN`));
  await pipeline(Readable.from(contentsOf(members, archive), { objectMode: false }), copy);
  const counted = await client.query<{ count: string }>(`SELECT count(*) FROM ${name}`);
  if (counted.rows[0]?.count !== String(rows))
    throw new MachineError(
      `${name} has ${counted.rows[0]?.count} rows after it was restored, and not ${rows}`,
    );
  if (identity !== null)
    await client.query(`ALTER TABLE ${name} ALTER COLUMN ${identity.column} RESTART WITH ${identity.next}`);
}

async function* contentsOf(
  members: BackedUpTable['members'],
  archive: AsyncGenerator<Member, void, void>,
): AsyncGenerator<Buffer, void, void> {
  for (const member of members) {
    const next = await archive.next();
    const found = next.done === true ? undefined : described(next.value.path, next.value.content);
    if (!isSameMember(member, found))
      throw new InputError('the backup was changed while it was being restored');
    if (next.done !== true) yield next.value.content;
  }
}

/** The server does both by itself in time; until then, nobody could find trades quickly. */
async function tidyUp(db: Database, { tables }: Manifest): Promise<void> {
  await db.pool.query('ANALYZE');
  const timeIndex = new TimeIndexUpkeep(db);
  timeIndex.added(tables.find(({ name }) => name === 'trade_events')?.rows ?? 0);
  await timeIndex.finish();
}
