import { type Kysely, sql } from 'kysely';
import { knownOrderIdPrefix } from './installation.js';
import type { Tables } from './schema.js';

/** What client order ids of this database begin with: one of these. Null while nothing was started on it. */
export async function knownOrderIdStarts(db: Kysely<Tables>): Promise<readonly string[] | null> {
  const orderIdPrefix = await knownOrderIdPrefix(db);
  return orderIdPrefix === null ? null : orderIdStarts(db, orderIdPrefix);
}

/**
 * What client order ids of a database begin with whose prefix this is: that, or what cycles under way have used since before
 * it was restored from a backup, which ends in the cycle's id and a `-`.
 */
export async function orderIdStarts(db: Kysely<Tables>, orderIdPrefix: string): Promise<readonly string[]> {
  const { rows } = await sql<{ start: string }>`
    SELECT substring(position -> 'buy' -> 'request' ->> 'clientOrderId' FROM '^.*-' || id || '-') AS start
    FROM cycles WHERE scope = 'live' AND ended_at IS NULL
    ORDER BY id`.execute(db);
  const own = `${orderIdPrefix}-`;
  const kept = rows.map(({ start }) => start).filter((start) => start !== null && !start.startsWith(own));
  return [own, ...kept];
}
