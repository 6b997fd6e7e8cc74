import type { Balance } from '../../domain/account.js';
import { Decimal, minOf, ZERO } from '../../domain/decimal.js';
import {
  type ExecutionReport,
  type ExecutionType,
  executionReportOf,
} from '../../domain/execution-report.js';
import type { ExchangeError } from '../../domain/filters.js';
import { type Fill, isOpen, type Order, type OrderRequest } from '../../domain/order.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import type { OrderKey } from '../../ports/exchange.js';
import type { ForgottenOrders, KeptOrder } from '../../ports/order-ledger.js';
import { Accounts, MAIN, received, type StartingBalances } from './accounts.js';
import {
  change,
  type Entry,
  enter,
  find,
  type Market,
  type Match,
  newMarket,
  openOf,
  sideOf,
  unmatched,
} from './market.js';
import type { BookSide } from './order-book.js';
import { whyRefused } from './placement-rules.js';

/** An order changed: how it stands, what its owner is told, and the public trade when it was filled. */
export interface OrderChange {
  readonly account: string;
  readonly order: Order;
  readonly report: ExecutionReport;
  readonly fill: Fill | null;
  readonly print: TradeEvent | null;
  /** What the account has now of the assets concerned; empty when no accounts are kept. */
  readonly balances: readonly Balance[];
}

export type Result =
  | { readonly kind: 'done'; readonly change: OrderChange }
  | { readonly kind: 'refused'; readonly error: ExchangeError };

export interface EngineOptions {
  /** How many orders of a symbol that are no longer open can still be looked up, the latest; default all. */
  readonly finalOrdersKept?: number | undefined;
  /** Default `book`. */
  readonly fillModel?: 'book' | 'tape' | undefined;
  /** Fraction of what a fill brings that is taken of it; default none in `book`, 0.001 in `tape`. */
  readonly commissionRate?: Decimal | undefined;
  /** Account -> asset -> what it has free to begin with. Default: one account, `main`, whose funds are not checked. */
  readonly accounts?: StartingBalances | undefined;
  /** `apart`, the default: fills are numbered down from -1. `gapless`: together with the trades of others, up from 1. */
  readonly numbering?: 'apart' | 'gapless' | undefined;
  /** What prices must not be too far from, quote per base; null when it is not known now. Default: that is not checked. */
  readonly referencePrice?: ((symbol: string) => Decimal | null) | undefined;
}

const refused = (code: number, message: string): Result => ({ kind: 'refused', error: { code, message } });

const NO_MATCHES: readonly Match[] = [];
const TAPE_COMMISSION = new Decimal('0.001');
/** Decimals of a commission; what is beyond them is not taken. */
const COMMISSION_PLACES = 8;
const ROUND_DOWN = 0;

/**
 * The exchange's books, without an actor around them: limit orders, fill models, accounts, Binance's error codes. Ids count up
 * per symbol, so they are the same in every run.
 *
 * `book`: an order fills whole, at its own price, when a trade prints strictly through that price. Traded quantity plays
 * no part, and a touch does not fill.
 *
 * `tape`: the queue model is that everything else at an order's price is ahead of it. So a touch never fills, and a trade
 * strictly through the price, for which that queue must have gone, does; it fills at the order's own price and for no more
 * than what traded, shared out among all our orders by price and then by arrival. Orders may fill in parts.
 *
 * An account that was not named in `accounts` is a defect of whoever asks, and throws.
 */
export class MatchingEngine {
  private readonly markets: ReadonlyMap<string, Market>;
  private readonly accounts: Accounts;
  private readonly isBounded: boolean;
  private readonly isGapless: boolean;
  private readonly referencePrice: (symbol: string) => Decimal | null;
  /** What a fill costs, a fraction of what it brings; null when nothing is said of it, and nothing is taken. */
  readonly commissionRate: Decimal | null;

  constructor(symbols: Iterable<SymbolInfo>, options: EngineOptions = {}) {
    const { finalOrdersKept = Number.POSITIVE_INFINITY } = options;
    this.markets = new Map([...symbols].map((info) => [info.symbol, newMarket(info, finalOrdersKept)]));
    this.accounts = new Accounts(options.accounts);
    this.isBounded = options.fillModel === 'tape';
    this.isGapless = options.numbering === 'gapless';
    this.commissionRate = options.commissionRate ?? (this.isBounded ? TAPE_COMMISSION : null);
    this.referencePrice = options.referencePrice ?? (() => null);
  }

  get hasAccounts(): boolean {
    return this.accounts.areKept;
  }

  get symbols(): Iterable<string> {
    return this.markets.keys();
  }

