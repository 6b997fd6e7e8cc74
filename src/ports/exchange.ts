import type { Decimal } from '../domain/decimal.js';
import type { Order, OrderRequest } from '../domain/order.js';
import type { SymbolInfo } from '../domain/symbol-info.js';

/** The definite answer "no": nothing was placed or cancelled, and asking again unchanged is pointless. */
export interface Rejected {
  readonly kind: 'rejected';
  /** The exchange's error code, negative. */
  readonly code: number;
  readonly reason: string;
}

/** Nothing happened; ask again after the wait. */
export interface RateLimited {
  readonly kind: 'rate-limited';
  readonly retryAfterMs: number;
}

/** A timeout, a lost socket, a server error: it may have happened. Look the order up; never send it again blindly. */
export interface OutcomeUnknown {
  readonly kind: 'outcome-unknown';
}

export type PlaceOutcome =
  | { readonly kind: 'placed'; readonly order: Order }
  | Rejected
  | RateLimited
  | OutcomeUnknown;
export type CancelOutcome =
  | { readonly kind: 'cancelled'; readonly order: Order }
  | Rejected
  | RateLimited
  | OutcomeUnknown;

/**
 * Which order. The exchange's own id is the surer name: an order that somebody else has cancelled may go by another client order
 * id since. It is found under ours nevertheless when that is told as well.
 */
export type OrderKey =
  | { readonly orderId: number; readonly clientOrderId?: string }
  | { readonly clientOrderId: string };

export type LookupOutcome =
  | { readonly kind: 'found'; readonly order: Order }
  /** The exchange is sure that it has no such order, and a request still under way can no longer become one. */
  | { readonly kind: 'absent' }
  /** It cannot be told now; ask again after the wait. */
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number };

/**
 * An exchange as the engine needs it. Failures that a caller must tell apart are values; a rejected promise is a defect or
 * the exchange's own crash, after which the outcome of the request is unknown.
 *
 * Every implementation publishes execution reports on `EXECUTIONS:<SYMBOL>` and order changes on `ORDERS:<SYMBOL>`.
 */
export interface Exchange {
  /** The rules of a symbol, or undefined when the exchange does not list it. */
  symbolInfo(symbol: string): Promise<SymbolInfo | undefined>;
  /** What one side of a cycle costs, a fraction of what it brings; null when it is not known. */
  commissionRate(symbol: string): Promise<Decimal | null>;
  placeOrder(request: OrderRequest): Promise<PlaceOutcome>;
  cancelOrder(symbol: string, key: OrderKey): Promise<CancelOutcome>;
  getOrder(symbol: string, key: OrderKey): Promise<LookupOutcome>;
  /** Orders that rest on the book, by ascending order id; of one symbol or of all. */
  openOrders(symbol?: string): Promise<readonly Order[]>;
}
