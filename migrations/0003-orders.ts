import { type Kysely, sql } from 'kysely';

/** Orders as they stand and as they changed; and those of backtests, apart. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TYPE order_side AS ENUM ('BUY', 'SELL')`.execute(db);
  await sql`
    CREATE TYPE order_status AS ENUM
      ('NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'EXPIRED_IN_MATCH')`.execute(
    db,
  );
  // An order id is unique per symbol and exchange; a client order id is ours and unique among all our orders.
  await sql`
    CREATE TABLE orders (
      order_id          bigint       NOT NULL,
      created_time      bigint       NOT NULL,
      updated_time      bigint       NOT NULL,
      stored_at         timestamptz  NOT NULL DEFAULT now(),
      symbol_id         integer      NOT NULL REFERENCES symbols,
      side              order_side   NOT NULL,
      status            order_status NOT NULL,
      client_order_id   text         NOT NULL,
      price             numeric      NOT NULL,
      quantity          numeric      NOT NULL,
      executed_quantity numeric      NOT NULL,
      PRIMARY KEY (symbol_id, client_order_id)
    )`.execute(db);
  await sql`CREATE INDEX orders_by_order_id ON orders (symbol_id, order_id)`.execute(db);
  await sql`
    CREATE TABLE order_updates (
      id                bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      order_id          bigint       NOT NULL,
      updated_time      bigint       NOT NULL,
      stored_at         timestamptz  NOT NULL DEFAULT now(),
      symbol_id         integer      NOT NULL REFERENCES symbols,
      status            order_status NOT NULL,
      client_order_id   text         NOT NULL,
      executed_quantity numeric      NOT NULL,
      UNIQUE (symbol_id, client_order_id, status, executed_quantity)
    )`.execute(db);
  await sql`
    CREATE TABLE backtest_runs (
      id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      symbol     text        NOT NULL,
      from_time  bigint      NOT NULL,
      to_time    bigint      NOT NULL,
      settings   jsonb       NOT NULL,
      summary    jsonb       NOT NULL,
      started_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`
    CREATE TABLE backtest_orders (
      run_id       bigint       NOT NULL REFERENCES backtest_runs ON DELETE CASCADE,
      order_id     bigint       NOT NULL,
      side         order_side   NOT NULL,
      status       order_status NOT NULL,
      placed_index bigint       NOT NULL,
      filled_index bigint,
      price        numeric      NOT NULL,
      quantity     numeric      NOT NULL,
      PRIMARY KEY (run_id, order_id)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE backtest_orders, backtest_runs, order_updates, orders`.execute(db);
  await sql`DROP TYPE order_side, order_status`.execute(db);
}
