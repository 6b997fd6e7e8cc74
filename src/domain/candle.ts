import type { Decimal } from './decimal.js';

export const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
export type Interval = (typeof INTERVALS)[number];

const MINUTE_MS = 60_000;

export const INTERVAL_MS: Readonly<Record<Interval, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '4h': 240 * MINUTE_MS,
  '1d': 1_440 * MINUTE_MS,
};

/** Start of the interval that holds a time, Unix milliseconds. Intervals are counted from midnight UTC. */
export const openTimeOf = (interval: Interval, timeMs: number): number =>
  timeMs - (timeMs % INTERVAL_MS[interval]);

/** The public trades of a symbol in one interval, summed up. An interval without trades has no candle. */
export interface Candle {
  readonly symbol: string;
  readonly interval: Interval;
  /** Unix milliseconds; the interval ends just before `openTime` plus its length. */
  readonly openTime: number;
  /** Price of the first trade, by trade time and then by trade id. */
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  /** Price of the last trade, in the same order. */
  readonly close: Decimal;
  /** Base asset. */
  readonly volume: Decimal;
  readonly tradeCount: number;
}

/** Told on `OHLC:<SYMBOL>`. A later update of the same candle replaces it: it holds at least the same trades. */
export interface CandleUpdate {
  readonly kind: 'candle-update';
  readonly candle: Candle;
  /** A trade of a later interval was seen. A late trade may still change it, which is told by one more update. */
  readonly closed: boolean;
  /**
   * False when trades from the start of the interval may be absent, as nobody listened yet and the stored trades do not
   * bridge it. Such a candle is shown and never stored.
   */
  readonly complete: boolean;
}
