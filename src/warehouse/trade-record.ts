import type { Kysely } from 'kysely';
import type { IdRange } from '../domain/id-range.js';
import type { TradeRecord } from '../ports/trade-source.js';
import type { Tables } from './schema.js';
import { SymbolIds } from './symbol-ids.js';
import { storeMissingTrades } from './trade-store.js';

/**
 * What the database holds of the trades of each symbol, for whoever streams them.
 *
 * @param retry does the work again while the connection to the database is at fault
 */
export function tradeRecord(
  db: Kysely<Tables>,
  retry: <T>(work: () => Promise<T>) => Promise<T>,
): TradeRecord {
  const symbolIds = new SymbolIds(db);
  const withId = <T>(symbol: string, work: (symbolId: number) => Promise<T>): Promise<T> =>
    retry(async () => work(await symbolIds.idOf(symbol)));
  return {
    lastPublished: (symbol) => withId(symbol, (id) => highestTradeId(db, id)),
    recordMissing: (symbol, ranges) => withId(symbol, (id) => storeMissingTrades(db, id, ranges)),
    recordAbsent: (symbol, ranges) => withId(symbol, (id) => storeAbsentTrades(db, id, ranges)),
  };
}

/** The highest id of the symbol's stored trades, from the end of their primary key; null when none is stored. */
export async function highestTradeId(db: Kysely<Tables>, symbolId: number): Promise<number | null> {
  const highest = await db
    .selectFrom('trade_events')
    .select('trade_id')
    .where('symbol_id', '=', symbolId)
    .orderBy('trade_id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return highest === undefined ? null : Number(highest.trade_id);
}

/** Writes down ids that the exchange has no trades for. The same range twice is one. */
export async function storeAbsentTrades(
  db: Kysely<Tables>,
  symbolId: number,
  ranges: readonly IdRange[],
): Promise<void> {
  if (ranges.length === 0) return;
  await db
    .insertInto('absent_trades')
    .values(ranges.map(({ from, to }) => ({ symbol_id: symbolId, first_id: from, last_id: to })))
    .onConflict((conflict) => conflict.columns(['symbol_id', 'first_id', 'last_id']).doNothing())
    .execute();
}
