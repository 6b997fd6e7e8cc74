import { type Kysely, sql, type Transaction } from 'kysely';
import { maxOf } from '../domain/decimal.js';
import { isOpen, type Order } from '../domain/order.js';
import type { Tables } from './schema.js';

export interface StoredOrders {
  /** Updates that were new. */
  readonly appended: number;
  /** Updates that had been stored before. */
  readonly duplicates: number;
  /** A client order id that stands for another order in the database, in words. What was stored first stays. */
  readonly conflicts: readonly string[];
}

/**
 * Whether an order has come further than it had, or just as far: final beats open, then the larger fill, then the later
 * time. Updates may overtake one another, and an order never goes back.
 */
export function isAtLeastAsFar(order: Order, than: Order): boolean {
  if (isOpen(order.status) !== isOpen(than.status)) return !isOpen(order.status);
  if (!order.executedQuantity.eq(than.executedQuantity))
    return order.executedQuantity.gt(than.executedQuantity);
  return order.updatedTime >= than.updatedTime;
}

/**
 * How far each order has come, by client order id. The largest fill told of it counts, also when the status it came with was
 * overtaken: so it does not matter which changes are stored together.
 */
export function furthest(orders: readonly Order[]): Order[] {
  const byId = new Map<string, Order>();
  for (const order of orders) {
    const known = byId.get(order.clientOrderId);
    byId.set(order.clientOrderId, known === undefined ? order : furtherOf(known, order));
  }
  return [...byId.values()];
}

function furtherOf(known: Order, order: Order): Order {
  const [winner, other] = isAtLeastAsFar(order, known) ? [order, known] : [known, order];
  if (winner.executedQuantity.gte(other.executedQuantity) && winner.updatedTime >= other.updatedTime)
    return winner;
  return {
    ...winner,
    executedQuantity: maxOf(winner.executedQuantity, other.executedQuantity),
    updatedTime: Math.max(winner.updatedTime, other.updatedTime),
  };
}

/**
 * Stores changes of orders of one symbol: each once in `order_updates`, and in `orders` how far each order has come. A
 * stored executed quantity never falls and a stored final status never opens again.
 */
export function storeOrders(
  db: Kysely<Tables>,
  symbolId: number,
  orders: readonly Order[],
): Promise<StoredOrders> {
  if (orders.length === 0) return Promise.resolve({ appended: 0, duplicates: 0, conflicts: [] });
  return db.transaction().execute(async (transaction) => {
    // By id, so that two writers of the same orders wait for one another and never in a circle.
    const sorted = orders.toSorted((a, b) => (a.clientOrderId < b.clientOrderId ? -1 : 1));
    const latest = furthest(sorted);
    await upsert(transaction, symbolId, latest);
    const appended = await append(transaction, symbolId, sorted);
    return {
      appended,
      duplicates: orders.length - appended,
      conflicts: await conflictsAmong(transaction, symbolId, latest),
    };
  });
}

async function upsert(db: Transaction<Tables>, symbolId: number, orders: readonly Order[]): Promise<void> {
  const further = sql`
    (excluded.status NOT IN ('NEW', 'PARTIALLY_FILLED'), excluded.executed_quantity, excluded.updated_time)
    > (orders.status NOT IN ('NEW', 'PARTIALLY_FILLED'), orders.executed_quantity, orders.updated_time)`;
  await sql`
    INSERT INTO orders (symbol_id, client_order_id, order_id, side, status, price, quantity, executed_quantity,
      created_time, updated_time)
    SELECT ${symbolId}::integer, * FROM unnest(
      ${orders.map(({ clientOrderId }) => clientOrderId)}::text[],
      ${orders.map(({ orderId }) => orderId)}::bigint[],
      ${orders.map(({ side }) => side)}::order_side[],
      ${orders.map(({ status }) => status)}::order_status[],
      ${orders.map(({ price }) => price.toFixed())}::numeric[],
      ${orders.map(({ quantity }) => quantity.toFixed())}::numeric[],
      ${orders.map(({ executedQuantity }) => executedQuantity.toFixed())}::numeric[],
      ${orders.map(({ createdTime }) => createdTime)}::bigint[],
      ${orders.map(({ updatedTime }) => updatedTime)}::bigint[])
    ON CONFLICT (symbol_id, client_order_id) DO UPDATE SET
      status = CASE WHEN ${further} THEN excluded.status ELSE orders.status END,
      executed_quantity = GREATEST(orders.executed_quantity, excluded.executed_quantity),
      updated_time = GREATEST(orders.updated_time, excluded.updated_time),
      stored_at = now()
    WHERE orders.order_id = excluded.order_id
      AND (${further} OR excluded.executed_quantity > orders.executed_quantity)`.execute(db);
}

async function append(db: Transaction<Tables>, symbolId: number, orders: readonly Order[]): Promise<number> {
  const { rows } = await sql`
    INSERT INTO order_updates (symbol_id, client_order_id, order_id, status, executed_quantity, updated_time)
    SELECT ${symbolId}::integer, * FROM unnest(
      ${orders.map(({ clientOrderId }) => clientOrderId)}::text[],
      ${orders.map(({ orderId }) => orderId)}::bigint[],
      ${orders.map(({ status }) => status)}::order_status[],
      ${orders.map(({ executedQuantity }) => executedQuantity.toFixed())}::numeric[],
      ${orders.map(({ updatedTime }) => updatedTime)}::bigint[])
    ON CONFLICT (symbol_id, client_order_id, status, executed_quantity) DO NOTHING
    RETURNING id`.execute(db);
  return rows.length;
}

async function conflictsAmong(
  db: Transaction<Tables>,
  symbolId: number,
  orders: readonly Order[],
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('orders')
    .select(['client_order_id', 'order_id'])
    .where('symbol_id', '=', symbolId)
    .where(
      'client_order_id',
      '=',
      sql<string>`ANY(${orders.map(({ clientOrderId }) => clientOrderId)}::text[])`,
    )
    .execute();
  const storedId = new Map(rows.map((row) => [row.client_order_id, Number(row.order_id)]));
  return orders
    .filter((order) => storedId.get(order.clientOrderId) !== order.orderId)
    .map(
      (order) =>
        `${order.clientOrderId} is stored as order ${storedId.get(order.clientOrderId)}; it came as ${describeOrder(order)}`,
    );
}

/** All that is known of an order, in one line: for what could not be stored. */
export const describeOrder = (order: Order): string =>
  `order ${order.orderId} (${order.clientOrderId}) ${order.side} ${order.quantity.toFixed()} at ${order.price.toFixed()}, ` +
  `${order.status}, ${order.executedQuantity.toFixed()} executed, created ${order.createdTime}, updated ${order.updatedTime}`;
