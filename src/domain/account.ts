import type { Decimal } from './decimal.js';
import type { ExecutionReport } from './execution-report.js';
import type { Fill, Order } from './order.js';

/** What an account holds of an asset: `locked` is what its open orders have set aside. */
export interface Balance {
  readonly asset: string;
  readonly free: Decimal;
  readonly locked: Decimal;
}

/** Told whenever something of an account changes. */
export interface AccountEvent {
  readonly kind: 'account-event';
  readonly account: string;
  readonly report: ExecutionReport;
  readonly order: Order;
  /** Null unless the report is of a fill. */
  readonly fill: Fill | null;
  /** The assets possibly affected, absolute. */
  readonly balances: readonly Balance[];
}
