import { InputError } from '../../platform/input-error.js';
import { createLog } from '../../platform/log.js';
import { inspectServer } from '../../platform/postgres/embedded-server.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { type Environment, shownTarget, targetOf } from '../../warehouse/connection.js';
import { type Database, DatabaseMissing, openDatabase } from '../../warehouse/database.js';
import { migrationStates } from '../../warehouse/migrator.js';
import { configured } from './configured.js';

const NOT_SET_UP = 'is not set up; hedgehog db setup does that, and so does hedgehog start';

/**
 * Works on the database that the environment names, which has to be there and up to date already.
 *
 * @throws InputError when it is not
 */
export function withReadyDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  return stayAlive(async () => {
    const database = await existingDatabase();
    try {
      const states = await migrationStates(database.kysely);
      if (states.some(({ appliedAt }) => appliedAt === undefined)) throw notSetUp(configured());
      return await work(database);
    } finally {
      await database.close();
    }
  });
}

/**
 * Opens the database that an environment names, and makes none.
 *
 * @throws InputError when it is not there
 */
export async function existingDatabase(environment = configured()): Promise<Database> {
  const target = targetOf(environment);
  if (target.kind === 'embedded' && !inspectServer(target.dataDirectory).isMade) throw notSetUp(environment);
  return openDatabase({ environment, log: createLog('warn'), create: false }).catch((error: unknown) => {
    if (error instanceof DatabaseMissing) throw notSetUp(environment);
    throw error;
  });
}

function notSetUp(environment: Environment): InputError {
  return new InputError(`the database ${shownTarget(targetOf(environment))} ${NOT_SET_UP}`);
}
