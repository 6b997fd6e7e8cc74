import { type Kysely, sql } from 'kysely';
import { randomId } from '../platform/random-id.js';
import type { Tables } from './schema.js';

/** The database's own random id, made when it has none yet: it makes client order ids those of this database and no other. */
export async function installationId(db: Kysely<Tables>): Promise<string> {
  await makeInstallation(db);
  return (await db.selectFrom('installation').select('id').executeTakeFirstOrThrow()).id;
}

/** That of this database; null while nothing was started on it. */
export async function knownOrderIdPrefix(db: Kysely<Tables>): Promise<string | null> {
  const row = await db.selectFrom('installation').select('id').executeTakeFirst();
  return row === undefined ? null : orderIdPrefix(row.id);
}

/** What client order ids begin with that are made with this id. */
export const orderIdPrefix = (id: string): string => `hh${id}`;

/**
 * Makes a database that of an exchange, unless it is another's already: the ids in it mean something else there.
 *
 * @returns the exchange whose database it is now
 */
export async function claimForExchange(db: Kysely<Tables>, exchange: string): Promise<string> {
  await makeInstallation(db);
  const claimed = await db
    .updateTable('installation')
    .set({ exchange: sql<string>`coalesce(exchange, ${exchange})` })
    .returning('exchange')
    .executeTakeFirstOrThrow();
  return claimed.exchange ?? exchange;
}

/** The exchange whose database it is; null while it is nobody's. */
export async function exchangeOf(db: Kysely<Tables>): Promise<string | null> {
  const row = await db.selectFrom('installation').select('exchange').executeTakeFirst();
  return row?.exchange ?? null;
}

/**
 * Gives the database another random id, so that no client order id that was made with the old one is made again.
 *
 * @returns the new one; null when it has none, as a database that nothing was started on
 */
export async function changeInstallationId(db: Kysely<Tables>): Promise<string | null> {
  const row = await db.updateTable('installation').set({ id: newId() }).returning('id').executeTakeFirst();
  return row?.id ?? null;
}

// 40 bits: a client order id must be told from those of any other installation of the same account.
const newId = (): string => randomId(5);

async function makeInstallation(db: Kysely<Tables>): Promise<void> {
  await db
    .insertInto('installation')
    .values({ id: newId() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
