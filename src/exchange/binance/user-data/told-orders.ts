import { maxOf } from '../../../domain/decimal.js';
import type { ExecutionReport } from '../../../domain/execution-report.js';
import type { Fill, Order } from '../../../domain/order.js';
import type { Execution } from './execution.js';

export interface ToldLimits {
  /** Orders that are remembered; default 5,000. */
  readonly orders?: number;
  /** Reports of one order that are remembered; default 10,000. */
  readonly reportsPerOrder?: number;
}

interface Told {
  /** By execution id: the fill that was reported, or null when nothing was traded. */
  readonly reports: Map<number, Fill | null>;
  /** Of the report with the highest execution id. */
  latest: Order;
  latestExecutionId: number;
}

/**
 * What was told of which order: so that a report which comes twice, as it does while two connections run, is told once, and so
 * that a report which comes late does not take an order back to what it was. Bounded: what was heard of longest ago is
 * forgotten.
 */
export class ToldOrders {
  private readonly orders: number;
  private readonly reportsPerOrder: number;
  /** By symbol and order id, the one heard of last at the end. */
  private readonly told = new Map<string, Told>();

  constructor({ orders = 5_000, reportsPerOrder = 10_000 }: ToldLimits = {}) {
    this.orders = orders;
    this.reportsPerOrder = reportsPerOrder;
  }

  get size(): number {
    return this.told.size;
  }

  /** The order as it stands after this report and all before it; null when this report was told before. */
  take({ report, createdTime }: Execution): Order | null {
    const key = `${report.symbol} ${report.orderId}`;
    const known = this.told.get(key);
    if (known?.reports.has(report.executionId)) return null;
    const now = known ?? {
      reports: new Map(),
      latest: orderOf(report, createdTime),
      latestExecutionId: report.executionId,
    };
    now.reports.set(report.executionId, fillOf(report));
    dropOldest(now.reports, this.reportsPerOrder);
    if (report.executionId > now.latestExecutionId) {
      now.latestExecutionId = report.executionId;
      now.latest = orderOf(report, createdTime);
    }
    const executedQuantity = maxOf(now.latest.executedQuantity, report.cumulativeQuantity);
    now.latest = { ...now.latest, executedQuantity, fills: fillsOf(now) };
    this.keep(key, now);
    return now.latest;
  }

  private keep(key: string, told: Told): void {
    this.told.delete(key);
    this.told.set(key, told);
    dropOldest(this.told, this.orders);
  }
}

function dropOldest<K>(map: Map<K, unknown>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}

const fillsOf = ({ reports }: Told): Fill[] =>
  [...reports.values()].filter((fill) => fill !== null).toSorted((a, b) => a.tradeId - b.tradeId);

function fillOf(report: ExecutionReport): Fill | null {
  const { tradeId, lastPrice, lastQuantity, commission, commissionAsset, transactTime } = report;
  if (tradeId === null) return null;
  return {
    tradeId,
    price: lastPrice,
    quantity: lastQuantity,
    commission,
    commissionAsset,
    time: transactTime,
  };
}

const orderOf = (report: ExecutionReport, createdTime: number): Order => ({
  symbol: report.symbol,
  side: report.side,
  price: report.price,
  quantity: report.quantity,
  clientOrderId: report.clientOrderId,
  orderId: report.orderId,
  status: report.orderStatus,
  executedQuantity: report.cumulativeQuantity,
  fills: [],
  createdTime,
  updatedTime: report.transactTime,
});
