import { seedSettings } from '../../../seeds/settings.js';
import type { Log } from '../../ports/log.js';
import type { Environment } from '../../warehouse/connection.js';
import { openDatabase } from '../../warehouse/database.js';
import { dropDatabase } from '../../warehouse/drop-database.js';
import { migrateUp } from '../../warehouse/migrator.js';
import { changeSettings, type Switches, switchSymbols } from '../../warehouse/settings-tables.js';
import { DATABASE, SETTINGS, SYMBOL } from './demo-terms.js';

const SWITCHED_ON: readonly Switches[] = [
  { table: 'storing_settings', topic: 'TRADE_EVENTS' },
  { table: 'storing_settings', topic: 'ORDERS' },
  { table: 'trading_settings' },
  { table: 'streaming_settings' },
];

/**
 * Makes the demo's database anew, with its symbol switched on, and does the work while the server runs.
 *
 * @throws InputError when somebody uses it
 */
export async function withDemoDatabase<T>(
  environment: Environment,
  log: Log,
  work: () => Promise<T>,
): Promise<T> {
  const server = await dropDatabase(environment, DATABASE, log);
  try {
    await fill(environment, log);
    return await work();
  } finally {
    await server.close();
  }
}

async function fill(environment: Environment, log: Log): Promise<void> {
  const database = await openDatabase({ environment, log });
  try {
    const { kysely } = database;
    await migrateUp(kysely);
    await seedSettings(kysely, [SYMBOL]);
    await changeSettings(kysely, SYMBOL, () => SETTINGS);
    for (const switches of SWITCHED_ON) await switchSymbols(kysely, switches, [SYMBOL], 'on');
  } finally {
    await database.close();
  }
}
