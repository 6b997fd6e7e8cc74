import { codeOf } from '../platform/error-facts.js';
import { InputError } from '../platform/input-error.js';
import type { Log } from '../ports/log.js';
import type { Environment } from './connection.js';
import { type Database, openDatabase } from './database.js';

const IN_USE = '55006';

/**
 * Drops a database of a server, if it is there, and leaves the server running for as long as what it returns is open. The server
 * refuses while anybody is connected to it.
 *
 * @throws InputError when somebody is
 */
export async function dropDatabase(environment: Environment, name: string, log: Log): Promise<Database> {
  const server = await openDatabase({ environment, log, database: 'postgres' });
  try {
    await server.pool.query(`DROP DATABASE IF EXISTS "${name.replaceAll('"', '""')}"`);
    return server;
  } catch (error) {
    await server.close();
    if (codeOf(error) !== IN_USE) throw error;
    throw new InputError(`the database ${name} is in use: another Hedgehog or program is connected to it`, {
      cause: error,
    });
  }
}
