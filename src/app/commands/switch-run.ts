import type { Database } from '../../warehouse/database.js';
import { isRunning } from '../../warehouse/running-lock.js';
import type { SwitchStatus, TradingStatus } from '../../warehouse/schema.js';
import { readReports, type ServiceReport } from '../../warehouse/service-reports.js';
import {
  type Switches,
  type SwitchRow,
  storedTopic,
  switchRows,
  switchSymbols,
} from '../../warehouse/settings-tables.js';
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
    const { rows, reports } = await database.withRetry(() => listed(database, table));
    const shown = rows.map((row) => ({ ...row, ...standingOf(row, reports) }));
    if (asJson) {
      const plain = shown.map(({ topic, ...row }) => ({ ...(topic === null ? {} : { topic }), ...row }));
      say(JSON.stringify(plain));
      return;
    }
    const wanted = shown.filter(({ status }) => status !== 'off');
    if (wanted.length > 0) say(columns('symbol', 'status', 'state'));
    for (const { symbol, topic, status, state, reason } of wanted) {
      const name = topic === null ? symbol : `${topic} ${symbol}`;
      say(columns(name, status, reason === null ? (state ?? '') : `${state}: ${reason}`));
    }
    say(`${rows.length - wanted.length} of ${rows.length} are off`);
    if (reports === null) say('(no daemon is running)');
  });
}

type Reports = ReadonlyMap<string, ServiceReport>;

/** `reports` is null while no Hedgehog runs: what the last one said is worth nothing then. */
async function listed(
  { kysely }: Database,
  table: Switches['table'],
): Promise<{ readonly rows: readonly SwitchRow[]; readonly reports: Reports | null }> {
  const rows = await switchRows(kysely, table);
  const reports = (await isRunning(kysely)) ? await readReports(kysely, SERVICES[table]) : null;
  return { rows, reports };
}

const SERVICES: Readonly<Record<Switches['table'], string>> = {
  trading_settings: 'trading',
  streaming_settings: 'streaming',
  storing_settings: 'storing',
};

/** `waiting`: the Hedgehog that runs has not started it yet. Null for what is off, and while none runs. */
function standingOf(
  { symbol, topic, status }: SwitchRow,
  reports: Reports | null,
): { readonly state: 'running' | 'given-up' | 'waiting' | null; readonly reason: string | null } {
  if (status === 'off' || reports === null) return { state: null, reason: null };
  const report = reports.get(topic === null ? symbol : `${topic}:${symbol}`);
  return { state: report?.state ?? 'waiting', reason: report?.reason ?? null };
}

const columns = (name: string, status: string, state: string): string =>
  `${name.padEnd(24)}${status.padEnd(10)}${state}`.trimEnd();

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
