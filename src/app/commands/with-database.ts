import { createLog } from '../../platform/log.js';
import { stayAlive } from '../../platform/stay-alive.js';
import type { LogLevel } from '../../ports/log.js';
import { type Database, openDatabase } from '../../warehouse/database.js';
import { migrateUp } from '../../warehouse/migrator.js';
import { configured } from './configured.js';

/** Opens the database that the environment names, with its tables up to date, for as long as the work takes. */
export async function withDatabase<T>(
  work: (db: Database) => Promise<T>,
  logLevel: LogLevel = 'warn',
): Promise<T> {
  // A database that is away is waited for.
  return stayAlive(async () => {
    const db = await openDatabase({ environment: configured(), log: createLog(logLevel) });
    try {
      await migrateUp(db.kysely);
      return await work(db);
    } finally {
      await db.close();
    }
  });
}
