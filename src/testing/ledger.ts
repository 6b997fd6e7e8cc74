import { minOf, ZERO } from '../domain/decimal.js';
import { type ExecutionReport, executionReportOf } from '../domain/execution-report.js';
import {
  isOpen,
  type Order,
  type Fill as OrderFill,
  type OrderRequest,
  type OrderStatus,
} from '../domain/order.js';
import type { TradeEvent } from '../domain/trade-event.js';
import { decimal } from './builders.js';
import type { KeyRequest } from './expectation.js';

/** What a fill is told with; prices and quantities as decimal text. */
export interface FillFields {
  /** Default: all that is left of the order. */
  readonly quantity?: string;
  /** Default: the order's price. */
  readonly price?: string;
  /** Default zero. */
  readonly commission?: string;
  readonly commissionAsset?: string;
}

export interface Fill {
  readonly report: ExecutionReport;
  /** The fill, seen as a public trade. */
  readonly print: TradeEvent;
}

/** The orders of a mocked exchange. It outlives the exchange actor, as those of a real exchange outlive a connection. */
export class Ledger {
  private readonly orders = new Map<string, Order>();
  private lastOrderId = 0;
  private lastExecutionId = 0;
  private lastPrintId = 0;

  /** By ascending order id. */
  all(): Order[] {
    return [...this.orders.values()];
  }

  byClientOrderId(clientOrderId: string): Order | undefined {
    return this.orders.get(clientOrderId);
  }

  find({ symbol, key }: KeyRequest): Order | undefined {
    return this.all().find(
      (order) =>
        order.symbol === symbol &&
        ('orderId' in key ? order.orderId === key.orderId : order.clientOrderId === key.clientOrderId),
    );
  }

  open(symbol: string | undefined): Order[] {
    return this.all().filter(
      (order) => isOpen(order.status) && (symbol === undefined || order.symbol === symbol),
    );
  }

  place(request: OrderRequest, executedQuantity: string, nowMs: number): Order {
    const executed = decimal(executedQuantity);
    const fill: OrderFill = {
      tradeId: executed.gt(ZERO) ? --this.lastPrintId : 0,
      price: request.price,
      quantity: executed,
      commission: ZERO,
      commissionAsset: null,
      time: nowMs,
    };
    return this.keep({
      ...request,
      orderId: ++this.lastOrderId,
      status: executed.gte(request.quantity) ? 'FILLED' : executed.gt(ZERO) ? 'PARTIALLY_FILLED' : 'NEW',
      executedQuantity: executed,
      fills: executed.gt(ZERO) ? [fill] : [],
      createdTime: nowMs,
      updatedTime: nowMs,
    });
  }

  fill(order: Order, fields: FillFields, nowMs: number): Fill {
    const left = order.quantity.minus(order.executedQuantity);
    const lastQuantity = minOf(fields.quantity === undefined ? left : decimal(fields.quantity), left);
    if (!isOpen(order.status) || lastQuantity.lte(ZERO))
      throw new Error(`order ${order.clientOrderId} is ${order.status}: nothing is left to fill`);
    const executedQuantity = order.executedQuantity.plus(lastQuantity);
    const status = executedQuantity.gte(order.quantity) ? 'FILLED' : 'PARTIALLY_FILLED';
    const fill: OrderFill = {
      tradeId: --this.lastPrintId,
      price: fields.price === undefined ? order.price : decimal(fields.price),
      quantity: lastQuantity,
      commission: decimal(fields.commission ?? '0'),
      commissionAsset: fields.commissionAsset ?? null,
      time: nowMs,
    };
    const fills = [...order.fills, fill];
    const filled = this.keep({ ...order, status, executedQuantity, fills, updatedTime: nowMs });
    const report = executionReportOf(filled, 'TRADE', fill, ++this.lastExecutionId);
    const print: TradeEvent = {
      kind: 'trade-event',
      symbol: order.symbol,
      tradeId: fill.tradeId,
      price: fill.price,
      quantity: fill.quantity,
      tradeTime: nowMs,
      eventTime: nowMs,
      buyerIsMaker: order.side === 'BUY',
      origin: 'mock-print',
    };
    return { report, print };
  }

  /** Takes the order off the book. */
  end(order: Order, status: OrderStatus, nowMs: number): ExecutionReport {
    if (!isOpen(order.status)) throw new Error(`order ${order.clientOrderId} is ${order.status} already`);
    const ended = this.keep({ ...order, status, updatedTime: nowMs });
    const executionType = status === 'CANCELED' ? 'CANCELED' : 'EXPIRED';
    return executionReportOf(ended, executionType, null, ++this.lastExecutionId);
  }

  /** What the exchange tells when it takes an order. */
  taken(order: Order): ExecutionReport {
    return executionReportOf(order, 'NEW', null, ++this.lastExecutionId);
  }

  private keep(order: Order): Order {
    this.orders.set(order.clientOrderId, order);
    return order;
  }
}
