import { type Kysely, sql, type Transaction } from 'kysely';
import { type Settings, settingsToJson } from '../domain/settings.js';
import { InputError, quoted } from '../platform/input-error.js';
import { parseSettings } from '../platform/settings-file.js';
import { unknownSymbols } from '../platform/unknown-symbols.js';
import {
  STORED_TOPICS,
  type StoredTopic,
  type SwitchStatus,
  type Tables,
  type TradingStatus,
} from './schema.js';

/** The settings tables as a user reads and writes them; who follows them hears of every change. */

/** A table of what is on and off. */
export type Switches =
  | { readonly table: 'trading_settings' | 'streaming_settings' }
  | { readonly table: 'storing_settings'; readonly topic: StoredTopic };

/** @throws InputError when nothing on such a topic can be stored */
export function storedTopic(given: string): StoredTopic {
  const topic = STORED_TOPICS.find((known) => known === given);
  if (topic !== undefined) return topic;
  throw new InputError(`the topic ${quoted(given)} is unknown; allowed is ${STORED_TOPICS.join(', ')}`);
}

export interface SwitchRow {
  readonly symbol: string;
  /** Only where storing is switched. */
  readonly topic: StoredTopic | null;
  readonly status: TradingStatus;
}

export interface SettingsRow {
  readonly symbol: string;
  readonly status: TradingStatus;
  readonly settings: Settings;
}

/** Makes new settings from those there are; what it throws leaves everything as it is. */
export type ChangeOfSettings = (settings: Settings, symbol: string) => Settings;

/**
 * Switches several symbols, all or none. Those that stood so already are told of again.
 *
 * @param change of how they are traded, made together with the switch
 * @returns what each symbol was before
 * @throws UnknownSymbols when one is not known; nothing is changed then
 */
export function switchSymbols(
  db: Kysely<Tables>,
  switches: Switches,
  symbols: readonly string[],
  status: TradingStatus | SwitchStatus,
  change?: ChangeOfSettings,
): Promise<ReadonlyMap<string, TradingStatus>> {
  return db.transaction().execute(async (transaction) => {
    const before = await lockedStatuses(transaction, switches, symbols);
    const unknown = symbols.filter((symbol) => !before.has(symbol));
    if (unknown.length > 0) {
      const rows = await switchRows(transaction, switches.table);
      throw unknownSymbols(unknown, new Set(rows.map(({ symbol }) => symbol)));
    }
    if (change !== undefined) for (const symbol of symbols) await changeIn(transaction, symbol, change);
    const type = switches.table === 'trading_settings' ? 'trading_status' : 'switch_status';
    await sql`
      UPDATE ${sql.table(switches.table)} AS settings
      SET status = ${status}::text::${sql.raw(type)}, updated_at = clock_timestamp()
      FROM symbols
      WHERE symbols.id = symbol_id AND symbol = ANY (${[...symbols]}::text[]) ${ofTopic(switches)}`.execute(
      transaction,
    );
    return before;
  });
}

async function lockedStatuses(
  db: Transaction<Tables>,
  switches: Switches,
  symbols: readonly string[],
): Promise<ReadonlyMap<string, TradingStatus>> {
  // In one order, so that two who switch the same symbols wait for one another and never in a circle.
  const { rows } = await sql<{ symbol: string; status: TradingStatus }>`
    SELECT symbol, status FROM ${sql.table(switches.table)} AS settings JOIN symbols ON symbols.id = symbol_id
    WHERE symbol = ANY (${[...symbols]}::text[]) ${ofTopic(switches)}
    ORDER BY symbol_id FOR UPDATE OF settings`.execute(db);
  return new Map(rows.map(({ symbol, status }) => [symbol, status]));
}

const ofTopic = (switches: Switches) =>
  switches.table === 'storing_settings' ? sql`AND topic = ${switches.topic}` : sql``;

/** What is on and off, by symbol and topic. */
export async function switchRows(
  db: Kysely<Tables> | Transaction<Tables>,
  table: Switches['table'],
): Promise<readonly SwitchRow[]> {
  const topic = table === 'storing_settings' ? sql`topic` : sql`NULL`;
  const { rows } = await sql<SwitchRow>`
    SELECT symbol, ${topic} AS topic, status FROM ${sql.table(table)} JOIN symbols ON symbols.id = symbol_id
    ORDER BY symbol, 2`.execute(db);
  return rows;
}

/** How every symbol is traded, by symbol. */
export async function settingsRows(db: Kysely<Tables>): Promise<readonly SettingsRow[]> {
  const rows = await settingsQuery(db).orderBy('symbol').execute();
  return rows.map(settingsOf);
}

/** How a symbol is traded; null when it is not known. */
export async function settingsRow(db: Kysely<Tables>, symbol: string): Promise<SettingsRow | null> {
  const row = await settingsQuery(db).where('symbol', '=', symbol).executeTakeFirst();
  return row === undefined ? null : settingsOf(row);
}

/**
 * Changes how a symbol is traded, for cycles that begin from now on.
 *
 * @returns the row as it was and as it is; null when the symbol is not known
 */
export function changeSettings(
  db: Kysely<Tables>,
  symbol: string,
  change: ChangeOfSettings,
): Promise<ChangedSettings | null> {
  return db.transaction().execute((transaction) => changeIn(transaction, symbol, change));
}

/** What became of a symbol's settings. */
export interface ChangedSettings {
  readonly before: SettingsRow;
  readonly after: SettingsRow;
}

async function changeIn(
  transaction: Transaction<Tables>,
  symbol: string,
  change: ChangeOfSettings,
): Promise<ChangedSettings | null> {
  const row = await settingsQuery(transaction)
    .where('symbol', '=', symbol)
    .forUpdate('trading_settings')
    .executeTakeFirst();
  if (row === undefined) return null;
  const before = settingsOf(row);
  const settings = change(before.settings, symbol);
  const { chunks, ...decimals } = settingsToJson(settings);
  await transaction
    .updateTable('trading_settings')
    .set({ ...decimals, chunks, updated_at: sql`clock_timestamp()` })
    .where('symbol_id', '=', row.symbol_id)
    .execute();
  return { before, after: { ...before, settings } };
}

const settingsQuery = (db: Kysely<Tables> | Transaction<Tables>) =>
  db
    .selectFrom('trading_settings')
    .innerJoin('symbols', 'symbols.id', 'symbol_id')
    .select(['symbol_id', 'symbol', 'status', 'chunks', 'budget', 'fee'])
    .select(['buy_down_interval', 'profit_interval', 'rebuy_interval']);

function settingsOf({
  symbol_id: _id,
  symbol,
  status,
  ...values
}: Awaited<ReturnType<ReturnType<typeof settingsQuery>['execute']>>[number]): SettingsRow {
  return { symbol, status, settings: parseSettings(values, `the database for ${symbol}`) };
}
