import { type Kysely, sql } from 'kysely';

/** Requests to publish stored trades, and what became of them: written by a command, carried out by the Hedgehog that runs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE publish_requests (
      id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      from_time    bigint      NOT NULL,
      to_time      bigint      NOT NULL CHECK (to_time >= from_time),
      -- Trades in the period, as it was when publishing began.
      trades       bigint,
      requested_at timestamptz NOT NULL DEFAULT now(),
      symbol_id    integer     NOT NULL REFERENCES symbols,
      interval_ms  integer     NOT NULL CHECK (interval_ms >= 0),
      state        text        NOT NULL DEFAULT 'requested'
        CHECK (state IN ('requested', 'publishing', 'published', 'failed')),
      -- Why it failed.
      reason       text
    )`.execute(db);
  await sql`
    CREATE FUNCTION tell_publish_requested() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('publish_requested', NEW.id::text);
      RETURN NULL;
    END $$`.execute(db);
  await sql`
    CREATE TRIGGER publish_requests_requested AFTER INSERT ON publish_requests
    FOR EACH ROW EXECUTE FUNCTION tell_publish_requested()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE publish_requests`.execute(db);
  await sql`DROP FUNCTION tell_publish_requested`.execute(db);
}
