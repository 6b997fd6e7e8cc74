import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZERO } from '../src/domain/decimal.js';
import type { Database } from '../src/warehouse/database.js';
import { openDatabase } from '../src/warehouse/database.js';
import { migrateUp } from '../src/warehouse/migrator.js';
import { writeLongTape } from './long-tape.js';
import { QUIET_LOG } from './replay-runs.js';
import { loadVolatile } from './tapes.js';

/** A database with its tables and nothing in them, and a folder; both are gone afterwards. */
export async function withBenchDatabase<T>(work: (db: Database, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hedgehog-bench-'));
  try {
    const environment = { HEDGEHOG_DATA_DIR: join(folder, 'data') };
    const db = await openDatabase({ environment, log: QUIET_LOG });
    try {
      await migrateUp(db.kysely);
      return await work(db, folder);
    } finally {
      await db.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the synthetic tape, again and again, as one tape of at least so many rows. Returns how many they are. */
export async function writeTape(file: string, rows: number): Promise<number> {
  const { events } = await loadVolatile();
  const times = Math.ceil(rows / events.length);
  await writeLongTape(file, { events, times, rise: ZERO });
  return times * events.length;
}

const TICK_MS = 10;

/** Processor time that the server's processes have used, in milliseconds; undefined where it cannot be told. */
export async function serverCpuMs({ pool }: Database): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walwriter')`,
  );
  try {
    const stats = await Promise.all(rows.map(({ pid }) => readFile(`/proc/${pid}/stat`, 'utf8')));
    return stats.reduce((sum, stat) => {
      // The name in brackets may hold spaces; user and system time are fields 14 and 15, counted from the pid.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    }, 0);
  } catch {
    return undefined;
  }
}
