import { type Seeded, seedSettings } from '../../../seeds/settings.js';
import { readExchangeInfo } from '../../exchange/exchange-info.js';
import { InputError } from '../../platform/input-error.js';
import { createLog } from '../../platform/log.js';
import { MachineError } from '../../platform/machine-error.js';
import { stopServer } from '../../platform/postgres/embedded-server.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { type Environment, targetOf } from '../../warehouse/connection.js';
import { type Database, openDatabase } from '../../warehouse/database.js';
import { thisProcess } from '../../warehouse/lock-holder.js';
import { migrateAllDown, migrateDown, migrateUp } from '../../warehouse/migrator.js';
import { whileNoneRuns } from '../../warehouse/while-none-runs.js';
import { BUNDLED_EXCHANGE_INFO, VERSION } from '../project-files.js';
import { configured } from './configured.js';
import type { DbOptions } from './db-command.js';
import { isConfirmed, refuseProduction } from './db-confirm.js';
import { statusText } from './db-report.js';
import { databaseStatus } from './db-status.js';
import { say } from './say.js';

export async function setup(options: DbOptions): Promise<void> {
  const symbols = await symbolsIn(options);
  await withDatabase(options, async (database) => {
    const migrated = await migrateUp(database.kysely);
    tell(options, { migrated, seeded: await seedSettings(database.kysely, symbols) }, symbols);
  });
}

export async function migrate(options: DbOptions): Promise<void> {
  await withDatabase(options, async (database) => {
    const { kysely } = database;
    if (!options.down) return tell(options, { migrated: await migrateUp(kysely) });
    const takenBack = await alone(database, 'a migration is taken back', () => migrateDown(kysely));
    tell(options, { takenBack });
  });
}

export async function seed(options: DbOptions): Promise<void> {
  const symbols = await symbolsIn(options);
  await withDatabase(options, async ({ kysely }) =>
    tell(options, { seeded: await seedSettings(kysely, symbols) }, symbols),
  );
}

export async function reset(options: DbOptions): Promise<void> {
  const target = targetOf(environmentOf(options));
  refuseProduction('db reset', target, options);
  if (options.json && !options.yes)
    throw new InputError('db reset --json does not ask, and removes everything; it takes --yes');
  const symbols = await symbolsIn(options);
  if (!options.yes && !(await isConfirmed('db reset', target))) {
    tell(options, {});
    return;
  }
  await withDatabase(options, async (database) => {
    const { kysely } = database;
    const done = await alone(database, 'everything is removed from it', async () => {
      await migrateAllDown(kysely);
      const migrated = await migrateUp(kysely);
      return { migrated, seeded: await seedSettings(kysely, symbols) };
    });
    tell(options, done, symbols);
  });
}

/** A Hedgehog that runs would go on with numbers that are given out anew, and so place two orders under one id. */
const alone = <T>(database: Database, before: string, work: () => Promise<T>): Promise<T> =>
  whileNoneRuns(
    database,
    {
      ...{ clock: systemClock, log: createLog('warn'), before },
      holder: thisProcess(VERSION, systemClock.wallMs()),
    },
    async (isLost) => {
      const done = await work();
      if (isLost())
        throw new MachineError(
          'a Hedgehog was started on this database meanwhile, and does not know of the change; stop it, and do this again',
        );
      return done;
    },
  );

export async function status(options: DbOptions): Promise<void> {
  const found = await stayAlive(() => databaseStatus(environmentOf(options), createLog('warn')));
  say(options.json ? JSON.stringify(found) : statusText(found));
}

export async function stop(options: DbOptions): Promise<void> {
  const target = targetOf(configured());
  if (target.kind === 'url') {
    throw new InputError(
      'db stop: the server in DATABASE_URL is not one that Hedgehog runs, and is not its to stop',
    );
  }
  const stopped = await stopServer(target.dataDirectory);
  if (options.json) say(JSON.stringify({ stopped }));
  else say(stopped ? 'stopped' : 'it was not running');
}

export const environmentOf = ({ environment }: DbOptions): Environment =>
  configured([{ flag: '--environment', variable: 'HEDGEHOG_ENV', value: environment }]);

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

/** What was done; nothing of it when somebody has said no. */
interface Done {
  readonly migrated?: readonly string[];
  readonly takenBack?: readonly string[];
  readonly seeded?: Seeded;
}

function tell({ json }: DbOptions, done: Done, symbols: readonly string[] = []): void {
  if (json) {
    say(JSON.stringify(done));
    return;
  }
  const { migrated, takenBack, seeded } = done;
  if (migrated !== undefined) say(migratedText(migrated));
  if (takenBack !== undefined)
    say(takenBack.length === 0 ? 'nothing to take back' : `taken back: ${takenBack.join(', ')}`);
  if (seeded !== undefined) say(seededText(seeded, symbols));
  if (Object.keys(done).length === 0) say('nothing was done');
}

const migratedText = (names: readonly string[]): string =>
  names.length === 0 ? 'the tables are up to date' : `migrated: ${names.join(', ')}`;

function seededText(
  { symbols, tradingSettings, streamingSettings, storingSettings }: Seeded,
  all: readonly string[],
): string {
  const count = symbols + tradingSettings + streamingSettings + storingSettings;
  const given = `${all.length} symbols`;
  return count === 0
    ? `${given} have their settings already`
    : `seeded: ${given}, ${symbols} of them new; ${count} rows`;
}
