import { type Kysely, sql } from 'kysely';
import type { Candle } from '../domain/candle.js';
import type { Tables } from './schema.js';

/**
 * Stores candles of one symbol. A stored candle is replaced by one that holds at least as many trades: of two states of a
 * candle the later has counted more, so an old one that comes late changes nothing.
 *
 * @returns how many rows were written
 */
export async function storeCandles(
  db: Kysely<Tables>,
  symbolId: number,
  candles: readonly Candle[],
): Promise<number> {
  // In one order, so that two writers of the same candles wait for one another and never in a circle.
  const fullest = [...fullestOf(candles)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, candle]) => candle);
  if (fullest.length === 0) return 0;
  const { rows } = await sql`
    INSERT INTO candles (symbol_id, interval, open_time, open, high, low, close, volume, trade_count)
    SELECT ${symbolId}::integer, * FROM unnest(
      ${fullest.map(({ interval }) => interval)}::text[],
      ${fullest.map(({ openTime }) => openTime)}::bigint[],
      ${fullest.map(({ open }) => open.toFixed())}::numeric[],
      ${fullest.map(({ high }) => high.toFixed())}::numeric[],
      ${fullest.map(({ low }) => low.toFixed())}::numeric[],
      ${fullest.map(({ close }) => close.toFixed())}::numeric[],
      ${fullest.map(({ volume }) => volume.toFixed())}::numeric[],
      ${fullest.map(({ tradeCount }) => tradeCount)}::bigint[])
    ON CONFLICT (symbol_id, interval, open_time) DO UPDATE SET
      open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
      volume = excluded.volume, trade_count = excluded.trade_count
    WHERE excluded.trade_count >= candles.trade_count
    RETURNING open_time`.execute(db);
  return rows.length;
}

/** What one candle is called: `1m 1714521600000`. */
export const candleKey = ({ interval, openTime }: Candle): string => `${interval} ${openTime}`;

/** Of every candle the state with the most trades; the later of two alike. */
export function fullestOf(candles: readonly Candle[]): Map<string, Candle> {
  const byKey = new Map<string, Candle>();
  for (const candle of candles) {
    const known = byKey.get(candleKey(candle));
    if (known === undefined || candle.tradeCount >= known.tradeCount) byKey.set(candleKey(candle), candle);
  }
  return byKey;
}
