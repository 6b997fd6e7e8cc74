import type { Order, OrderRequest } from '../../domain/order.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import {
  type Address,
  type Answer,
  type GenServer,
  type MaybePromise,
  type Protocol,
  type Publication,
  type PubSubProtocol,
  publication,
  publishAll,
  type Self,
  subscribeTo,
} from '../../otp/index.js';
import type { Clock } from '../../ports/clock.js';
import type { CancelOutcome, LookupOutcome, OrderKey, PlaceOutcome } from '../../ports/exchange.js';
import type { OrderLedger } from '../../ports/order-ledger.js';
import type { Pacing } from '../../ports/pacing.js';
import { executions, orders, tradeEvents } from '../../ports/topics.js';
import { MatchingEngine, type OrderChange, type Result } from './matching-engine.js';

/**
 * BinanceMock: an exchange in the process. It owns the books; public trades on `TRADE_EVENTS:<SYMBOL>` fill its orders, and
 * it tells of them as the real one does. What it tells is in its ledger first.
 */
export interface BinanceMockArg {
  readonly symbols: Iterable<SymbolInfo>;
  readonly pubsub: Address<PubSubProtocol>;
  readonly pacing: Pacing;
  readonly clock: Clock;
  readonly ledger: OrderLedger;
  /** How many orders of a symbol that are no longer open can still be looked up; default all. */
  readonly finalOrdersKept?: number;
}

interface BinanceMockState extends Omit<BinanceMockArg, 'symbols' | 'finalOrdersKept'> {
  readonly engine: MatchingEngine;
  /** Symbols whose trades it listens to: those that somebody asked about or ordered. */
  readonly listening: Set<string>;
  /** Time of the last trade seen. Stamping orders with it makes a replay's orders those of the tape's time. */
  exchangeTime: number | null;
  placed: number;
  filled: number;
}

/** Orders that a trade went through, to be filled and told of once the trade itself has settled. */
interface Matched {
  readonly event: TradeEvent;
  readonly matched: readonly Order[];
}

export interface BinanceMockProtocol extends Protocol {
  readonly arg: BinanceMockArg;
  readonly state: BinanceMockState;
  readonly calls: {
    symbolInfo(symbol: string): SymbolInfo | undefined;
    placeOrder(request: OrderRequest): PlaceOutcome;
    cancelOrder(request: { readonly symbol: string; readonly key: OrderKey }): CancelOutcome;
    getOrder(request: { readonly symbol: string; readonly key: OrderKey }): LookupOutcome;
    openOrders(symbol: string | undefined): readonly Order[];
  };
  readonly casts: { readonly fill: Matched };
  readonly info: TradeEvent;
  readonly continue: 'restore';
}

type MockSelf = Self<BinanceMockProtocol>;

const now = ({ exchangeTime, clock }: BinanceMockState): number => exchangeTime ?? clock.wallMs();

/** What is told of a change: the report before the print, so that the owner knows its own trade when it sees it. */
function tidings({ order, report, print }: OrderChange): Publication[] {
  const told = [
    publication(executions(order.symbol), report),
    publication(orders(order.symbol), { kind: 'order-update', order }),
  ];
  return print === null ? told : [...told, publication(tradeEvents(order.symbol), print)];
}

/** Tells of all changes in one go: fills that one trade caused belong together. */
function tell({ pubsub, pacing }: BinanceMockState, changes: readonly OrderChange[], self: MockSelf): void {
  for (const { print } of changes) if (print !== null) pacing.printed(print);
  publishAll(self, pubsub, changes.flatMap(tidings));
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
  const saved = state.ledger.save(change.order);
  return saved === undefined ? finish() : saved.then(finish);
}

function listenTo(state: BinanceMockState, symbol: string, self: MockSelf): void {
  if (state.listening.has(symbol)) return;
  state.listening.add(symbol);
  subscribeTo(self, state.pubsub, tradeEvents(symbol), self);
}

async function restore(state: BinanceMockState, self: MockSelf): Promise<void> {
  for (const order of await state.ledger.load()) {
    state.engine.restore(order);
    listenTo(state, order.symbol, self);
  }
}

async function fill(state: BinanceMockState, { event, matched }: Matched, self: MockSelf): Promise<void> {
  const kept: OrderChange[] = [];
  try {
    for (const resting of matched) {
      const change = state.engine.fill(resting, event);
      const saved = state.ledger.save(change.order);
      if (saved !== undefined) await saved;
      kept.push(change);
    }
  } finally {
    // Also when the ledger refuses one of them: what is kept will not be told by anyone else.
    tell(state, kept, self);
  }
}

export const BinanceMock: GenServer<BinanceMockProtocol> = {
  kind: 'BinanceMock',
  init: ({ symbols, finalOrdersKept, ...deps }) => ({
    state: {
      ...deps,
      engine: new MatchingEngine(symbols, finalOrdersKept),
      listening: new Set(),
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
    placeOrder: (state, request, self) =>
      answer(state, state.engine.place(request, now(state)), self, (order): PlaceOutcome => {
        listenTo(state, order.symbol, self);
        state.placed++;
        return { kind: 'placed', order };
      }),
    cancelOrder: (state, { symbol, key }, self) =>
      answer(
        state,
        state.engine.cancel(symbol, key, now(state)),
        self,
        (order): CancelOutcome => ({ kind: 'cancelled', order }),
      ),
    getOrder(state, { symbol, key }) {
      const order = state.engine.order(symbol, key);
      return { state, reply: order === undefined ? { kind: 'absent' } : { kind: 'found', order } };
    },
    openOrders: (state, symbol) => ({ state, reply: state.engine.openOrders(symbol) }),
  },
  casts: {
    async fill(state, what, self) {
      await fill(state, what, self);
      return { state };
    },
  },
  info(state, event, self) {
    // A print of ours moves no price and never fills another order.
    if (event.kind !== 'trade-event' || event.origin === 'mock-print') return { state };
    state.exchangeTime = event.tradeTime;
    const matched = state.engine.match(event);
    if (matched.length === 0) return { state };
    state.filled += matched.length;
    state.pacing.afterEvent(() => self.cast(self, 'fill', { event, matched }));
    return { state };
  },
  inspect: ({ listening, placed, filled }) => ({ symbols: [...listening], placed, filled }),
};
