import type pg from 'pg';
import type { Database } from '../../src/warehouse/database.js';
import { eventually } from './running-hedgehog.js';

/** Holds up the commit of every transaction that stores trade 1, until the client lets it go. */
export async function holdCommits(client: pg.PoolClient): Promise<void> {
  await client.query(`
    CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(4711);
      RETURN NULL;
    END $$`);
  await client.query(`
    CREATE CONSTRAINT TRIGGER waits_at_commit AFTER INSERT ON trade_events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.trade_id = 1) EXECUTE FUNCTION wait_at_commit()`);
  await client.query('SELECT pg_advisory_lock(4711)');
}

export async function letCommit(client: pg.PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_unlock_all()');
}

export async function forgetCommits(client: pg.PoolClient): Promise<void> {
  await letCommit(client);
  await client.query('DROP FUNCTION IF EXISTS wait_at_commit() CASCADE');
}

/** Waits until one transaction is at its commit, and the last thing that another open one did begins so. */
export async function untilCommitting({ pool }: Database, behind: string): Promise<void> {
  await eventually(
    async () => {
      const { rows } = await pool.query<{ commits: boolean; behind: boolean }>(
        `SELECT count(*) FILTER (WHERE query = 'COMMIT' AND wait_event_type = 'Lock') > 0 AS commits,
                count(*) FILTER (WHERE starts_with(query, $1) AND state = 'idle in transaction') > 0 AS behind
         FROM pg_stat_activity WHERE datname = current_database()`,
        [behind],
      );
      return rows[0];
    },
    `one commits, and behind it another is at ${behind}`,
    (found) => found?.commits === true && found.behind,
  );
}
