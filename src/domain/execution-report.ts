import { type Decimal, ZERO } from './decimal.js';
import type { Fill, Order, OrderStatus, Side } from './order.js';

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

/**
 * The report of one change of an order.
 *
 * @param order as it stands after the change
 * @param fill what was traded by it; null when nothing was
 */
export const executionReportOf = (
  order: Order,
  executionType: ExecutionType,
  fill: Fill | null,
  executionId: number,
): ExecutionReport => ({
  kind: 'execution-report',
  symbol: order.symbol,
  orderId: order.orderId,
  clientOrderId: order.clientOrderId,
  side: order.side,
  executionType,
  orderStatus: order.status,
  price: order.price,
  quantity: order.quantity,
  lastPrice: fill?.price ?? ZERO,
  lastQuantity: fill?.quantity ?? ZERO,
  cumulativeQuantity: order.executedQuantity,
  commission: fill?.commission ?? ZERO,
  commissionAsset: fill?.commissionAsset ?? null,
  tradeId: fill?.tradeId ?? null,
  executionId,
  transactTime: order.updatedTime,
});
