import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ZERO } from '../src/domain/decimal.js';
import { placesFor } from '../src/platform/postgres/places.js';
import type { Database } from '../src/warehouse/database.js';
import { openDatabase } from '../src/warehouse/database.js';
import { migrateUp } from '../src/warehouse/migrator.js';
import { writeLongTape } from './long-tape.js';
import { QUIET_LOG } from './replay-runs.js';
import { loadVolatile } from './tapes.js';

/** A database with its tables and nothing in them, and a folder; both are gone afterwards. */
export async function withBenchDatabase<T>(work: (db: Database, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hedgehog-bench-'));
  const environment = { HEDGEHOG_DATA_DIR: join(folder, 'data') };
  // Of root's servers it is elsewhere, where their account can reach it.
  const serverFolder = dirname(placesFor(environment.HEDGEHOG_DATA_DIR).home);
  try {
    const db = await openDatabase({ environment, log: QUIET_LOG });
    try {
      await migrateUp(db.kysely);
      return await work(db, folder);
    } finally {
      await db.close();
    }
  } finally {
    for (const made of [serverFolder, folder]) await rm(made, { recursive: true, force: true });
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

/** Processor time that the server's processes have used so far, in milliseconds; undefined where it cannot be told. */
export async function serverCpuMs({ pool }: Database): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walwriter')`,
  );
  try {
    const stats = await Promise.all(rows.map(({ pid }) => statOf(pid)));
    // Those that have ended are counted by the process that started them all.
    const [first] = stats;
    const ended = first === undefined ? 0 : (await statOf(first.parent)).childrenMs;
    return stats.reduce((sum, { ownMs }) => sum + ownMs, ended);
  } catch {
    return undefined;
  }
}

async function statOf(pid: number) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold spaces. The parent is field 4; times are 14 to 17: user and system, its own and its children's.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ms = (at: number): number => ((fields[at] as number) + (fields[at + 1] as number)) * TICK_MS;
  return { parent: fields[1] as number, ownMs: ms(11), childrenMs: ms(13) };
}
