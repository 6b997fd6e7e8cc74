import { type Kysely, sql } from 'kysely';
import { Decimal } from '../domain/decimal.js';
import type { IdRange } from '../domain/id-range.js';
import type { TradeEvent } from '../domain/trade-event.js';
import type { Tables } from './schema.js';

/**
 * What a trade is, whoever tells it. The event time is not part of it: a trade that is fetched again has none of its own.
 */
export interface TradeContent {
  readonly tradeTime: number;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly buyerIsMaker: boolean;
}

/** One trade id with two contents. What was stored first stays. */
export interface TradeConflict {
  readonly tradeId: number;
  readonly stored: TradeContent;
  readonly refused: TradeContent;
}

export interface StoredTrades {
  readonly inserted: number;
  /** Stored before, with the same content. */
  readonly duplicates: number;
  readonly conflicts: readonly TradeConflict[];
}

const isSame = (a: TradeContent, b: TradeContent): boolean =>
  a.tradeTime === b.tradeTime &&
  a.buyerIsMaker === b.buyerIsMaker &&
  a.price.eq(b.price) &&
  a.quantity.eq(b.quantity);

const describeContent = ({ tradeTime, price, quantity, buyerIsMaker }: TradeContent): string =>
  `${quantity.toFixed()} at ${price.toFixed()}, time ${tradeTime}, buyer is ${buyerIsMaker ? 'maker' : 'taker'}`;

export const describeConflict = ({ tradeId, stored, refused }: TradeConflict): string =>
  `trade ${tradeId} is stored as ${describeContent(stored)}; it came again as ${describeContent(refused)}`;

/** Trades of one symbol. */
export interface TradesOf {
  readonly symbolId: number;
  readonly trades: readonly TradeEvent[];
}

/** Stores trades of one symbol. Those stored already are left as they are, told apart by whether they are the same. */
export async function storeTrades(
  db: Kysely<Tables>,
  symbolId: number,
  trades: readonly TradeEvent[],
): Promise<StoredTrades> {
  const [stored] = await storeTradesOf(db, [{ symbolId, trades }]);
  return stored as StoredTrades;
}

/**
 * Stores trades of several symbols with one statement: all of them or none. Answers in the order of the parts.
 *
 * Rows go in by symbol and trade id, so that two writers of the same trades wait for one another and never in a circle.
 *
 * @param parts each of another symbol
 */
export async function storeTradesOf(
  db: Kysely<Tables>,
  parts: readonly TradesOf[],
): Promise<readonly StoredTrades[]> {
  const inserted = await insertNew(db, parts.map(withoutRepeats));
  const stored: StoredTrades[] = [];
  for (const { symbolId, trades } of parts) {
    const ids = new Set(inserted.get(symbolId));
    const newIds = new Set(ids);
    // The first with an id is the one that was inserted, and every other one was known by then.
    const known = trades.filter(({ tradeId }) => !newIds.delete(tradeId));
    const conflicts = await conflictsAmong(db, symbolId, known);
    stored.push({ inserted: ids.size, duplicates: known.length - conflicts.length, conflicts });
  }
  return stored;
}

/** By ascending id, the first with each id. */
function withoutRepeats({ symbolId, trades }: TradesOf): TradesOf {
  const firstById = new Map<number, TradeEvent>();
  for (const trade of trades) if (!firstById.has(trade.tradeId)) firstById.set(trade.tradeId, trade);
  return { symbolId, trades: [...firstById.values()].toSorted((a, b) => a.tradeId - b.tradeId) };
}

/** The ids inserted, by symbol. */
async function insertNew(
  db: Kysely<Tables>,
  parts: readonly TradesOf[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const ordered = parts.toSorted((a, b) => a.symbolId - b.symbolId);
  const trades = ordered.flatMap((part) => part.trades);
  if (trades.length === 0) return new Map();
  const { rows } = await sql<{ symbol_id: number; trade_id: string }>`
    INSERT INTO trade_events (symbol_id, trade_id, trade_time, event_time, price, quantity, buyer_is_maker)
    SELECT * FROM unnest(
      ${ordered.flatMap((part) => part.trades.map(() => part.symbolId))}::integer[],
      ${trades.map(({ tradeId }) => tradeId)}::bigint[],
      ${trades.map(({ tradeTime }) => tradeTime)}::bigint[],
      ${trades.map(({ eventTime }) => eventTime)}::bigint[],
      ${trades.map(({ price }) => price.toFixed())}::numeric[],
      ${trades.map(({ quantity }) => quantity.toFixed())}::numeric[],
      ${trades.map(({ buyerIsMaker }) => buyerIsMaker)}::boolean[])
    ON CONFLICT (symbol_id, trade_id) DO NOTHING
    RETURNING symbol_id, trade_id`.execute(db);
  const inserted = new Map<number, number[]>();
  for (const { symbol_id: symbolId, trade_id: id } of rows) {
    const ids = inserted.get(symbolId);
    if (ids === undefined) inserted.set(symbolId, [Number(id)]);
    else ids.push(Number(id));
  }
  return inserted;
}

async function conflictsAmong(
  db: Kysely<Tables>,
  symbolId: number,
  trades: readonly TradeEvent[],
): Promise<readonly TradeConflict[]> {
  if (trades.length === 0) return [];
  const rows = await db
    .selectFrom('trade_events')
    .select(['trade_id', 'trade_time', 'price', 'quantity', 'buyer_is_maker'])
    .where('symbol_id', '=', symbolId)
    .where('trade_id', '=', sql<string>`ANY(${trades.map(({ tradeId }) => tradeId)}::bigint[])`)
    .execute();
  const storedById = new Map(
    rows.map((row) => [
      Number(row.trade_id),
      {
        tradeTime: Number(row.trade_time),
        price: new Decimal(row.price),
        quantity: new Decimal(row.quantity),
        buyerIsMaker: row.buyer_is_maker,
      },
    ]),
  );
  return trades.flatMap((refused) => {
    const stored = storedById.get(refused.tradeId);
    return stored === undefined || isSame(stored, refused)
      ? []
      : [{ tradeId: refused.tradeId, stored, refused }];
  });
}

/**
 * Writes down trade ids that are not stored: `missing_trades` were seen and could not be, `absent_trades` are ids that the
 * exchange has no trades for. The same range twice is one.
 */
export async function noteTradeIds(
  db: Kysely<Tables>,
  table: 'missing_trades' | 'absent_trades',
  symbolId: number,
  ranges: readonly IdRange[],
): Promise<void> {
  if (ranges.length === 0) return;
  await db
    .insertInto(table)
    .values(ranges.map(({ from, to }) => ({ symbol_id: symbolId, from_trade_id: from, to_trade_id: to })))
    .onConflict((conflict) => conflict.columns(['symbol_id', 'from_trade_id', 'to_trade_id']).doNothing())
    .execute();
}
