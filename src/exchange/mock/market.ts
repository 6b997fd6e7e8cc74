import { type Decimal, ZERO } from '../../domain/decimal.js';
import { isOpen, type Order } from '../../domain/order.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';
import type { OrderKey } from '../../ports/exchange.js';
import { BookSide, type Resting } from './order-book.js';

/** An order that the exchange has taken, and whose it is. */
export interface Entry extends Resting {
  readonly account: string;
  /** As it stands. */
  order: Order;
  /** Matched by a trade and not filled yet, base asset. */
  matched: Decimal;
}

/** A trade's quantity, or a part of it, meant for one order; `MatchingEngine.fill` makes a fill of it. */
export interface Match {
  readonly entry: Entry;
  /** Base asset, > 0. */
  readonly quantity: Decimal;
}

/** What an exchange keeps of one symbol. */
export interface Market {
  readonly info: SymbolInfo;
  /** How many orders that are no longer open it still knows. */
  readonly finalKept: number;
  /** Those of them, the latest last, where they are not all kept. */
  final: Entry[];
  readonly buys: BookSide<Entry>;
  readonly sells: BookSide<Entry>;
  /** By order id, ascending. */
  readonly orders: Map<number, Entry>;
  readonly open: Map<number, Entry>;
  /** The latest order of each client order id, by account: an id may be used again once its order is no longer open. */
  readonly byClientOrderId: Map<string, Map<string, Entry>>;
  /** What trades were for, and is not told of yet. */
  readonly matches: Set<Match>;
  lastOrderId: number;
  lastExecutionId: number;
  /** Up from 1 where the exchange numbers all trades; else down from -1, apart from the ids of real trades. */
  lastTradeId: number;
}

export const newMarket = (info: SymbolInfo, finalKept: number): Market => ({
  info,
  finalKept,
  final: [],
  buys: new BookSide('BUY'),
  sells: new BookSide('SELL'),
  orders: new Map(),
  open: new Map(),
  byClientOrderId: new Map(),
  matches: new Set(),
  lastOrderId: 0,
  lastExecutionId: 0,
  lastTradeId: 0,
});

export const sideOf = (market: Market, { order }: Entry): BookSide<Entry> =>
  order.side === 'BUY' ? market.buys : market.sells;

/** Base asset that no trade was for yet. */
export const unmatched = ({ order, matched }: Entry): Decimal =>
  order.quantity.minus(order.executedQuantity).minus(matched);

/** Takes up an order that the market does not know yet. An open one rests on the book. */
export function enter(market: Market, account: string, order: Order): Entry {
  const entry: Entry = { orderId: order.orderId, price: order.price, account, order, matched: ZERO };
  market.orders.set(order.orderId, entry);
  const known = market.byClientOrderId.get(account);
  if (known === undefined) market.byClientOrderId.set(account, new Map([[order.clientOrderId, entry]]));
  else known.set(order.clientOrderId, entry);
  if (isOpen(order.status)) {
    market.open.set(order.orderId, entry);
    sideOf(market, entry).add(entry);
  } else settle(market, entry);
  return entry;
}

/** Keeps an order as it stands now. */
export function change(market: Market, entry: Entry, order: Order): void {
  entry.order = order;
  if (isOpen(order.status)) return;
  market.open.delete(entry.orderId);
  settle(market, entry);
}

/** It is final: older ones may be forgotten. Twice as many as are kept are let grow, so that forgetting costs next to nothing. */
function settle(market: Market, latest: Entry): void {
  if (market.finalKept === Number.POSITIVE_INFINITY) return;
  market.final.push(latest);
  if (market.final.length < 2 * market.finalKept) return;
  const forgotten = market.final.slice(0, market.final.length - market.finalKept);
  market.final = market.final.slice(forgotten.length);
  for (const entry of forgotten) {
    market.orders.delete(entry.orderId);
    const known = market.byClientOrderId.get(entry.account);
    if (known?.get(entry.order.clientOrderId) === entry) known.delete(entry.order.clientOrderId);
  }
}

/** The order of an account; undefined when it has none by this key. */
export function find(market: Market, account: string, key: OrderKey): Entry | undefined {
  if (!('orderId' in key)) return market.byClientOrderId.get(account)?.get(key.clientOrderId);
  const entry = market.orders.get(key.orderId);
  return entry?.account === account ? entry : undefined;
}

export function openOf(market: Market, account: string): Entry[] {
  return [...market.open.values()].filter((entry) => entry.account === account);
}
