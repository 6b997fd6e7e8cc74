import { type Kysely, sql } from 'kysely';

/** Symbols, and what the user wants of each: how it is traded, whether it is streamed, which topics are stored. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A short number stands for the symbol in every row of the large tables.
  await sql`
    CREATE TABLE symbols (
      id     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      symbol text    NOT NULL UNIQUE CHECK (symbol <> '')
    )`.execute(db);
  await sql`CREATE TYPE trading_status AS ENUM ('on', 'off', 'shutdown')`.execute(db);
  await sql`CREATE TYPE switch_status AS ENUM ('on', 'off')`.execute(db);
  await sql`
    CREATE TABLE trading_settings (
      symbol_id         integer        PRIMARY KEY REFERENCES symbols,
      chunks            integer        NOT NULL CHECK (chunks >= 1),
      budget            numeric        NOT NULL CHECK (budget > 0),
      buy_down_interval numeric        NOT NULL CHECK (buy_down_interval >= 0 AND buy_down_interval < 1),
      profit_interval   numeric        NOT NULL CHECK (profit_interval > -1),
      rebuy_interval    numeric        NOT NULL CHECK (rebuy_interval >= 0 AND rebuy_interval < 1),
      fee               numeric        NOT NULL CHECK (fee >= 0 AND fee < 1),
      status            trading_status NOT NULL DEFAULT 'off',
      updated_at        timestamptz    NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`
    CREATE TABLE streaming_settings (
      symbol_id  integer       PRIMARY KEY REFERENCES symbols,
      status     switch_status NOT NULL DEFAULT 'off',
      updated_at timestamptz   NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`
    CREATE TABLE storing_settings (
      topic      text          NOT NULL CHECK (topic IN ('TRADE_EVENTS', 'ORDERS', 'OHLC')),
      symbol_id  integer       NOT NULL REFERENCES symbols,
      status     switch_status NOT NULL DEFAULT 'off',
      updated_at timestamptz   NOT NULL DEFAULT now(),
      PRIMARY KEY (topic, symbol_id)
    )`.execute(db);
  // Whoever follows the desired state hears of every change, whoever made it: the payload is `<table> <symbol id>`.
  await sql`
    CREATE FUNCTION tell_settings_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('settings_changed', TG_TABLE_NAME || ' ' || NEW.symbol_id);
      RETURN NULL;
    END $$`.execute(db);
  for (const table of ['trading_settings', 'streaming_settings', 'storing_settings']) {
    await sql`
      CREATE TRIGGER ${sql.raw(`${table}_changed`)} AFTER INSERT OR UPDATE ON ${sql.table(table)}
      FOR EACH ROW EXECUTE FUNCTION tell_settings_changed()`.execute(db);
  }
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE storing_settings, streaming_settings, trading_settings, symbols`.execute(db);
  await sql`DROP FUNCTION tell_settings_changed`.execute(db);
  await sql`DROP TYPE trading_status, switch_status`.execute(db);
}
