import type { Decimal } from './decimal.js';
import type { OrderStatus, Side } from './order.js';

export type ExecutionType =
  | 'NEW'
  | 'TRADE'
  | 'CANCELED'
  | 'REPLACED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'TRADE_PREVENTION';

/**
 * The exchange's private message on each change of one of our orders. It is the only way to know of a fill: public
 * trades carry no order ids.
 *
 * @see Binance spot docs, user-data-stream.md, executionReport (read 2026-07)
 */
export interface ExecutionReport {
  readonly kind: 'execution-report';
  readonly symbol: string;
  readonly orderId: number;
  /** The id we chose for the order, also when this reports its cancel. */
  readonly clientOrderId: string;
  readonly side: Side;
  readonly executionType: ExecutionType;
  /** The order's status after this event. */
  readonly orderStatus: OrderStatus;
  /** Price and quantity of the order. */
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** Price and quantity of this fill; zero unless `executionType` is TRADE. */
  readonly lastPrice: Decimal;
  readonly lastQuantity: Decimal;
  /** Base asset filled so far, this fill included. */
  readonly cumulativeQuantity: Decimal;
  /** Taken from this fill, in `commissionAsset`; null when nothing was traded. */
  readonly commission: Decimal;
  readonly commissionAsset: string | null;
  /** The public trade that this fill is; null when nothing was traded. */
  readonly tradeId: number | null;
  /** Grows with every report of the symbol. */
  readonly executionId: number;
  /** Unix milliseconds, the exchange's. */
  readonly transactTime: number;
}
