import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.js';

/** An order that may have changed without anybody storing it. */
export interface OrderInDoubt {
  readonly clientOrderId: string;
  /** The exchange's, where it is stored. */
  readonly orderId: number | null;
  /** False when `orders` does not have it at all; a cycle names it, whose order may never have been placed. */
  readonly isStored: boolean;
}

export interface OrdersInDoubt {
  /** When the database was asked, by its own clock. */
  readonly asOf: Date;
  readonly orders: readonly OrderInDoubt[];
}

// The clocks of the database and of those who end cycles may differ, and a cycle may have been ended by a transaction that was
// not committed yet when it was looked for.
const MARGIN = sql`interval '1 hour'`;
/** How far back to go for a symbol whose orders were never caught up with: nobody promised that those before are stored. */
const AT_FIRST = sql`interval '1 day'`;

/**
 * Orders of one symbol that are not stored as final: those that its live cycles name, as long as they are open or have ended
 * since the last time that it was caught up with, and those that are stored as open.
 *
 * However many cycles have ended, only those since then are read, by an index, and only what is not final comes back.
 */
export async function ordersInDoubt(db: Kysely<Tables>, symbolId: number): Promise<OrdersInDoubt> {
  // A statement of its own: the planner has to know the time to see how few cycles have ended since.
  const times = await sql<{ asOf: Date; since: Date }>`
    SELECT clock_timestamp() AS "asOf", coalesce(max(caught_up_at), now() - ${AT_FIRST}) - ${MARGIN} AS since
    FROM order_catch_ups WHERE symbol_id = ${symbolId}`.execute(db);
  const { asOf, since } = times.rows[0] as { asOf: Date; since: Date };
  const { rows } = await sql<Omit<OrderInDoubt, 'orderId'> & { orderId: string | null }>`
    WITH named AS (
      SELECT jsonb_path_query(position, '$.**.clientOrderId') #>> '{}' AS id
      FROM cycles
      WHERE symbol_id = ${symbolId} AND scope = 'live' AND (ended_at IS NULL OR ended_at > ${since}::timestamptz)
    )
    SELECT id AS "clientOrderId", NULL::bigint AS "orderId", false AS "isStored" FROM named
    WHERE NOT EXISTS (
      SELECT FROM orders WHERE symbol_id = ${symbolId} AND client_order_id = named.id)
    UNION
    SELECT client_order_id, order_id, true FROM orders
    WHERE symbol_id = ${symbolId} AND status IN ('NEW', 'PARTIALLY_FILLED')
    ORDER BY 1`.execute(db);
  const orders = rows.map(({ orderId, ...row }) => ({
    ...row,
    orderId: orderId === null ? null : Number(orderId),
  }));
  return { asOf, orders };
}

/** Every order of a cycle that had ended by then has been looked up, and is stored if the exchange has it. */
export async function noteCaughtUp(db: Kysely<Tables>, symbolId: number, asOf: Date): Promise<void> {
  await sql`
    INSERT INTO order_catch_ups (symbol_id, caught_up_at) VALUES (${symbolId}, ${asOf})
    ON CONFLICT (symbol_id) DO UPDATE
    SET caught_up_at = greatest(order_catch_ups.caught_up_at, excluded.caught_up_at)`.execute(db);
}
