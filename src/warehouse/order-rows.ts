import { type Kysely, sql } from 'kysely';
import { Decimal } from '../domain/decimal.js';
import type { Order, OrderRequest } from '../domain/order.js';
import type { Tables } from './schema.js';

export interface OrdersAsked {
  /** Default every symbol. */
  readonly symbol?: string | undefined;
  /** Only those that still rest on the book. */
  readonly open: boolean;
  /** Most orders. */
  readonly limit: number;
}

/** A stored order; its single fills are not stored. */
export type StoredOrder = Omit<Order, 'fills'>;

/** Stored orders, the newest first. There are those of symbols whose ORDERS are stored, since they are. */
export async function orderRows(
  db: Kysely<Tables>,
  { symbol, open, limit }: OrdersAsked,
): Promise<readonly StoredOrder[]> {
  const rows = await db
    .selectFrom('orders')
    .innerJoin('symbols', 'symbols.id', 'symbol_id')
    .selectAll('orders')
    .select('symbol')
    .$if(symbol !== undefined, (query) => query.where('symbol', '=', symbol ?? ''))
    .$if(open, (query) => query.where('status', 'in', ['NEW', 'PARTIALLY_FILLED']))
    .orderBy('created_time', 'desc')
    .orderBy('order_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    symbol: row.symbol,
    side: row.side,
    price: new Decimal(row.price),
    quantity: new Decimal(row.quantity),
    clientOrderId: row.client_order_id,
    orderId: Number(row.order_id),
    status: row.status,
    executedQuantity: new Decimal(row.executed_quantity),
    createdTime: Number(row.created_time),
    updatedTime: Number(row.updated_time),
  }));
}

/** The client order ids of those orders that are stored. */
export async function whichAreStored(
  db: Kysely<Tables>,
  orders: readonly Pick<OrderRequest, 'symbol' | 'clientOrderId'>[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ client_order_id: string }>`
    SELECT orders.client_order_id
    FROM unnest(${orders.map(({ symbol }) => symbol)}::text[], ${orders.map(({ clientOrderId }) => clientOrderId)}::text[])
      AS asked (symbol, client_order_id)
    JOIN symbols USING (symbol) JOIN orders ON symbol_id = symbols.id AND orders.client_order_id = asked.client_order_id`.execute(
    db,
  );
  return new Set(rows.map((row) => row.client_order_id));
}
