import { type Decimal, ZERO } from '../../domain/decimal.js';
import type { ExecutionReport, ExecutionType } from '../../domain/execution-report.js';
import { brokenRule, type ExchangeError } from '../../domain/filters.js';
import { isOpen, type Order, type OrderRequest } from '../../domain/order.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import type { OrderKey } from '../../ports/exchange.js';
import { BookSide } from './order-book.js';

/** An order changed: how it stands, what its owner is told, and the public trade when it was filled. */
export interface OrderChange {
  readonly order: Order;
  readonly report: ExecutionReport;
  readonly print: TradeEvent | null;
}

export type Result =
  | { readonly kind: 'done'; readonly change: OrderChange }
  | { readonly kind: 'refused'; readonly error: ExchangeError };

interface Market {
  readonly info: SymbolInfo;
  readonly finalKept: number;
  /** Orders that are no longer open, the latest last, where they are not all kept. */
  final: Order[];
  readonly buys: BookSide;
  readonly sells: BookSide;
  readonly orders: Map<number, Order>;
  /** The latest order of each client order id: an id may be used again once its order is no longer open. */
  readonly byClientOrderId: Map<string, number>;
  /** Taken out of the book by a trade, and not yet told of. */
  readonly matched: Set<number>;
  lastOrderId: number;
  lastExecutionId: number;
  /** Prints count down from -1, apart from the ids of real trades. */
  lastPrintId: number;
}

const refused = (code: number, message: string): Result => ({ kind: 'refused', error: { code, message } });

/**
 * The exchange's books, without an actor around them: limit orders, the `book` fill model, Binance's error codes. Ids count
 * up per symbol, so they are the same in every run.
 *
 * `book`: an order fills whole, at its own price, when a trade prints strictly through that price. Traded quantity plays
 * no part, and a touch does not fill.
 */
export class MatchingEngine {
  private readonly markets: ReadonlyMap<string, Market>;

  /** @param finalKept how many orders of a symbol that are no longer open can still be looked up, the latest */
  constructor(symbols: Iterable<SymbolInfo>, finalKept: number = Number.POSITIVE_INFINITY) {
    this.markets = new Map([...symbols].map((info) => [info.symbol, newMarket(info, finalKept)]));
  }

  symbolInfo(symbol: string): SymbolInfo | undefined {
    return this.markets.get(symbol)?.info;
  }

  /** @param nowMs exchange time, Unix milliseconds */
  place(request: OrderRequest, nowMs: number): Result {
    const market = this.markets.get(request.symbol);
    if (market === undefined) return refused(-1121, 'Invalid symbol.');
    if (!CLIENT_ORDER_ID.test(request.clientOrderId)) return refused(-1100, ILLEGAL_CLIENT_ORDER_ID);
    if (market.info.status !== 'TRADING') return refused(-2010, 'Market is closed.');
    const broken = brokenRule(market.info, request);
    if (broken !== null) return { kind: 'refused', error: broken };
    const earlier = find(market, { clientOrderId: request.clientOrderId });
    if (earlier !== undefined && isOpen(earlier.status)) return refused(-2010, 'Duplicate order sent.');

    const order: Order = {
      ...request,
      orderId: ++market.lastOrderId,
      status: 'NEW',
      executedQuantity: ZERO,
      fills: [],
      createdTime: nowMs,
      updatedTime: nowMs,
    };
    keep(market, order);
    sideOf(market, order).add(order);
    return { kind: 'done', change: { order, report: reportOf(market, order, 'NEW', null), print: null } };
  }

  cancel(symbol: string, key: OrderKey, nowMs: number): Result {
    const market = this.markets.get(symbol);
    if (market === undefined) return refused(-1121, 'Invalid symbol.');
    const resting = find(market, key);
    const isGone = resting === undefined || !isOpen(resting.status) || market.matched.has(resting.orderId);
    if (isGone) return refused(-2011, 'Unknown order sent.');
    sideOf(market, resting).remove(resting);
    const order: Order = { ...resting, status: 'CANCELED', updatedTime: nowMs };
    keep(market, order);
    return {
      kind: 'done',
      change: { order, report: reportOf(market, order, 'CANCELED', null), print: null },
    };
  }

  order(symbol: string, key: OrderKey): Order | undefined {
    const market = this.markets.get(symbol);
    return market === undefined ? undefined : find(market, key);
  }

  /** By symbol, then by order id. */
  openOrders(symbol?: string): Order[] {
    const markets = symbol === undefined ? [...this.markets.values()] : [this.markets.get(symbol)];
    return markets.flatMap((market) =>
      [...(market?.orders.values() ?? [])].filter((order) => isOpen(order.status)),
    );
  }

