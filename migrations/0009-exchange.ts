import { type Kysely, sql } from 'kysely';

/** Which exchange a database is about. Its orders, cycles and trades mean nothing on another one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE installation ADD COLUMN exchange text`.execute(db);
  // So far there was no other.
  await sql`UPDATE installation SET exchange = 'mock'`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE installation DROP COLUMN exchange`.execute(db);
}
