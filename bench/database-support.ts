import { mkdtemp, rm } from 'node:fs/promises';
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
