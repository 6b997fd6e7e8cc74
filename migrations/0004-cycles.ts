import { type Kysely, sql } from 'kysely';

/** What must survive a crash of the process: the trade cycles, and the ledger of the mock exchange. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // One row: the random id that makes client order ids those of this database and no other.
  await sql`
    CREATE TABLE installation (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      id      text    NOT NULL
    )`.execute(db);
  await sql`
    CREATE TABLE cycles (
      id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      symbol_id  integer     NOT NULL REFERENCES symbols,
      -- 'live', or the name of a backtest, whose cycles are no concern of anybody else.
      scope      text        NOT NULL DEFAULT 'live',
      settings   jsonb       NOT NULL,
      position   jsonb       NOT NULL,
      -- Counts the times that the cycle was taken up: an earlier incarnation of its trader can write no more.
      epoch      integer     NOT NULL DEFAULT 1,
      -- The cycle whose rebuy this one is: at most one, so that a rebuy asked for twice is granted once.
      rebuy_of   bigint      UNIQUE REFERENCES cycles,
      started_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ended_at   timestamptz
    )`.execute(db);
  // Who leads a symbol: each Leader takes it over from the one before, which can open and take up no more cycles.
  await sql`
    CREATE TABLE leaderships (
      symbol_id integer NOT NULL REFERENCES symbols,
      scope     text    NOT NULL DEFAULT 'live',
      epoch     integer NOT NULL DEFAULT 1,
      PRIMARY KEY (symbol_id, scope)
    )`.execute(db);
  await sql`CREATE INDEX cycles_open ON cycles (symbol_id, scope, id) WHERE ended_at IS NULL`.execute(db);
  await sql`
    CREATE TABLE mock_orders (
      order_id          bigint       NOT NULL,
      created_time      bigint       NOT NULL,
      updated_time      bigint       NOT NULL,
      symbol_id         integer      NOT NULL REFERENCES symbols,
      side              order_side   NOT NULL,
      status            order_status NOT NULL,
      client_order_id   text         NOT NULL,
      price             numeric      NOT NULL,
      quantity          numeric      NOT NULL,
      executed_quantity numeric      NOT NULL,
      PRIMARY KEY (symbol_id, order_id)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE mock_orders, cycles, leaderships, installation`.execute(db);
}
