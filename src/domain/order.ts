import type { Decimal } from './decimal.js';

export type Side = 'BUY' | 'SELL';

export type OrderStatus =
  | 'NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'EXPIRED_IN_MATCH';

const OPEN: ReadonlySet<OrderStatus> = new Set(['NEW', 'PARTIALLY_FILLED']);

/** Whether an order with this status still rests on the book. Every other status is final. */
export const isOpen = (status: OrderStatus): boolean => OPEN.has(status);

/** A limit order, good till cancelled, as we ask for it. */
export interface OrderRequest {
  readonly symbol: string;
  readonly side: Side;
  /** Quote per base, on the symbol's tick. */
  readonly price: Decimal;
  /** Base asset, on the symbol's step. */
  readonly quantity: Decimal;
  /** Ours, chosen before sending, at most 36 of `A-Za-z0-9-_`, never used for a second order. */
  readonly clientOrderId: string;
}

/** One match of an order of ours. */
export interface Fill {
  /** The public trade that it is; unique per symbol. */
  readonly tradeId: number;
  /** Quote per base. */
  readonly price: Decimal;
  /** Base asset. */
  readonly quantity: Decimal;
  /** Taken from what was received, in `commissionAsset`; null when nothing was taken. */
  readonly commission: Decimal;
  readonly commissionAsset: string | null;
  /** Unix milliseconds, the exchange's. */
  readonly time: number;
}

/** An order as the exchange knows it. */
export interface Order extends OrderRequest {
  /** The exchange's, unique per symbol. */
  readonly orderId: number;
  readonly status: OrderStatus;
  /** Base asset filled so far, 0 to `quantity`. */
  readonly executedQuantity: Decimal;
  /**
   * Its fills, by trade id, as far as they are known here: an exchange's answer may tell how much was executed, and not in
   * which trades. They are complete when their quantities add up to `executedQuantity`.
   */
  readonly fills: readonly Fill[];
  /** When the exchange accepted it, Unix milliseconds. */
  readonly createdTime: number;
  /** Its last change, Unix milliseconds. */
  readonly updatedTime: number;
}

/** Told on `ORDERS:<SYMBOL>` whenever an order appears or changes. */
export interface OrderUpdate {
  readonly kind: 'order-update';
  readonly order: Order;
}
