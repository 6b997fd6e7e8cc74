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

/**
 * Stores trades of one symbol. Those stored already are left as they are, told apart by whether they are the same.
 *
 * Rows go in by trade id, so that two writers of the same trades wait for one another and never in a circle.
 */
export async function storeTrades(
  db: Kysely<Tables>,
  symbolId: number,
  trades: readonly TradeEvent[],
): Promise<StoredTrades> {
  const firstById = new Map<number, TradeEvent>();
  for (const trade of trades) if (!firstById.has(trade.tradeId)) firstById.set(trade.tradeId, trade);
  const inserted = await insertNew(
    db,
    symbolId,
    [...firstById.values()].toSorted((a, b) => a.tradeId - b.tradeId),
  );
  const known = trades.filter(
    (trade) => !(inserted.has(trade.tradeId) && firstById.get(trade.tradeId) === trade),
  );
  const conflicts = await conflictsAmong(db, symbolId, known);
  return {
    inserted: inserted.size,
    duplicates: known.length - conflicts.length,
    conflicts,
  };
}

async function insertNew(
  db: Kysely<Tables>,
  symbolId: number,
  trades: readonly TradeEvent[],
): Promise<ReadonlySet<number>> {
  if (trades.length === 0) return new Set();
  const { rows } = await sql<{ trade_id: string }>`
    INSERT INTO trade_events (symbol_id, trade_id, trade_time, event_time, price, quantity, buyer_is_maker)
    SELECT ${symbolId}::integer, * FROM unnest(
      ${trades.map(({ tradeId }) => tradeId)}::bigint[],
      ${trades.map(({ tradeTime }) => tradeTime)}::bigint[],
      ${trades.map(({ eventTime }) => eventTime)}::bigint[],
      ${trades.map(({ price }) => price.toFixed())}::numeric[],
      ${trades.map(({ quantity }) => quantity.toFixed())}::numeric[],
      ${trades.map(({ buyerIsMaker }) => buyerIsMaker)}::boolean[])
    ON CONFLICT (symbol_id, trade_id) DO NOTHING
    RETURNING trade_id`.execute(db);
  return new Set(rows.map((row) => Number(row.trade_id)));
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

/** Writes down trade ids that were seen and could not be stored. The same range twice is one. */
export async function storeMissingTrades(
  db: Kysely<Tables>,
  symbolId: number,
  ranges: readonly IdRange[],
): Promise<void> {
  if (ranges.length === 0) return;
  await db
    .insertInto('missing_trades')
    .values(ranges.map(({ from, to }) => ({ symbol_id: symbolId, from_trade_id: from, to_trade_id: to })))
    .onConflict((conflict) => conflict.columns(['symbol_id', 'from_trade_id', 'to_trade_id']).doNothing())
    .execute();
}
