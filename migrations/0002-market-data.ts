import { type Kysely, sql } from 'kysely';

/**
 * Trades and candles, made for hundreds of millions of rows.
 *
 * Trades of a symbol are read in trade-id order, which the primary key gives. A period is found by time; a block-range
 * index does for that, as rows lie about in order of time on the disk, and takes kilobytes where a tree would take
 * gigabytes. The widest columns come first, so that no bytes are lost to alignment.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE trade_events (
      trade_id       bigint      NOT NULL,
      trade_time     bigint      NOT NULL,
      event_time     bigint      NOT NULL,
      stored_at      timestamptz NOT NULL DEFAULT now(),
      symbol_id      integer     NOT NULL,
      buyer_is_maker boolean     NOT NULL,
      price          numeric     NOT NULL,
      quantity       numeric     NOT NULL,
      PRIMARY KEY (symbol_id, trade_id)
    )`.execute(db);
  await sql`
    CREATE INDEX trade_events_by_time ON trade_events USING brin (trade_time) WITH (pages_per_range = 32, autosummarize = on)`.execute(
    db,
  );
  // Ids that were seen and could not be stored, so that they can be fetched again; inclusive ranges.
  await sql`
    CREATE TABLE missing_trades (
      id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      symbol_id     integer     NOT NULL REFERENCES symbols,
      from_trade_id bigint      NOT NULL,
      to_trade_id   bigint      NOT NULL CHECK (to_trade_id >= from_trade_id),
      recorded_at   timestamptz NOT NULL DEFAULT now(),
      UNIQUE (symbol_id, from_trade_id, to_trade_id)
    )`.execute(db);
  await sql`
    CREATE TABLE candles (
      open_time   bigint  NOT NULL,
      symbol_id   integer NOT NULL REFERENCES symbols,
      interval    text    NOT NULL CHECK (interval IN ('1m', '5m', '15m', '1h', '4h', '1d')),
      open        numeric NOT NULL,
      high        numeric NOT NULL,
      low         numeric NOT NULL,
      close       numeric NOT NULL,
      volume      numeric NOT NULL,
      trade_count bigint  NOT NULL,
      PRIMARY KEY (symbol_id, interval, open_time)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE candles, missing_trades, trade_events`.execute(db);
}
