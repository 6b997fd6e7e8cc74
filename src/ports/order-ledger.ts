import type { Balance } from '../domain/account.js';
import type { Order } from '../domain/order.js';
import type { Committed } from './cycle-store.js';

/** An order of one of the exchange's accounts, with all its fills. */
export interface KeptOrder {
  readonly account: string;
  readonly order: Order;
}

export interface KeptBalance extends Balance {
  readonly account: string;
}

/** One change of an order, and what its account has then of the assets that it may have changed. */
export interface LedgerChange extends KeptOrder {
  readonly balances: readonly Balance[];
}

/** Orders of a symbol that are kept and were not loaded, in sums: enough for ids to go on. */
export interface ForgottenOrders {
  readonly symbol: string;
  readonly lastOrderId: number;
  readonly fills: number;
  /** Execution reports that were told of them. */
  readonly reports: number;
  /** The highest trade id among their fills; 0 when that is below. */
  readonly lastTradeId: number;
}

export interface LedgerContents {
  /** By symbol and order id: every order that is open, and of the others at least the latest. */
  readonly orders: readonly KeptOrder[];
  readonly forgotten: readonly ForgottenOrders[];
  /** Of assets that an order has changed. */
  readonly balances: readonly KeptBalance[];
}

/** Where a mock exchange keeps its orders and balances, so that a paper account survives the process. */
export interface OrderLedger {
  load(): Promise<LedgerContents>;
  /** Keeps the order and the balances as they stand now, all or nothing. */
  save(change: LedgerChange): Committed<void>;
}

/** Keeps nothing: for replays, whose account begins anew each time. */
export const NO_LEDGER: OrderLedger = {
  load: () => Promise.resolve({ orders: [], forgotten: [], balances: [] }),
  save: () => {},
};
