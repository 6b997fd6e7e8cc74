import { type Seeded, seedSettings } from '../../../seeds/settings.js';
import { readExchangeInfo } from '../../exchange/exchange-info.js';
import { InputError } from '../../platform/input-error.js';
import { createLog } from '../../platform/log.js';
import { stopServer } from '../../platform/postgres/embedded-server.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { type Environment, targetOf } from '../../warehouse/connection.js';
import { type Database, openDatabase } from '../../warehouse/database.js';
import { migrateAllDown, migrateDown, migrateUp } from '../../warehouse/migrator.js';
import { BUNDLED_EXCHANGE_INFO } from '../project-files.js';
import { configured } from './configured.js';
import type { DbOptions } from './db-command.js';
import { isConfirmed, refuseProduction } from './db-confirm.js';
import { statusText } from './db-report.js';
import { databaseStatus } from './db-status.js';

export async function setup(options: DbOptions): Promise<void> {
  const symbols = await symbolsIn(options);
  await withDatabase(options, async (database) => {
    say(migrated(await migrateUp(database.kysely)));
    say(seeded(await seedSettings(database.kysely, symbols), symbols));
  });
}

export async function migrate(options: DbOptions): Promise<void> {
  await withDatabase(options, async ({ kysely }) => {
    if (options.down) {
      const names = await migrateDown(kysely);
      say(names.length === 0 ? 'nothing to take back' : `taken back: ${names.join(', ')}`);
    } else say(migrated(await migrateUp(kysely)));
  });
}

export async function seed(options: DbOptions): Promise<void> {
  const symbols = await symbolsIn(options);
  await withDatabase(options, async ({ kysely }) =>
    say(seeded(await seedSettings(kysely, symbols), symbols)),
  );
}

export async function reset(options: DbOptions): Promise<void> {
  const target = targetOf(environmentOf(options));
  refuseProduction('db reset', target, options);
  const symbols = await symbolsIn(options);
  if (!options.yes && !(await isConfirmed('db reset', target))) {
    say('nothing was done');
    return;
  }
  await withDatabase(options, async ({ kysely }) => {
    await migrateAllDown(kysely);
    say(migrated(await migrateUp(kysely)));
    say(seeded(await seedSettings(kysely, symbols), symbols));
  });
}

export async function status(options: DbOptions): Promise<void> {
  const found = await stayAlive(() => databaseStatus(environmentOf(options), createLog('warn')));
  say(options.json ? JSON.stringify(found) : statusText(found));
}

export async function stop(): Promise<void> {
  const target = targetOf(configured());
  if (target.kind === 'url') {
    throw new InputError(
      'db stop: the server in DATABASE_URL is not one that Hedgehog runs, and is not its to stop',
    );
  }
  say((await stopServer(target.dataDirectory)) ? 'stopped' : 'it was not running');
}

export const environmentOf = ({ environment }: DbOptions): Environment =>
  environment === undefined ? configured() : { ...configured(), HEDGEHOG_ENV: environment };

export async function withDatabase(
  options: DbOptions,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const run = async (): Promise<void> => {
    const database = await openDatabase({ environment: environmentOf(options), log: createLog('warn') });
    try {
      await work(database);
    } finally {
      await database.close();
    }
  };
  await stayAlive(run);
}

async function symbolsIn({ exchangeInfo = BUNDLED_EXCHANGE_INFO }: DbOptions): Promise<readonly string[]> {
  return [...(await readExchangeInfo(exchangeInfo)).keys()];
}

const migrated = (names: readonly string[]): string =>
  names.length === 0 ? 'the tables are up to date' : `migrated: ${names.join(', ')}`;

function seeded(
  { symbols, tradingSettings, streamingSettings, storingSettings }: Seeded,
  all: readonly string[],
): string {
  const count = symbols + tradingSettings + streamingSettings + storingSettings;
  const given = `${all.length} symbols`;
  return count === 0
    ? `${given} have their settings already`
    : `seeded: ${given}, ${symbols} of them new; ${count} rows`;
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
