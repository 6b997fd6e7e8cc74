import type { IdRange } from '../domain/id-range.js';
import type { TradeEvent } from '../domain/trade-event.js';

/** Not now: the exchange allows no more requests until then. */
export interface RetryLater {
  readonly retryAfterMs: number;
}

/** What the exchange serves of the trades that were. */
export interface PastTrades {
  /**
   * Trades whose ids are at least `fromId`, ascending; none when there are none yet. Rejects when the exchange cannot be
   * reached or refuses.
   *
   * @param limit most trades in the answer, 1 to 1,000
   */
  fetchTrades(symbol: string, fromId: number, limit: number): Promise<readonly TradeEvent[] | RetryLater>;
}

/** What is written down of the trades of each symbol. While that cannot be reached, all of these wait. */
export interface TradeRecord {
  /** The id of the last trade that is known to have been published; null when none is. */
  lastPublished(symbol: string): Promise<number | null>;
  /** Trades that were never published and are not going to be. The same range twice is one. */
  recordMissing(symbol: string, ranges: readonly IdRange[]): Promise<void>;
  /** Ids that the exchange has no trades for. The same range twice is one. */
  recordAbsent(symbol: string, ranges: readonly IdRange[]): Promise<void>;
}
