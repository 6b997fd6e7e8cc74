import { createLog } from '../../platform/log.js';
import type { LogLevel } from '../../ports/log.js';
import { type Database, openDatabase } from '../../warehouse/database.js';
import { migrateUp } from '../../warehouse/migrator.js';

/** Opens the database that the environment names, with its tables up to date, for as long as the work takes. */
export async function withDatabase<T>(
  work: (db: Database) => Promise<T>,
  logLevel: LogLevel = 'warn',
): Promise<T> {
  // Waiting on a clock alone does not keep a process alive, and a database that is away is waited for.
  const hold = setInterval(() => {}, 1 << 30);
  try {
    const db = await openDatabase({ environment: process.env, log: createLog(logLevel) });
    try {
      await migrateUp(db.kysely);
      return await work(db);
    } finally {
      await db.close();
    }
  } finally {
    clearInterval(hold);
  }
}
