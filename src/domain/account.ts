import type { Decimal } from './decimal.js';
import type { ExecutionReport } from './execution-report.js';
import type { Fill, Order } from './order.js';

/** What an account has of one asset, in units of it. */
export interface Balance {
  readonly asset: string;
  /** What new orders may use, >= 0. */
  readonly free: Decimal;
  /** What open orders hold, >= 0. */
  readonly locked: Decimal;
}

/** Told on `ACCOUNT:<name>` whenever an order of the account appears or changes, by an exchange that has accounts. */
export interface AccountEvent {
  readonly kind: 'account-event';
  readonly account: string;
  readonly report: ExecutionReport;
  /** As it stands after the event, with all its fills. */
  readonly order: Order;
  /** The match that this tells of; null when nothing was traded. */
  readonly fill: Fill | null;
  /** Every asset that this may have changed, as it stands now. */
  readonly balances: readonly Balance[];
}