  /**
   * Takes out of the book what a public trade went through: buys from the highest price down, then sells from the lowest up.
   * The orders can no longer be cancelled, and look open until `fill` is called for them.
   */
  match({ symbol, price }: TradeEvent): Order[] {
    const market = this.markets.get(symbol);
    if (market === undefined) return [];
    const matched = [...market.buys.takeThrough(price), ...market.sells.takeThrough(price)];
    for (const order of matched) market.matched.add(order.orderId);
    return matched;
  }

  /** Fills an order that `match` took out, whole and at its own price. */
  fill(matched: Order, { tradeTime, eventTime }: Pick<TradeEvent, 'tradeTime' | 'eventTime'>): OrderChange {
    const market = this.markets.get(matched.symbol);
    if (market === undefined || !market.matched.delete(matched.orderId))
      throw new Error(`order ${matched.orderId} of ${matched.symbol} was not matched`);
    const order: Order = {
      ...matched,
      status: 'FILLED',
      executedQuantity: matched.quantity,
      updatedTime: tradeTime,
    };
    keep(market, order);
    const print = printOf(order, --market.lastPrintId, tradeTime, eventTime);
    return { order, report: reportOf(market, order, 'TRADE', print), print };
  }

  /** Takes up an order as it was kept, before anything is placed, in order of order ids. Ids go on from where they were. */
  restore(order: Order): void {
    const market = this.markets.get(order.symbol);
    if (market === undefined) return;
    keep(market, order);
    market.lastOrderId = Math.max(market.lastOrderId, order.orderId);
    // Told of when it was taken, and once more when it was filled or cancelled; each fill was one print.
    market.lastExecutionId += isOpen(order.status) ? 1 : 2;
    if (order.status === 'FILLED') market.lastPrintId--;
    if (isOpen(order.status)) sideOf(market, order).add(order);
  }
}

// As Binance words its parameter rule.
const CLIENT_ORDER_ID = /^[a-zA-Z0-9-_]{1,36}$/;
const ILLEGAL_CLIENT_ORDER_ID =
  "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.";

const newMarket = (info: SymbolInfo, finalKept: number): Market => ({
  info,
  finalKept,
  final: [],
  buys: new BookSide('BUY'),
  sells: new BookSide('SELL'),
  orders: new Map(),
  byClientOrderId: new Map(),
  matched: new Set(),
  lastOrderId: 0,
  lastExecutionId: 0,
  lastPrintId: 0,
});

const sideOf = (market: Market, { side }: Order): BookSide => (side === 'BUY' ? market.buys : market.sells);

function keep(market: Market, order: Order): void {
  market.orders.set(order.orderId, order);
  market.byClientOrderId.set(order.clientOrderId, order.orderId);
  if (market.finalKept < Number.POSITIVE_INFINITY && !isOpen(order.status)) forgetOldest(market, order);
}

/** Twice as many as are kept are let grow, so that forgetting costs next to nothing. */
function forgetOldest(market: Market, latest: Order): void {
  market.final.push(latest);
  if (market.final.length < 2 * market.finalKept) return;
  const forgotten = market.final.slice(0, market.final.length - market.finalKept);
  market.final = market.final.slice(forgotten.length);
  for (const { orderId, clientOrderId } of forgotten) {
    market.orders.delete(orderId);
    if (market.byClientOrderId.get(clientOrderId) === orderId) market.byClientOrderId.delete(clientOrderId);
  }
}

function find(market: Market, key: OrderKey): Order | undefined {
  const orderId = 'orderId' in key ? key.orderId : market.byClientOrderId.get(key.clientOrderId);
  return orderId === undefined ? undefined : market.orders.get(orderId);
}

const printOf = (order: Order, tradeId: number, tradeTime: number, eventTime: number): TradeEvent => ({
  kind: 'trade-event',
  symbol: order.symbol,
  tradeId,
  price: order.price,
  quantity: order.quantity,
  tradeTime,
  eventTime,
  buyerIsMaker: order.side === 'BUY',
  origin: 'mock-print',
});

/** The `book` model takes no commission. */
function reportOf(
  market: Market,
  order: Order,
  executionType: ExecutionType,
  print: TradeEvent | null,
): ExecutionReport {
  const last: { price: Decimal; quantity: Decimal } = print ?? { price: ZERO, quantity: ZERO };
  return {
    kind: 'execution-report',
    symbol: order.symbol,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    executionType,
    orderStatus: order.status,
    price: order.price,
    quantity: order.quantity,
    lastPrice: last.price,
    lastQuantity: last.quantity,
    cumulativeQuantity: order.executedQuantity,
    commission: ZERO,
    commissionAsset: null,
    tradeId: print?.tradeId ?? null,
    executionId: ++market.lastExecutionId,
    transactTime: order.updatedTime,
  };
}
