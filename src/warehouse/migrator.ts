import { DEFAULT_MIGRATION_TABLE, type Kysely, Migrator, NO_MIGRATIONS, sql } from 'kysely';
import { migrations } from '../../migrations/index.js';
import type { Tables } from './schema.js';

const migratorFor = (kysely: Kysely<Tables>, disableTransactions = false): Migrator =>
  new Migrator({
    db: kysely,
    provider: { getMigrations: async () => ({ ...migrations }) },
    disableTransactions,
  });

/**
 * Brings the tables up to date, in one transaction: all of it or nothing. Safe when several processes do it at once: they
 * wait for one another.
 *
 * @returns the names of the migrations that were applied; none when all were
 */
export async function migrateUp(kysely: Kysely<Tables>): Promise<readonly string[]> {
  return applied(await migratorFor(kysely).migrateToLatest());
}

/** Takes the last migration back. Returns its name; none when there is nothing to take back. */
export async function migrateDown(kysely: Kysely<Tables>): Promise<readonly string[]> {
  return applied(await migratorFor(kysely).migrateDown());
}

/** Takes all migrations back, and with them everything that Hedgehog keeps in the database. Returns their names. */
export async function migrateAllDown(kysely: Kysely<Tables>): Promise<readonly string[]> {
  return applied(await migratorFor(kysely).migrateTo(NO_MIGRATIONS));
}

/**
 * Takes the tables to a migration, up or down, in the transaction that the caller has begun on the only connection that
 * `kysely` has.
 *
 * @param name null: to none, so that nothing is left
 * @returns the names of the migrations that were applied or taken back
 */
export async function migrateWithin(kysely: Kysely<Tables>, name: string | null): Promise<readonly string[]> {
  return applied(await migratorFor(kysely, true).migrateTo(name ?? NO_MIGRATIONS));
}

export interface MigrationState {
  readonly name: string;
  readonly appliedAt: Date | undefined;
}

/** All migrations, in their order, and when each was applied to this database. */
export async function migrationStates(kysely: Kysely<Tables>): Promise<readonly MigrationState[]> {
  const states = await migratorFor(kysely).getMigrations();
  return states.map(({ name, executedAt }) => ({ name, appliedAt: executedAt }));
}

/** Names of migrations that were applied to this database and that this version does not know: a newer one has been here. */
export async function strangeMigrations(kysely: Kysely<Tables>): Promise<readonly string[]> {
  const { rows: found } = await sql<{ table: string | null }>`
    SELECT to_regclass(${DEFAULT_MIGRATION_TABLE})::text AS table`.execute(kysely);
  if (found[0]?.table === null) return [];
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM ${sql.table(DEFAULT_MIGRATION_TABLE)} ORDER BY name`.execute(kysely);
  return rows.map(({ name }) => name).filter((name) => !Object.hasOwn(migrations, name));
}

/** kysely's migrator returns its errors. */
function applied({ error, results = [] }: Awaited<ReturnType<Migrator['migrateUp']>>): readonly string[] {
  if (error !== undefined) throw error;
  return results.map(({ migrationName }) => migrationName);
}
