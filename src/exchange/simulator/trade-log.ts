import type { Decimal } from '../../domain/decimal.js';
import type { TradeEvent } from '../../domain/trade-event.js';

/** The public trades of each symbol as far as they are kept, by ascending trade id. */
export interface TradeLog {
  /** The newest, at most `limit`. */
  recent(symbol: string, limit: number): readonly TradeEvent[];
  /** The oldest with an id of at least `fromId`, at most `limit`. */
  from(symbol: string, fromId: number, limit: number): readonly TradeEvent[];
  last(symbol: string): TradeEvent | undefined;
  /**
   * The volume-weighted average price of the last `minutes` minutes; without a trade in that time, the price of the last one
   * before. Zero minutes: the last price. Null: there was never a trade.
   */
  average(symbol: string, minutes: number): Decimal | null;
}
