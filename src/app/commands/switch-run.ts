import type { Database } from '../../warehouse/database.js';
import { isRunning } from '../../warehouse/running-lock.js';
import type { SwitchStatus, TradingStatus } from '../../warehouse/schema.js';
import { type Switches, storedTopic, switchRows, switchSymbols } from '../../warehouse/settings-tables.js';
import { withReadyDatabase } from './ready-database.js';

export const switchStreaming = (symbols: readonly string[], status: SwitchStatus): Promise<void> =>
  switchAndTell({ table: 'streaming_settings' }, 'streaming', symbols, status);

export const switchTrading = (symbols: readonly string[], status: TradingStatus): Promise<void> =>
  switchAndTell({ table: 'trading_settings' }, 'trading', symbols, status);

export function switchStoring(
  given: string,
  symbols: readonly string[],
  status: SwitchStatus,
): Promise<void> {
  const topic = storedTopic(given);
  return switchAndTell({ table: 'storing_settings', topic }, `storing ${topic}`, symbols, status);
}

async function switchAndTell(
  switches: Switches,
  what: string,
  given: readonly string[],
  status: TradingStatus,
): Promise<void> {
  const symbols = [...new Set(given)];
  await withReadyDatabase(async (database) => {
    const before = await database.withRetry(() => switchSymbols(database.kysely, switches, symbols, status));
    for (const symbol of symbols) say(`${what}: ${answer(symbol, before.get(symbol), status)}`);
    await sayWhenNothingRuns(database);
  });
}

const STANDS: Readonly<Record<TradingStatus, string>> = {
  on: 'is on',
  off: 'is off',
  shutdown: 'is shutting down',
};

const answer = (symbol: string, before: TradingStatus | undefined, status: TradingStatus): string =>
  before === status ? `${symbol} ${STANDS[status]} already` : `${symbol} ${STANDS[status]}`;

/** A change that nobody follows is no mistake, and surprising all the same. */
export async function sayWhenNothingRuns(database: Database): Promise<void> {
  if (await database.withRetry(() => isRunning(database.kysely))) return;
  say('no Hedgehog runs on this database at the moment: it takes effect with the next hedgehog start');
}

export function list(table: Switches['table'], asJson: boolean): Promise<void> {
  return withReadyDatabase(async (database) => {
    const rows = await database.withRetry(() => switchRows(database.kysely, table));
    if (asJson) {
      const shown = rows.map(({ symbol, topic, status }) => ({
        symbol,
        ...(topic === null ? {} : { topic }),
        status,
      }));
      say(JSON.stringify(shown));
      return;
    }
    const isOff = ({ status }: (typeof rows)[number]): boolean => status === 'off';
    for (const { symbol, topic, status } of rows.filter((row) => !isOff(row))) {
      say(`${(topic === null ? symbol : `${topic} ${symbol}`).padEnd(24)}${status}`);
    }
    say(`${rows.filter(isOff).length} of ${rows.length} are off`);
  });
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
