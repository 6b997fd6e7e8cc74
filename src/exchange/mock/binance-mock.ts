import type { Balance } from '../../domain/account.js';
import { type Decimal, ZERO } from '../../domain/decimal.js';
import type { Order, OrderRequest } from '../../domain/order.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import {
  type Address,
  type Answer,
  type GenServer,
  type MaybePromise,
  type Protocol,
  type PubSubProtocol,
  publish,
  publishAll,
  type Self,
  subscribeTo,
} from '../../otp/index.js';
import type { Clock } from '../../ports/clock.js';
import type { CancelOutcome, LookupOutcome, OrderKey, PlaceOutcome } from '../../ports/exchange.js';
import type { OrderLedger } from '../../ports/order-ledger.js';
import type { Pacing } from '../../ports/pacing.js';
import { market, tradeEvents } from '../../ports/topics.js';
import type { Match } from './market.js';
import { type EngineOptions, MatchingEngine, type OrderChange, type Result } from './matching-engine.js';
import { tidings } from './tidings.js';

/**
 * BinanceMock: an exchange in the process. It owns the books and the accounts; public trades fill its orders, as the fill
 * model of `MatchingEngine` says, and it tells of them as the real one does. What it tells is in its ledger first.
 */
export interface BinanceMockArg extends EngineOptions {
  readonly symbols: Iterable<SymbolInfo>;
  readonly pubsub: Address<PubSubProtocol>;
  readonly pacing: Pacing;
  readonly clock: Clock;
  /** What it says of an account's balance goes before the starting ones. */
  readonly ledger: OrderLedger;
  /**
   * `apart`: trades of others come on `TRADE_EVENTS:<SYMBOL>`, where its own fills are printed with negative ids. `gapless`:
   * trades of others come on `MARKET:<SYMBOL>`, and it publishes every trade, theirs and its own, on
   * `TRADE_EVENTS:<SYMBOL>`, numbered 1, 2, 3 per symbol.
   */
  readonly numbering?: 'apart' | 'gapless' | undefined;
  /** With `gapless`: the number of the last trade of a symbol that was published before this exchange started; default 0. */
  readonly lastTradeId?: ((symbol: string) => number) | undefined;
}

interface BinanceMockState
  extends Pick<BinanceMockArg, 'pubsub' | 'pacing' | 'clock' | 'ledger' | 'lastTradeId'> {
  readonly engine: MatchingEngine;
  readonly isGapless: boolean;
  /** Symbols whose trades it listens to: those that somebody asked about or ordered. */
  readonly listening: Set<string>;
  /** Trades whose fills are still to be told. */
  readonly unfilled: Set<Matched>;
  /**
   * Time of the last trade seen. Stamping orders with it makes a replay's orders those of the tape's time. Null before any, and
   * with `gapless`: an exchange for others has the time of its clock.
   */
  exchangeTime: number | null;
  placed: number;
  filled: number;
}

/** Orders that a trade went through, to be filled and told of once the trade itself has settled. */
interface Matched {
  readonly event: TradeEvent;
  readonly matched: readonly Match[];
}

/** Whose order it is; `main` unless named. An account that the exchange does not have is a defect. */
interface OfAccount {
  readonly account?: string;
}
interface KeyedRequest extends OfAccount {
  readonly symbol: string;
  readonly key: OrderKey;
}

/** Money that comes to an account from outside, in units of the asset, > 0. */
export interface Deposit {
  readonly account: string;
  readonly asset: string;
  readonly amount: Decimal;
}

