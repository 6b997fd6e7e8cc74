import { sql } from 'kysely';
import { findBinaries } from '../../platform/postgres/binaries.js';
import { inspectServer } from '../../platform/postgres/embedded-server.js';
import type { Log } from '../../ports/log.js';
import { type Environment, type Target, targetOf } from '../../warehouse/connection.js';
import { type Database, DatabaseMissing, openDatabase } from '../../warehouse/database.js';
import { migrationStates } from '../../warehouse/migrator.js';

export interface DbStatus {
  readonly environment: string;
  readonly database: string;
  readonly server: ServerStatus;
  /** Null while the database is not made. */
  readonly content: ContentStatus | null;
}

export type ServerStatus =
  | {
      readonly kind: 'embedded';
      readonly home: string;
      readonly data: string;
      readonly log: string;
      readonly binaries: string;
      readonly socket: string | null;
      readonly version: string;
      /** Null when it did not run; it is then started for as long as it is asked. */
      readonly pid: number | null;
      /** The pids of the processes that use it. */
      readonly users: readonly number[];
    }
  | { readonly kind: 'url'; readonly url: string };

export interface ContentStatus {
  readonly serverVersion: string;
  readonly sizeBytes: number;
  readonly migrations: readonly { readonly name: string; readonly appliedAt: string | null }[];
  readonly tables: readonly TableStatus[];
}

export interface TableStatus {
  readonly name: string;
  readonly rows: number;
  /** Large tables are not counted. */
  readonly isEstimate: boolean;
}

/** What there is: makes nothing, and leaves a server that did not run as it was. */
export async function databaseStatus(environment: Environment, log: Log): Promise<DbStatus> {
  const target = targetOf(environment);
  const server = serverStatus(target);
  const isMade = target.kind === 'url' || inspectServer(target.dataDirectory).isMade;
  return {
    environment: target.stage,
    database: target.database,
    server,
    content: isMade ? await contentStatus(environment, log) : null,
  };
}

function serverStatus(target: Target): ServerStatus {
  if (target.kind === 'url') return { kind: 'url', url: target.shown };
  const { places, pid, socketFolder, users } = inspectServer(target.dataDirectory);
  return {
    kind: 'embedded',
    home: places.home,
    data: places.data,
    log: places.log,
    binaries: places.binaries,
    socket: socketFolder ?? null,
    version: findBinaries().version,
    pid: pid ?? null,
    users,
  };
}

async function contentStatus(environment: Environment, log: Log): Promise<ContentStatus | null> {
  const database = await openDatabase({ environment, log, create: false }).catch((error: unknown) => {
    if (error instanceof DatabaseMissing) return undefined;
    throw error;
  });
  if (database === undefined) return null;
  try {
    return await contentOf(database);
  } finally {
    await database.close();
  }
}

/** Bytes up to which a table's rows are counted. */
const COUNTED_BYTES = 2 ** 24;

async function contentOf({ kysely }: Database): Promise<ContentStatus> {
  const facts = await sql<{ version: string; size: string }>`
    SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size`.execute(
    kysely,
  );
  const tables = await sql<{ name: string; bytes: string; estimate: number }>`
    SELECT relname AS name, pg_table_size(oid) AS bytes, reltuples::float8 AS estimate
    FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'kysely%'
    ORDER BY relname`.execute(kysely);
  const counted: TableStatus[] = [];
  for (const { name, bytes, estimate } of tables.rows) {
    // A negative estimate means that the server has not looked yet.
    const isEstimate = Number(bytes) > COUNTED_BYTES && estimate >= 0;
    counted.push({
      name,
      isEstimate,
      rows: isEstimate ? Math.round(estimate) : await countRows(kysely, name),
    });
  }
  const migrations = await migrationStates(kysely);
  return {
    serverVersion: facts.rows[0]?.version ?? '',
    sizeBytes: Number(facts.rows[0]?.size ?? 0),
    migrations: migrations.map(({ name, appliedAt }) => ({
      name,
      appliedAt: appliedAt?.toISOString() ?? null,
    })),
    tables: counted,
  };
}

async function countRows(kysely: Database['kysely'], table: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`SELECT count(*) FROM ${sql.table(table)}`.execute(kysely);
  return Number(rows[0]?.count ?? 0);
}
