import { InputError, quoted } from '../../platform/input-error.js';
import type { Database } from '../../warehouse/database.js';
import { isRunning } from '../../warehouse/running-lock.js';
import { STORED_TOPICS, type SwitchStatus, type TradingStatus } from '../../warehouse/schema.js';
import { type Switches, switchRows, switchSymbols } from '../../warehouse/settings-tables.js';
import { withReadyDatabase } from './ready-database.js';
import { shownNames } from './shown-names.js';

export const switchStreaming = (symbols: readonly string[], status: SwitchStatus): Promise<void> =>
  switchAndTell({ table: 'streaming_settings' }, 'streaming', symbols, status);

export const switchTrading = (symbols: readonly string[], status: TradingStatus): Promise<void> =>
  switchAndTell({ table: 'trading_settings' }, 'trading', symbols, status);

export function switchStoring(
  given: string,
  symbols: readonly string[],
  status: SwitchStatus,
): Promise<void> {
  const topic = STORED_TOPICS.find((known) => known === given);
  if (topic === undefined) {
    throw new InputError(`the topic ${quoted(given)} is unknown; allowed is ${STORED_TOPICS.join(', ')}`);
  }
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
    const done = await database.withRetry(() => switchSymbols(database.kysely, switches, symbols, status));
    if (done.kind === 'unknown-symbols') throw unknownSymbols(done.unknown, done.known);
    for (const symbol of symbols) say(`${what}: ${answer(symbol, done.before.get(symbol), status)}`);
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

export function unknownSymbols(unknown: readonly string[], known: Iterable<string>): InputError {
  const names = unknown.map(quoted).join(', ');
  const verb = unknown.length === 1 ? 'is' : 'are';
  return new InputError(
    `${names} ${verb} unknown; allowed is ${shownNames(known) || 'no symbol: hedgehog db seed takes some in'}`,
  );
}

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
