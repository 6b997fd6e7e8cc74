import { type Kysely, sql } from 'kysely';
import { Decimal } from '../domain/decimal.js';
import type { Order } from '../domain/order.js';
import type { OrderLedger } from '../ports/order-ledger.js';
import type { Retry } from './database-cycle-store.js';
import type { Tables } from './schema.js';

/** The mock exchange's orders in the database: each change is committed before the exchange tells of it. */
export class DatabaseOrderLedger implements OrderLedger {
  constructor(
    private readonly db: Kysely<Tables>,
    private readonly retry: Retry,
  ) {}

  load(): Promise<readonly Order[]> {
    return this.retry(async () => {
      const rows = await this.db
        .selectFrom('mock_orders')
        .innerJoin('symbols', 'symbols.id', 'mock_orders.symbol_id')
        .selectAll('mock_orders')
        .select('symbols.symbol')
        .orderBy('symbols.symbol')
        .orderBy('order_id')
        .execute();
      return rows.map(
        (row): Order => ({
          symbol: row.symbol,
          side: row.side,
          price: new Decimal(row.price),
          quantity: new Decimal(row.quantity),
          clientOrderId: row.client_order_id,
          orderId: Number(row.order_id),
          status: row.status,
          executedQuantity: new Decimal(row.executed_quantity),
          fills: [],
          createdTime: Number(row.created_time),
          updatedTime: Number(row.updated_time),
        }),
      );
    });
  }

  save(order: Order): Promise<void> {
    // Done twice, when the answer to the first try was lost, it writes the same again.
    return this.retry(async () => {
      const { numAffectedRows = 0n } = await sql`
        INSERT INTO mock_orders (symbol_id, order_id, client_order_id, side, status, price, quantity,
          executed_quantity, created_time, updated_time)
        SELECT id, ${order.orderId}, ${order.clientOrderId}, ${order.side}::order_side,
          ${order.status}::order_status, ${order.price.toFixed()}::numeric, ${order.quantity.toFixed()}::numeric,
          ${order.executedQuantity.toFixed()}::numeric, ${order.createdTime}, ${order.updatedTime}
        FROM symbols WHERE symbol = ${order.symbol}
        ON CONFLICT (symbol_id, order_id) DO UPDATE SET
          status = excluded.status, executed_quantity = excluded.executed_quantity,
          updated_time = excluded.updated_time`.execute(this.db);
      if (numAffectedRows === 0n) throw new Error(`the database does not know ${order.symbol}`);
    });
  }
}
