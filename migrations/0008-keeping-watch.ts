import { type Kysely, sql } from 'kysely';

/** What a running Hedgehog needs to find what it missed, and what it says of the services it runs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Every order of a cycle that ended before this time was looked up and stored, or is not on the exchange.
  await sql`
    CREATE TABLE order_catch_ups (
      symbol_id    integer     PRIMARY KEY REFERENCES symbols,
      caught_up_at timestamptz NOT NULL
    )`.execute(db);
  await sql`
    CREATE INDEX cycles_ended ON cycles (symbol_id, scope, ended_at) WHERE ended_at IS NOT NULL`.execute(db);
  await sql`
    CREATE INDEX orders_open ON orders (symbol_id) WHERE status IN ('NEW', 'PARTIALLY_FILLED')`.execute(db);
  // Written by the Hedgehog that runs and worthless without it; the name is a symbol, or a topic such as ORDERS:XRPUSDT.
  await sql`
    CREATE TABLE service_reports (
      service     text        NOT NULL,
      name        text        NOT NULL,
      state       text        NOT NULL CHECK (state IN ('running', 'given-up')),
      -- Why it was given up.
      reason      text,
      reported_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (service, name)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE service_reports, order_catch_ups`.execute(db);
  await sql`DROP INDEX cycles_ended, orders_open`.execute(db);
}
