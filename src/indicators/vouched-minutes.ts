import { INTERVAL_MS } from '../domain/candle.js';
import type { MinuteOfTrades, StoredMinutes } from '../ports/trade-history.js';

/** Stored minutes that lead up to the first trade heard, without a gap in the trade ids. */
export interface Vouched {
  readonly minutes: readonly MinuteOfTrades[];
  /** Every trade since then is there, Unix milliseconds. */
  readonly completeFrom: number;
}

const MINUTE_MS = INTERVAL_MS['1m'];
const endOf = ({ openTime }: MinuteOfTrades): number => openTime + MINUTE_MS;

/** Whether the stored trades reach up to the one just before `beforeTradeId`. */
export const meetsSeam = ({ minutes, reachesBack }: StoredMinutes, beforeTradeId: number): boolean => {
  const newest = minutes.at(-1);
  return newest === undefined ? reachesBack : newest.highestId === beforeTradeId - 1;
};

/**
 * The newest stored minutes in which no trade id is absent up to `beforeTradeId`; undefined when there are none.
 *
 * Trade ids of a symbol have no gaps, so a gap means trades that were not stored. An id that the exchange never gave out
 * looks the same: the candles around it are then taken for incomplete, which costs a candle and never shows a wrong one.
 */
export function vouchedMinutes(
  stored: StoredMinutes,
  fromTime: number,
  beforeTradeId: number,
): Vouched | undefined {
  if (!meetsSeam(stored, beforeTradeId)) return undefined;
  const { minutes, reachesBack } = stored;
  let expectedId = beforeTradeId - 1;
  for (let index = minutes.length - 1; index >= 0; index--) {
    const { openTime, highestId, lowestId, tradeCount } = minutes[index] as MinuteOfTrades;
    const newer = minutes.slice(index + 1);
    // Ids absent between two minutes may belong to either.
    if (highestId !== expectedId) return { minutes: newer, completeFrom: endOf(newer[0] as MinuteOfTrades) };
    if (tradeCount !== highestId - lowestId + 1)
      return { minutes: newer, completeFrom: openTime + MINUTE_MS };
    expectedId = lowestId - 1;
  }
  const [oldest] = minutes;
  if (reachesBack || oldest === undefined) return { minutes, completeFrom: fromTime };
  return { minutes, completeFrom: endOf(oldest) };
}
