import type { ServiceName } from '../../../control/deps.js';
import { standingRow } from '../../../control/standing.js';
import { changeSymbolSettings, changeTo, symbolSettings } from '../../../control/symbol-settings.js';
import { readExchangeInfo } from '../../../exchange/exchange-info.js';
import { openCycles } from '../../../warehouse/cycle-rows.js';
import type { Database } from '../../../warehouse/database.js';
import { isRunning } from '../../../warehouse/running-lock.js';
import { readReports } from '../../../warehouse/service-reports.js';
import { type Switches, switchRows, switchSymbols } from '../../../warehouse/settings-tables.js';
import { BUNDLED_EXCHANGE_INFO } from '../../project-files.js';
import { configured } from '../configured.js';
import { withReadyDatabase } from '../ready-database.js';
import type { Desk, SwitchRequest } from './desk.js';

const TABLES = {
  streaming: 'streaming_settings',
  trading: 'trading_settings',
  storing: 'storing_settings',
} as const satisfies Record<ServiceName, Switches['table']>;

/** Works on the database, which a Hedgehog that runs elsewhere follows at once, and one that is started later. */
export const storedDesk = <T>(work: (desk: Desk) => Promise<T>): Promise<T> =>
  withReadyDatabase((database) => work(storedDeskOf(database)));

export const storedDeskOf = (database: Database): Desk => {
  const { kysely } = database;
  const runs = (): Promise<boolean> => database.withRetry(() => isRunning(kysely));
  return {
    followedBy: async () => ((await runs()) ? 'elsewhere' : null),
    list: (service) =>
      database.withRetry(async () => {
        const rows = await switchRows(kysely, TABLES[service]);
        const things = (await isRunning(kysely)) ? await readReports(kysely, service) : null;
        return rows.map((row) => standingRow(row, things));
      }),
    async switch(request) {
      const { symbols, status } = request;
      const before = await database.withRetry(() =>
        switchSymbols(kysely, switchesOf(request), symbols, status),
      );
      return { before, followed: false };
    },
    settings: (symbol) => database.withRetry(() => symbolSettings(kysely, symbol)),
    async changeSettings(symbol, given, dryRun) {
      const source = configured().HEDGEHOG_EXCHANGE_INFO || BUNDLED_EXCHANGE_INFO;
      const change = changeTo(given, {
        symbols: await readExchangeInfo(source),
        notListed: (name) => `${name} is not in ${source}`,
        givenIn: 'the command line',
      });
      return database.withRetry(() => changeSymbolSettings(kysely, symbol, change, dryRun));
    },
    async openCycles() {
      const counts = new Map<string, number>();
      for (const { symbol } of await database.withRetry(() => openCycles(kysely)))
        counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
      return counts;
    },
  };
};

function switchesOf({ service, topic }: SwitchRequest): Switches {
  if (service !== 'storing') return { table: TABLES[service] };
  if (topic === undefined) throw new Error('storing is switched by topic');
  return { table: TABLES.storing, topic };
}