export interface BinanceMockProtocol extends Protocol {
  readonly arg: BinanceMockArg;
  readonly state: BinanceMockState;
  readonly calls: {
    symbolInfo(symbol: string): SymbolInfo | undefined;
    /** What a fill costs, a fraction of what it brings; null when nothing was said of it. */
    commissionRate(symbol: string): Decimal | null;
    placeOrder(request: OrderRequest & OfAccount): PlaceOutcome;
    cancelOrder(request: KeyedRequest): CancelOutcome;
    getOrder(request: KeyedRequest): LookupOutcome;
    /** By symbol, of all unless one is named, then by order id. */
    openOrders(request: OfAccount & { readonly symbol?: string | undefined }): readonly Order[];
    /** All that are known, by ascending order id, with all their fills. */
    orders(request: { readonly account: string; readonly symbol: string }): readonly Order[];
    /** By asset; empty when funds are not checked. */
    balances(account: string): readonly Balance[];
    /** Adds to what is free; answers what there is then. It is no change of an order, so no ledger keeps it. */
    deposit(request: Deposit): Balance;
  };
  readonly casts: { readonly fill: Matched };
  readonly info: TradeEvent;
  readonly continue: 'restore';
}

type MockSelf = Self<BinanceMockProtocol>;

const now = ({ exchangeTime, clock }: BinanceMockState): number => exchangeTime ?? clock.wallMs();

/** Tells of all changes in one go: fills that one trade caused belong together. */
function tell(state: BinanceMockState, changes: readonly OrderChange[], self: MockSelf): void {
  const { pubsub, pacing, engine } = state;
  for (const { print } of changes) if (print !== null) pacing.printed(print);
  publishAll(
    self,
    pubsub,
    changes.flatMap((change) => tidings(change, engine.hasAccounts)),
  );
}

/** Keeps what changed, tells of it, and answers; or answers why not. */
function answer<Outcome>(
  state: BinanceMockState,
  result: Result,
  self: MockSelf,
  done: (order: Order) => Outcome,
): MaybePromise<Answer<BinanceMockProtocol, Outcome | Extract<PlaceOutcome, { kind: 'rejected' }>>> {
  if (result.kind === 'refused') {
    const { code, message } = result.error;
    return { state, reply: { kind: 'rejected', code, reason: message } };
  }
  const { change } = result;
  const finish = () => {
    tell(state, [change], self);
    return { state, reply: done(change.order) };
  };
  const saved = state.ledger.save(change);
  return saved === undefined ? finish() : saved.then(finish);
}

function listenTo(state: BinanceMockState, symbol: string, self: MockSelf): void {
  if (state.listening.has(symbol)) return;
  state.listening.add(symbol);
  subscribeTo(self, state.pubsub, state.isGapless ? market(symbol) : tradeEvents(symbol), self);
}

async function restore(state: BinanceMockState, self: MockSelf): Promise<void> {
  const { engine, isGapless, lastTradeId } = state;
  const { orders: kept, forgotten, balances } = await state.ledger.load();
  for (const sums of forgotten) engine.skip(sums);
  for (const { account, ...balance } of balances) engine.restoreBalance(account, balance);
  for (const entry of kept) {
    engine.restore(entry);
    // What it lists no more is not traded here either.
    if (engine.symbolInfo(entry.order.symbol) !== undefined) listenTo(state, entry.order.symbol, self);
  }
  if (!isGapless) return;
  // The market is public: it shows also the symbols that nobody here trades.
  for (const symbol of engine.symbols) {
    engine.continueAfter(symbol, lastTradeId?.(symbol) ?? 0);
    listenTo(state, symbol, self);
  }
}

async function fill(state: BinanceMockState, what: Matched, self: MockSelf): Promise<void> {
  if (!state.unfilled.delete(what)) return;
  const { event, matched } = what;
  const kept: OrderChange[] = [];
  try {
    for (const match of matched) {
      const change = state.engine.fill(match, event);
      const saved = state.ledger.save(change);
      if (saved !== undefined) await saved;
      kept.push(change);
    }
  } finally {
    // Also when the ledger refuses one of them: what is kept will not be told by anyone else.
    tell(state, kept, self);
  }
}

/** Cancels an order; of one that a trade has matched in part, only what is left after those fills. */
async function cancelRest(state: BinanceMockState, request: KeyedRequest, self: MockSelf) {
  for (const matched of [...state.unfilled]) await fill(state, matched, self);
  return cancel(state, request, self);
}

