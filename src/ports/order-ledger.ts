import type { Order } from '../domain/order.js';
import type { Committed } from './cycle-store.js';

/** Where a mock exchange keeps its orders, so that a paper account survives the process. */
export interface OrderLedger {
  /** Every order kept, by symbol and order id. */
  load(): Promise<readonly Order[]>;
  /** Keeps an order as it stands now. */
  save(order: Order): Committed<void>;
}

/** Keeps nothing: for replays, whose account begins anew each time. */
export const NO_LEDGER: OrderLedger = {
  load: () => Promise.resolve([]),
  save: () => {},
};
