import { type Kysely, sql } from 'kysely';

/** Trade ids that the exchange left out when it was asked for them: nobody has to look for them again. Inclusive ranges. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE absent_trades (
      symbol_id     integer     NOT NULL REFERENCES symbols,
      from_trade_id bigint      NOT NULL,
      to_trade_id   bigint      NOT NULL CHECK (to_trade_id >= from_trade_id),
      noted_at      timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (symbol_id, from_trade_id, to_trade_id)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE absent_trades`.execute(db);
}
