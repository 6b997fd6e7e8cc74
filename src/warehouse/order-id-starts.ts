import { type Kysely, sql } from 'kysely';
import { knownOrderIdPrefix } from './installation.js';
import type { Tables } from './schema.js';

/**
 * What client order ids of cycles begin with that are under way under another prefix than the database's: since before it was
 * restored from a backup. Each ends in the cycle's id and a `-`.
 */
export async function keptOrderIds(db: Kysely<Tables>, orderIdPrefix: string): Promise<readonly string[]> {
  const { rows } = await sql<{ start: string }>`
    SELECT substring(position -> 'buy' -> 'request' ->> 'clientOrderId' FROM '^.*-' || id || '-') AS start
    FROM cycles WHERE scope = 'live' AND ended_at IS NULL
    ORDER BY id`.execute(db);
  return rows
    .map(({ start }) => start)
    .filter((start) => start !== null && !start.startsWith(`${orderIdPrefix}-`));
}

/** What client order ids of this database begin with: one of these. Null while nothing was started on it. */
export async function orderIdStarts(db: Kysely<Tables>): Promise<readonly string[] | null> {
  const orderIdPrefix = await knownOrderIdPrefix(db);
  return orderIdPrefix === null ? null : [`${orderIdPrefix}-`, ...(await keptOrderIds(db, orderIdPrefix))];
}
