import { seedSettings } from '../../../seeds/settings.js';
import type { Log } from '../../ports/log.js';
import type { Environment } from '../../warehouse/connection.js';
import { openDatabase } from '../../warehouse/database.js';
import { dropDatabase } from '../../warehouse/drop-database.js';
import { migrateUp } from '../../warehouse/migrator.js';
import { changeSettings, type Switches, switchSymbols } from '../../warehouse/settings-tables.js';
import { DATABASE, SYMBOLS } from './demo-terms.js';

const SWITCHED_ON: readonly Switches[] = [
  { table: 'storing_settings', topic: 'TRADE_EVENTS' },
  { table: 'storing_settings', topic: 'ORDERS' },
  { table: 'trading_settings' },
  { table: 'streaming_settings' },
];

/**
 * Makes the demo's database anew, with its symbols switched on, and does the work while the server runs.
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
    const symbols = SYMBOLS.map(({ symbol }) => symbol);
    await seedSettings(kysely, symbols);
    for (const { symbol, settings } of SYMBOLS) await changeSettings(kysely, symbol, () => settings);
    for (const switches of SWITCHED_ON) await switchSymbols(kysely, switches, symbols, 'on');
  } finally {
    await database.close();
  }
}
