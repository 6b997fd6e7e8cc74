import { type Kysely, sql } from 'kysely';

/** Accounts of the mock exchange: whose an order is, its fills, and what each account has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE mock_orders
      ADD COLUMN account text NOT NULL DEFAULT 'main',
      ADD COLUMN fills jsonb NOT NULL DEFAULT '[]'`.execute(db);
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
