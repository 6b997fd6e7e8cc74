import { type Kysely, sql, type Transaction } from 'kysely';
import { type Settings, settingsToJson } from '../domain/settings.js';
import { parseSettings } from '../platform/settings-file.js';
import type { StoredTopic, SwitchStatus, Tables, TradingStatus } from './schema.js';

/** The settings tables as a user reads and writes them; who follows them hears of every change. */

/** A table of what is on and off. */
export type Switches =
  | { readonly table: 'trading_settings' | 'streaming_settings' }
  | { readonly table: 'storing_settings'; readonly topic: StoredTopic };

export type Switched =
  /** What each symbol was before. */
  | { readonly kind: 'switched'; readonly before: ReadonlyMap<string, TradingStatus> }
  /** Nothing was changed. */
  | {
      readonly kind: 'unknown-symbols';
      readonly unknown: readonly string[];
      readonly known: readonly string[];
    };

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

/** Switches several symbols, all or none. Those that stood so already are told of again. */
export function switchSymbols(
  db: Kysely<Tables>,
  switches: Switches,
  symbols: readonly string[],
  status: TradingStatus | SwitchStatus,
): Promise<Switched> {
  return db.transaction().execute(async (transaction): Promise<Switched> => {
    const before = await lockedStatuses(transaction, switches, symbols);
    const unknown = symbols.filter((symbol) => !before.has(symbol));
    if (unknown.length > 0) {
      const rows = await switchRows(transaction, switches.table);
      return { kind: 'unknown-symbols', unknown, known: [...new Set(rows.map(({ symbol }) => symbol))] };
    }
    const type = switches.table === 'trading_settings' ? 'trading_status' : 'switch_status';
    await sql`
      UPDATE ${sql.table(switches.table)} AS settings
      SET status = ${status}::text::${sql.raw(type)}, updated_at = clock_timestamp()
      FROM symbols
      WHERE symbols.id = symbol_id AND symbol = ANY (${[...symbols]}::text[]) ${ofTopic(switches)}`.execute(
      transaction,
    );
    return { kind: 'switched', before };
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

/**
 * Changes how a symbol is traded, for cycles that begin from now on.
 *
 * @param change makes the new settings from those there are; what it throws leaves them as they are
 * @returns null when the symbol is not known
 */
export function changeSettings(
  db: Kysely<Tables>,
  symbol: string,
  change: (settings: Settings) => Settings,
): Promise<SettingsRow | null> {
  return db.transaction().execute(async (transaction) => {
    const row = await settingsQuery(transaction)
      .where('symbol', '=', symbol)
      .forUpdate('trading_settings')
      .executeTakeFirst();
    if (row === undefined) return null;
    const current = settingsOf(row);
    const settings = change(current.settings);
    const { chunks, ...decimals } = settingsToJson(settings);
    await transaction
      .updateTable('trading_settings')
      .set({ ...decimals, chunks, updated_at: sql`clock_timestamp()` })
      .where('symbol_id', '=', row.symbol_id)
      .execute();
    return { ...current, settings };
  });
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
