import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Database } from './database.js';
import { applicationName, holderIn, type LockHolder } from './lock-holder.js';
import { wait } from './retry.js';
import type { Tables } from './schema.js';

/**
 * One process trades on a database at a time: it holds an advisory lock for as long as it lives, and the server frees it when
 * its connection ends, however the process ended.
 */
// Two arbitrary numbers that nobody else in a database of ours uses.
const CLASS = 0x68_65_64_67;
const OBJECT = 1;

export interface RunningLock {
  release(): void;
}

export interface RunningLockOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** What others are told of whoever holds the lock. */
  readonly holder: LockHolder;
  /** Another process took over while our connection was away: whoever holds the lock must stop. */
  readonly onLost: () => void;
  /** How long to wait for a process that has just ended; 2,000 unless given. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 2_000;
const TRY_AGAIN_MS = 200;

/** Takes the lock; null when another process holds it. Taken again whenever the connection was lost. */
export async function takeRunningLock(
  database: Database,
  { clock, log, holder, onLost, patienceMs = PATIENCE_MS }: RunningLockOptions,
): Promise<RunningLock | null> {
  const stopping = new AbortController();
  const deadline = clock.monotonicMs() + patienceMs;
  let client = await take(database, holder);
  while (client === null && clock.monotonicMs() < deadline) {
    await wait(clock, TRY_AGAIN_MS);
    client = await take(database, holder);
  }
  if (client === null) return null;
  const keep = (held: pg.PoolClient): void => {
    client = held;
    held.once('error', () => {
      // The server may have something to say to a connection that is being closed.
      if (stopping.signal.aborted) return;
      client = null;
      held.release(true);
      void takeAgain();
    });
  };
  const takeAgain = async (): Promise<void> => {
    log.warn('the connection that says that Hedgehog runs was lost; taking it up again');
    const { signal } = stopping;
    const patience = { giveUpAfterMs: Number.POSITIVE_INFINITY, signal };
    const work = () => takeBack(database, holder, clock, signal);
    const next = await database.withRetry(work, patience).catch(() => null);
    if (stopping.signal.aborted) return next?.release(true);
    if (next === null) return onLost();
    keep(next);
  };
  keep(client);
  return {
    release() {
      stopping.abort();
      // Closing the connection frees the lock.
      client?.release(true);
      client = null;
    },
  };
}

/**
 * Takes the lock that this process had; null when another one has it. Our connection may be lost here and not on the server,
 * which then holds the lock for us for hours: that session is ended.
 */
async function takeBack(
  database: Database,
  holder: LockHolder,
  clock: Clock,
  signal: AbortSignal,
): Promise<pg.PoolClient | null> {
  let deadline = clock.monotonicMs() + PATIENCE_MS;
  for (;;) {
    const client = await take(database, holder);
    if (client !== null || signal.aborted) return client;
    // A session takes a moment to end.
    if (await endOurSession(database, holder)) deadline = clock.monotonicMs() + PATIENCE_MS;
    else if (clock.monotonicMs() >= deadline) return null;
    await wait(clock, TRY_AGAIN_MS, signal);
  }
}

/** Ends the session that holds the lock when it is one of this process; whether it is. */
async function endOurSession({ kysely }: Database, holder: LockHolder): Promise<boolean> {
  // In one statement, so that the session that is ended is the one that was looked at.
  const { rows } = await sql`
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE ${isOurs} AND application_name = ${applicationName(holder)}`.execute(kysely);
  return rows.length > 0;
}

async function take({ pool }: Database, holder: LockHolder): Promise<pg.PoolClient | null> {
  const client = await pool.connect();
  try {
    // In one statement: were the connection lost between two, nobody would know whose session holds the lock.
    const { rows } = await client.query<{ taken: boolean }>(
      `SELECT CASE WHEN pg_try_advisory_lock($1, $2)
         THEN set_config('application_name', $3, false) IS NOT NULL ELSE false END AS taken`,
      [CLASS, OBJECT, applicationName(holder)],
    );
    if (rows[0]?.taken === true) return client;
    client.release();
    return null;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Whether a Hedgehog runs on this database, on this or another machine. */
export async function isRunning(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql`SELECT FROM pg_locks WHERE ${isOurs}`.execute(db);
  return rows.length > 0;
}

/** The process that runs on this database; null when none does, or it does not tell. */
export async function runningHolder(db: Kysely<Tables>): Promise<LockHolder | null> {
  const { rows } = await sql<{ name: string | null }>`
    SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE ${isOurs}`.execute(
    db,
  );
  return holderIn(rows[0]?.name ?? '');
}

const isOurs = sql`
  locktype = 'advisory' AND granted AND classid = ${CLASS} AND objid = ${OBJECT}
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
