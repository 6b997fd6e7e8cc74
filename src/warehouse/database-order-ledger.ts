import { type Kysely, type Selectable, sql } from 'kysely';
import { Decimal } from '../domain/decimal.js';
import type {
  ForgottenOrders,
  KeptBalance,
  KeptOrder,
  LedgerChange,
  LedgerContents,
  OrderLedger,
} from '../ports/order-ledger.js';
import type { Retry } from './database-cycle-store.js';
import { fillFromJson, fillToJson } from './fill-json.js';
import type { MockOrdersTable, Tables } from './schema.js';

/** How many orders of a symbol that are no longer open are loaded, the latest. */
const FINAL_LOADED = 1_000;

/** The mock exchange's orders and balances in the database: each change is committed before the exchange tells of it. */
export class DatabaseOrderLedger implements OrderLedger {
  constructor(
    private readonly db: Kysely<Tables>,
    private readonly retry: Retry,
    private readonly finalLoaded: number = FINAL_LOADED,
  ) {}

  load(): Promise<LedgerContents> {
    return this.retry(async () => ({
      orders: await this.orders(),
      forgotten: await this.forgotten(),
      balances: await this.balances(),
    }));
  }

  // Done twice, when the answer to the first try was lost, it writes the same again.
  save(change: LedgerChange): Promise<void> {
    return this.retry(() =>
      change.balances.length === 0
        ? saveOrder(this.db, change)
        : this.db.transaction().execute(async (transaction) => {
            await saveOrder(transaction, change);
            await saveBalances(transaction, change);
          }),
    );
  }

  private async orders(): Promise<readonly KeptOrder[]> {
    const { rows } = await sql<Selectable<MockOrdersTable> & { symbol: string }>`
      SELECT loaded.*, symbols.symbol FROM symbols, LATERAL (
        SELECT * FROM mock_orders WHERE symbol_id = symbols.id AND ${isOpen}
        UNION ALL
        (SELECT * FROM mock_orders WHERE symbol_id = symbols.id AND NOT ${isOpen}
         ORDER BY order_id DESC LIMIT ${this.finalLoaded})
      ) AS loaded
      ORDER BY symbols.symbol, loaded.order_id`.execute(this.db);
    return rows.map((row) => ({
      account: row.account,
      order: {
        symbol: row.symbol,
        side: row.side,
        price: new Decimal(row.price),
        quantity: new Decimal(row.quantity),
        clientOrderId: row.client_order_id,
        orderId: Number(row.order_id),
        status: row.status,
        executedQuantity: new Decimal(row.executed_quantity),
        fills: row.fills.map(fillFromJson),
        createdTime: Number(row.created_time),
        updatedTime: Number(row.updated_time),
      },
    }));
  }

  /** In sums, what `orders` leaves out: their ids, and how often they were told of. */
  private async forgotten(): Promise<readonly ForgottenOrders[]> {
    const { rows } = await sql<{ [Field in keyof ForgottenOrders]: string }>`
      SELECT symbol, max(order_id) AS "lastOrderId", sum(fills) AS fills, greatest(0, max(last_trade_id)) AS "lastTradeId",
        -- Told of when it was taken, at each fill, and when it was ended otherwise.
        sum(1 + fills + (status <> 'FILLED')::integer) AS reports
      FROM symbols, LATERAL (
        SELECT order_id, status,
          jsonb_array_length(mock_orders.fills) AS fills,
          (mock_orders.fills -> -1 ->> 'tradeId')::bigint AS last_trade_id
        FROM mock_orders WHERE symbol_id = symbols.id AND NOT ${isOpen}
        ORDER BY order_id DESC OFFSET ${this.finalLoaded}
      ) AS forgotten
      GROUP BY symbol`.execute(this.db);
    return rows.map(({ symbol, lastOrderId, fills, reports, lastTradeId }) => ({
      symbol,
      lastOrderId: Number(lastOrderId),
      fills: Number(fills),
      reports: Number(reports),
      lastTradeId: Number(lastTradeId),
    }));
  }

  private async balances(): Promise<readonly KeptBalance[]> {
    const rows = await this.db.selectFrom('mock_balances').selectAll().execute();
    return rows.map(({ account, asset, free, locked }) => ({
      account,
      asset,
      free: new Decimal(free),
      locked: new Decimal(locked),
    }));
  }
}

const isOpen = sql`status IN ('NEW', 'PARTIALLY_FILLED')`;

async function saveOrder(db: Kysely<Tables>, { account, order }: LedgerChange): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    INSERT INTO mock_orders (symbol_id, account, order_id, client_order_id, side, status, price, quantity,
      executed_quantity, fills, created_time, updated_time)
    SELECT id, ${account}, ${order.orderId}, ${order.clientOrderId}, ${order.side}::order_side,
      ${order.status}::order_status, ${order.price.toFixed()}::numeric, ${order.quantity.toFixed()}::numeric,
      ${order.executedQuantity.toFixed()}::numeric, ${JSON.stringify(order.fills.map(fillToJson))}::jsonb,
      ${order.createdTime}, ${order.updatedTime}
    FROM symbols WHERE symbol = ${order.symbol}
    ON CONFLICT (symbol_id, order_id) DO UPDATE SET
      status = excluded.status, executed_quantity = excluded.executed_quantity, fills = excluded.fills,
      updated_time = excluded.updated_time`.execute(db);
  if (numAffectedRows === 0n) throw new Error(`the database does not know ${order.symbol}`);
}

async function saveBalances(db: Kysely<Tables>, { account, balances }: LedgerChange): Promise<void> {
  await sql`
    INSERT INTO mock_balances (account, asset, free, locked)
    SELECT ${account}, * FROM unnest(
      ${balances.map(({ asset }) => asset)}::text[],
      ${balances.map(({ free }) => free.toFixed())}::numeric[],
      ${balances.map(({ locked }) => locked.toFixed())}::numeric[])
    ON CONFLICT (account, asset) DO UPDATE SET free = excluded.free, locked = excluded.locked`.execute(db);
}
