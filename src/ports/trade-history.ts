import type { Decimal } from '../domain/decimal.js';

/** A trade's place among the trades of its symbol: by time, then by id. */
export interface TradePlace {
  readonly time: number;
  readonly id: number;
}

/** Stored trades of one minute, summed up. */
export interface MinuteOfTrades {
  /** Start of the minute, Unix milliseconds. */
  readonly openTime: number;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
  readonly tradeCount: number;
  readonly first: TradePlace;
  readonly last: TradePlace;
  readonly lowestId: number;
  readonly highestId: number;
}

export interface StoredMinutes {
  /** Minutes that have trades, oldest first. */
  readonly minutes: readonly MinuteOfTrades[];
  /** Whether the trade whose id comes just before all of these is stored too, so that nothing is absent at the start. */
  readonly reachesBack: boolean;
}

/** The trades that were stored before. */
export interface TradeHistory {
  /**
   * Minutes of the trades at or after `fromTime` whose ids are below `beforeTradeId`.
   *
   * @param fromTime start of a minute, Unix milliseconds
   */
  minutes(symbol: string, fromTime: number, beforeTradeId: number): Promise<StoredMinutes>;
}