  symbolInfo(symbol: string): SymbolInfo | undefined {
    return this.markets.get(symbol)?.info;
  }

  /** @param nowMs exchange time, Unix milliseconds */
  place(request: OrderRequest, nowMs: number, account: string = MAIN): Result {
    this.accounts.check(account);
    const market = this.markets.get(request.symbol);
    if (market === undefined) return refused(-1121, 'Invalid symbol.');
    const error = whyRefused(market, this.accounts, account, request, this.referencePrice(request.symbol));
    if (error !== null) return { kind: 'refused', error };
    const { symbol, side, price, quantity, clientOrderId } = request;
    const order: Order = {
      symbol,
      side,
      price,
      quantity,
      clientOrderId,
      orderId: ++market.lastOrderId,
      status: 'NEW',
      executedQuantity: ZERO,
      fills: [],
      createdTime: nowMs,
      updatedTime: nowMs,
    };
    this.accounts.lock(account, market.info, order);
    return this.done(market, enter(market, account, order), 'NEW');
  }

  /** An order that a trade has matched in part must be filled before its rest is cancelled. */
  cancel(symbol: string, key: OrderKey, nowMs: number, account: string = MAIN): Result {
    this.accounts.check(account);
    const market = this.markets.get(symbol);
    if (market === undefined) return refused(-1121, 'Invalid symbol.');
    const entry = find(market, account, key);
    const isGone = entry === undefined || !isOpen(entry.order.status) || unmatched(entry).eq(ZERO);
    if (isGone) return refused(-2011, 'Unknown order sent.');
    if (entry.matched.gt(ZERO)) throw new Error(`order ${entry.orderId} of ${symbol} is to be filled first`);
    sideOf(market, entry).remove(entry);
    this.accounts.release(account, market.info, entry.order);
    change(market, entry, { ...entry.order, status: 'CANCELED', updatedTime: nowMs });
    return this.done(market, entry, 'CANCELED');
  }

  /** Whether a trade has matched a part of the order, and not all of it. */
  isPartlyMatched(symbol: string, key: OrderKey, account: string = MAIN): boolean {
    const market = this.markets.get(symbol);
    const entry = market === undefined ? undefined : find(market, account, key);
    return entry?.matched.gt(ZERO) === true && unmatched(entry).gt(ZERO);
  }

  order(symbol: string, key: OrderKey, account: string = MAIN): Order | undefined {
    this.accounts.check(account);
    const market = this.markets.get(symbol);
    return market === undefined ? undefined : find(market, account, key)?.order;
  }

  /** By symbol, then by order id. */
  openOrders(symbol?: string, account: string = MAIN): Order[] {
    this.accounts.check(account);
    const markets = symbol === undefined ? [...this.markets.values()] : [this.markets.get(symbol)];
    return markets.flatMap((market) =>
      market === undefined ? [] : openOf(market, account).map(({ order }) => order),
    );
  }

  /** All orders of an account that are known, by order id. */
  orders(symbol: string, account: string = MAIN): Order[] {
    this.accounts.check(account);
    const entries = [...(this.markets.get(symbol)?.orders.values() ?? [])];
    return entries.filter((entry) => entry.account === account).map(({ order }) => order);
  }

  balances(account: string = MAIN): readonly Balance[] {
    return this.accounts.balances(account);
  }

  /**
   * Shares out a public trade among the orders that it went through: buys from the highest price down, then sells from the
   * lowest up. What was matched can no longer be cancelled, and the orders look as before until `fill` is called for it.
   */
  match({ symbol, price, quantity }: TradeEvent): readonly Match[] {
    const market = this.markets.get(symbol);
    // Nearly every trade ends here: it must cost next to nothing.
    if (market === undefined) return NO_MATCHES;
    if (market.buys.firstThrough(price) === undefined && market.sells.firstThrough(price) === undefined)
      return NO_MATCHES;
    const matches: Match[] = [];
    const left = this.takeThrough(market.buys, price, quantity, matches);
    this.takeThrough(market.sells, price, left, matches);
    for (const match of matches) market.matches.add(match);
    return matches;
  }