function cancel(state: BinanceMockState, { symbol, key, account }: KeyedRequest, self: MockSelf) {
  return answer(
    state,
    state.engine.cancel(symbol, key, now(state), account),
    self,
    (order): CancelOutcome => ({ kind: 'cancelled', order }),
  );
}

/** The trade as it is published here: with the next number. */
function numbered(state: BinanceMockState, trade: TradeEvent, self: MockSelf): TradeEvent {
  const { symbol } = trade;
  const tradeId = state.engine.nextTradeId(symbol);
  const event: TradeEvent = { ...trade, tradeId, origin: 'exchange' };
  publish(self, state.pubsub, tradeEvents(symbol), event);
  return event;
}

function deposited({ engine }: BinanceMockState, { account, asset, amount }: Deposit): Balance {
  const before = engine.balances(account).find((balance) => balance.asset === asset);
  const free = before?.free.plus(amount) ?? amount;
  engine.restoreBalance(account, { asset, free });
  return { asset, free, locked: before?.locked ?? ZERO };
}

export const BinanceMock: GenServer<BinanceMockProtocol> = {
  kind: 'BinanceMock',
  init: (arg) => ({
    state: {
      pubsub: arg.pubsub,
      pacing: arg.pacing,
      clock: arg.clock,
      ledger: arg.ledger,
      lastTradeId: arg.lastTradeId,
      engine: new MatchingEngine(arg.symbols, arg),
      isGapless: arg.numbering === 'gapless',
      listening: new Set(),
      unfilled: new Set(),
      exchangeTime: null,
      placed: 0,
      filled: 0,
    },
    continue: 'restore',
  }),
  async continue(state, _note, self) {
    await restore(state, self);
    return { state };
  },
  calls: {
    symbolInfo(state, symbol, self) {
      const reply = state.engine.symbolInfo(symbol);
      // Whoever asks is about to trade it: so the first order is stamped with the time of the trade that caused it.
      if (reply !== undefined) listenTo(state, symbol, self);
      return { state, reply };
    },
    commissionRate: (state) => ({ state, reply: state.engine.commissionRate }),
    placeOrder: (state, request, self) =>
      answer(state, state.engine.place(request, now(state), request.account), self, (order): PlaceOutcome => {
        listenTo(state, order.symbol, self);
        state.placed++;
        return { kind: 'placed', order };
      }),
    cancelOrder: (state, request, self) =>
      state.engine.isPartlyMatched(request.symbol, request.key, request.account)
        ? cancelRest(state, request, self)
        : cancel(state, request, self),
    getOrder(state, { symbol, key, account }) {
      const order = state.engine.order(symbol, key, account);
      return { state, reply: order === undefined ? { kind: 'absent' } : { kind: 'found', order } };
    },
    openOrders: (state, { symbol, account }) => ({ state, reply: state.engine.openOrders(symbol, account) }),
    orders: (state, { symbol, account }) => ({ state, reply: state.engine.orders(symbol, account) }),
    balances: (state, account) => ({ state, reply: state.engine.balances(account) }),
    deposit: (state, request) => ({ state, reply: deposited(state, request) }),
  },
  casts: {
    async fill(state, what, self) {
      await fill(state, what, self);
      return { state };
    },
  },
  info(state, trade, self) {
    // A print of ours moves no price and never fills another order.
    if (trade.kind !== 'trade-event' || trade.origin === 'mock-print') return { state };
    if (!state.isGapless) state.exchangeTime = trade.tradeTime;
    const event = state.isGapless ? numbered(state, trade, self) : trade;
    const matched = state.engine.match(event);
    if (matched.length === 0) return { state };
    state.filled += matched.length;
    const what: Matched = { event, matched };
    state.unfilled.add(what);
    state.pacing.afterEvent(() => self.cast(self, 'fill', what));
    return { state };
  },
  inspect: ({ listening, placed, filled }) => ({ symbols: [...listening], placed, filled }),
};
