import type { Decimal } from './decimal.js';

/** Someone's trade, seen publicly. Never just "trade" for one of our own fills. */
export interface TradeEvent {
  readonly kind: 'trade-event';
  /** The pair as the exchange writes it, `XRPUSDT`. */
  readonly symbol: string;
  /** Unique per symbol. Prints of a mock exchange count down from -1, so that they never meet an id of the exchange. */
  readonly tradeId: number;
  /** Quote asset per base asset, > 0. */
  readonly price: Decimal;
  /** Base asset, > 0. */
  readonly quantity: Decimal;
  /** When the exchange matched it, Unix milliseconds. */
  readonly tradeTime: number;
  /** When the exchange told it, Unix milliseconds. */
  readonly eventTime: number;
  /** True when the buyer's order was resting, so that the seller was the aggressor. */
  readonly buyerIsMaker: boolean;
  /** `mock-print`: a fill of a mock exchange, shown as a public trade. It is never stored and is no row of a tape. */
  readonly origin: 'exchange' | 'mock-print';
}