  /** Makes a fill of a match, at the order's own price. */
  fill(match: Match, { tradeTime, eventTime }: Pick<TradeEvent, 'tradeTime' | 'eventTime'>): OrderChange {
    const { entry, quantity } = match;
    const { symbol, price, side } = entry.order;
    const market = this.markets.get(symbol);
    if (market === undefined || !market.matches.delete(match))
      throw new Error(`order ${entry.orderId} of ${symbol} was not matched`);
    const { asset, amount } = received(market.info, entry.order, price, quantity);
    const commission = (this.commissionRate ?? ZERO).times(amount).round(COMMISSION_PLACES, ROUND_DOWN);
    const fill: Fill = {
      tradeId: this.isGapless ? ++market.lastTradeId : --market.lastTradeId,
      price,
      quantity,
      commission,
      commissionAsset: commission.gt(ZERO) ? asset : null,
      time: tradeTime,
    };
    const executedQuantity = entry.order.executedQuantity.plus(quantity);
    this.accounts.settle(entry.account, market.info, entry.order, fill);
    entry.matched = entry.matched.minus(quantity);
    change(market, entry, {
      ...entry.order,
      status: executedQuantity.eq(entry.order.quantity) ? 'FILLED' : 'PARTIALLY_FILLED',
      executedQuantity,
      fills: [...entry.order.fills, fill],
      updatedTime: tradeTime,
    });
    const print: TradeEvent = {
      kind: 'trade-event',
      symbol,
      tradeId: fill.tradeId,
      price,
      quantity,
      tradeTime,
      eventTime,
      buyerIsMaker: side === 'BUY',
      origin: this.isGapless ? 'exchange' : 'mock-print',
    };
    return { ...this.changed(market, entry, 'TRADE', fill), print };
  }

  /** The number of the next trade of others, where all trades of the symbol are numbered without gaps. */
  nextTradeId(symbol: string): number {
    const market = this.markets.get(symbol);
    if (market === undefined || !this.isGapless) throw new Error(`trades of ${symbol} are not numbered here`);
    return ++market.lastTradeId;
  }

  /** Trades up to this number have been told of. */
  continueAfter(symbol: string, tradeId: number): void {
    const market = this.markets.get(symbol);
    if (market !== undefined && this.isGapless) market.lastTradeId = Math.max(market.lastTradeId, tradeId);
  }

  /** Takes up a balance as it was kept. */
  restoreBalance(account: string, balance: Pick<Balance, 'asset' | 'free'>): void {
    this.accounts.restore(account, balance);
  }

  /** Takes up an order as it was kept, before anything is placed, in order of order ids. Ids go on from where they were. */
  restore({ account, order }: KeptOrder): void {
    const market = this.markets.get(order.symbol);
    if (market === undefined) return;
    enter(market, account, order);
    if (isOpen(order.status)) this.accounts.relock(account, market.info, order);
    const fills = order.fills.length;
    const isEnded = !isOpen(order.status) && order.status !== 'FILLED';
    // Told of when it was taken, at each fill, and when it was ended otherwise.
    const reports = 1 + fills + (isEnded ? 1 : 0);
    const lastTradeId = order.fills.at(-1)?.tradeId ?? 0;
    this.skip({ symbol: order.symbol, lastOrderId: order.orderId, fills, reports, lastTradeId });
  }

  /** Ids go on after those of orders that were kept and are not taken up. */
  skip({ symbol, lastOrderId, fills, reports, lastTradeId }: ForgottenOrders): void {
    const market = this.markets.get(symbol);
    if (market === undefined) return;
    market.lastOrderId = Math.max(market.lastOrderId, lastOrderId);
    market.lastExecutionId += reports;
    if (this.isGapless) this.continueAfter(symbol, lastTradeId);
    else market.lastTradeId -= fills;
  }

  /** @returns what is left of the trade; in the `book` model a trade is never used up */
  private takeThrough(side: BookSide<Entry>, price: Decimal, traded: Decimal, matches: Match[]): Decimal {
    let left = traded;
    for (
      let entry = side.firstThrough(price);
      entry !== undefined && left.gt(ZERO);
      entry = side.firstThrough(price)
    ) {
      const rest = unmatched(entry);
      const quantity = this.isBounded ? minOf(rest, left) : rest;
      if (this.isBounded) left = left.minus(quantity);
      entry.matched = entry.matched.plus(quantity);
      if (quantity.eq(rest)) side.remove(entry);
      matches.push({ entry, quantity });
    }
    return left;
  }

  private done(market: Market, entry: Entry, executionType: ExecutionType): Result {
    return { kind: 'done', change: this.changed(market, entry, executionType, null) };
  }

  private changed(
    market: Market,
    { account, order }: Entry,
    executionType: ExecutionType,
    fill: Fill | null,
  ): OrderChange {
    return {
      account,
      order,
      report: executionReportOf(order, executionType, fill, ++market.lastExecutionId),
      fill,
      print: null,
      balances: this.accounts.balancesIn(account, market.info),
    };
  }
}
