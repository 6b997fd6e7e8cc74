import { type Kysely, sql } from 'kysely';

/** Accounts of the mock exchange: whose an order is, its fills, and what each account has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE mock_orders
      ADD COLUMN account text NOT NULL DEFAULT 'main',
      ADD COLUMN fills jsonb NOT NULL DEFAULT '[]'`.execute(db);
  // Until now an order was filled whole, by one print, without commission; prints were numbered down from -1 as they came.
  await sql`
    UPDATE mock_orders SET fills = jsonb_build_array(jsonb_build_object(
      'tradeId', -print.number, 'price', price::text, 'quantity', executed_quantity::text,
      'commission', '0', 'commissionAsset', NULL, 'time', updated_time))
    FROM (
      SELECT symbol_id AS of_symbol, order_id AS of_order,
        row_number() OVER (PARTITION BY symbol_id ORDER BY updated_time, order_id) AS number
      FROM mock_orders WHERE executed_quantity > 0
    ) AS print
    WHERE symbol_id = of_symbol AND order_id = of_order`.execute(db);
  // Those that are taken up at every start, however many were filled since.
  await sql`
    CREATE INDEX mock_orders_open ON mock_orders (symbol_id, order_id)
    WHERE status IN ('NEW', 'PARTIALLY_FILLED')`.execute(db);
  await sql`
    CREATE TABLE mock_balances (
      account text    NOT NULL,
      asset   text    NOT NULL,
      free    numeric NOT NULL,
      locked  numeric NOT NULL,
      PRIMARY KEY (account, asset)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE mock_balances`.execute(db);
  await sql`DROP INDEX mock_orders_open`.execute(db);
  await sql`ALTER TABLE mock_orders DROP COLUMN fills, DROP COLUMN account`.execute(db);
}
