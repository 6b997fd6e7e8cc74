import { isOpen } from '../domain/order.js';
import type { RecordedOrder } from './order-recorder.js';
import { ordersHash } from './orders-csv.js';
import type { Tally } from './tally.js';

/** What came of a backtest, as `--json` prints it. Money is quote asset, as decimal strings. */
export interface Summary {
  readonly symbol: string;
  /** Rows of the tape that were played. */
  readonly events: number;
  /** Orders placed. */
  readonly orders: number;
  readonly fills: number;
  /** Cycles that were bought and sold. */
  readonly cycles: number;
  /** Orders that still rest at the end. */
  readonly openOrders: number;
  /** Sum over filled sells of quantity x (sell price - buy price). */
  readonly grossProfit: string;
  /** The set rate on both legs of those cycles. */
  readonly fees: string;
  readonly netProfit: string;
  readonly elapsedMs: number;
  readonly eventsPerSecond: number;
  /** The same for two runs that placed the same orders; see `ordersHash`. */
  readonly ordersHash: string;
}

export interface RunFigures {
  readonly symbol: string;
  readonly events: number;
  readonly orders: readonly RecordedOrder[];
  readonly tally: Tally;
  readonly elapsedMs: number;
}

export const summarise = ({ symbol, events, orders, tally, elapsedMs }: RunFigures): Summary => ({
  symbol,
  events,
  orders: orders.length,
  fills: orders.filter(({ filledIndex }) => filledIndex !== null).length,
  cycles: tally.cycles,
  openOrders: orders.filter(({ status }) => isOpen(status)).length,
  grossProfit: tally.grossProfit.toFixed(),
  fees: tally.fees.toFixed(),
  netProfit: tally.netProfit.toFixed(),
  elapsedMs: Math.round(elapsedMs),
  eventsPerSecond: Math.round((events * 1_000) / Math.max(elapsedMs, 1)),
  ordersHash: ordersHash(orders),
});
