/**
 * Trades of one symbol, column by column: what a {@link TradeEvent} says of each, without an object for any of them. For going
 * from one form to another quickly, millions at a time.
 */
export interface TradeColumns {
  readonly count: number;
  readonly tradeIds: Float64Array;
  /** Unix milliseconds. */
  readonly tradeTimes: Float64Array;
  /** Unix milliseconds. */
  readonly eventTimes: Float64Array;
  /** 1 when the buyer was the maker, else 0. */
  readonly buyersAreMakers: Uint8Array;
  /** Where the decimals stand: digits, then maybe a point and more digits, the last of which is not 0. They are above 0. */
  readonly text: Uint8Array;
  readonly priceStarts: Uint32Array;
  readonly priceEnds: Uint32Array;
  readonly quantityStarts: Uint32Array;
  readonly quantityEnds: Uint32Array;
}
