import type { Kysely } from 'kysely';
import type { TradeRecord } from '../ports/trade-source.js';
import type { Tables } from './schema.js';
import { SymbolIds } from './symbol-ids.js';
import { noteTradeIds } from './trade-store.js';

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
    recordMissing: (symbol, ranges) => withId(symbol, (id) => noteTradeIds(db, 'missing_trades', id, ranges)),
    recordAbsent: (symbol, ranges) => withId(symbol, (id) => noteTradeIds(db, 'absent_trades', id, ranges)),
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
