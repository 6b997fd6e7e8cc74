import type { Kysely } from 'kysely';
import type { TradeEvent } from '../domain/trade-event.js';
import { IdRanges } from './id-ranges.js';
import type { Tables } from './schema.js';
import { noteTradeIds, storeTrades } from './trade-store.js';

/** A symbol of which trades are written down as missing. */
export interface Incomplete {
  readonly symbol: string;
  readonly symbolId: number;
  /** The lowest id that is missing. */
  readonly fromId: number;
}

/** By symbol id. */
export async function incompleteSymbols(db: Kysely<Tables>): Promise<readonly Incomplete[]> {
  const rows = await db
    .selectFrom('missing_trades')
    .innerJoin('symbols', 'symbols.id', 'missing_trades.symbol_id')
    .select(({ fn }) => ['symbol', 'symbol_id', fn.min('from_trade_id').as('from_id')])
    .groupBy(['symbol', 'symbol_id'])
    .orderBy('symbol_id')
    .execute();
  return rows.map(({ symbol, symbol_id, from_id }) => ({
    symbol,
    symbolId: symbol_id,
    fromId: Number(from_id),
  }));
}

/**
 * Stores those of the trades that are missing, and writes down the ids among them that the exchange has no trades for.
 *
 * @param of what was missing when they were asked for; lower ids may have been written down since, and stay
 * @param fetched every trade that there is from the lowest missing id up to the last of these, ascending
 * @returns how many trades were stored
 */
export async function storeMissing(
  db: Kysely<Tables>,
  { symbolId, fromId }: Pick<Incomplete, 'symbolId' | 'fromId'>,
  fetched: readonly TradeEvent[],
): Promise<number> {
  const last = fetched.at(-1)?.tradeId;
  if (last === undefined) return 0;
  return db.transaction().execute(async (transaction) => {
    const rows = await transaction
      .deleteFrom('missing_trades')
      .where('symbol_id', '=', symbolId)
      .where('from_trade_id', '>=', String(fromId))
      .where('from_trade_id', '<=', String(last))
      .returning(['from_trade_id', 'to_trade_id'])
      .execute();
    const left = new IdRanges();
    for (const { from_trade_id, to_trade_id } of rows) left.add(Number(from_trade_id), Number(to_trade_id));
    const found = fetched.filter(({ tradeId }) =>
      left.list().some(({ from, to }) => from <= tradeId && tradeId <= to),
    );
    for (const { tradeId } of found) left.remove(tradeId, tradeId);
    const later = left
      .list()
      .flatMap(({ from, to }) => (to > last ? [{ from: Math.max(from, last + 1), to }] : []));
    for (const { from, to } of later) left.remove(from, to);
    await noteTradeIds(transaction, 'missing_trades', symbolId, later);
    await noteTradeIds(transaction, 'absent_trades', symbolId, left.list());
    const { inserted } = await storeTrades(transaction, symbolId, found);
    return inserted;
  });
}
