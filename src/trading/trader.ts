import { toWire } from '../domain/decimal.js';
import type { ExecutionReport } from '../domain/execution-report.js';
import type { OrderRequest } from '../domain/order.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { TradeEvent } from '../domain/trade-event.js';
import { type Address, type GenServer, type Protocol, type Self, subscribeTo } from '../otp/index.js';
import type { LookupOutcome, PlaceOutcome } from '../ports/exchange.js';
import type { LogFields } from '../ports/log.js';
import { executions, tradeEvents } from '../ports/topics.js';
import { type Action, type CycleEvent, type CycleTerms, decide } from '../strategy/decide.js';
import { type CycleResult, isUnplaced, type Position, workingLeg } from '../strategy/position.js';
import type { Cycle } from './cycle-book.js';
import type { TradingDeps } from './deps.js';
import type { LeaderProtocol } from './leader.js';
import { askRebuy } from './leader-client.js';

/**
 * Trader: lives one trade cycle. It carries out what the strategy decides, and ends normally when the cycle is closed.
 *
 * Starting and recovering are one path: it takes up the cycle as the book has it, and when an order is under way asks the
 * exchange what became of it.
 */
export interface TraderArg {
  readonly deps: TradingDeps;
  readonly cycle: Cycle;
  readonly info: SymbolInfo;
  readonly leader: Address<LeaderProtocol>;
}

interface TraderState extends Omit<TraderArg, 'cycle' | 'info'> {
  readonly cycleId: number;
  readonly symbol: string;
  readonly terms: CycleTerms;
  position: Position;
}

type TraderInfo =
  | TradeEvent
  | ExecutionReport
  | { readonly kind: 'placement-answered'; readonly request: OrderRequest; readonly outcome: PlaceOutcome }
  | { readonly kind: 'place-again'; readonly request: OrderRequest }
  | { readonly kind: 'lookup-answered'; readonly request: OrderRequest; readonly outcome: LookupOutcome }
  | { readonly kind: 'look-up-again'; readonly request: OrderRequest };

export interface TraderProtocol extends Protocol {
  readonly arg: TraderArg;
  readonly state: TraderState;
  readonly calls: { position(nothing: null): Position };
  readonly casts: { readonly conditionsChanged: null };
  readonly info: TraderInfo;
  readonly continue: 'begin';
}

type TraderSelf = Self<TraderProtocol>;

/** Unique among all orders of the engine: cycle, side and attempt. At most 36 characters. */
const clientOrderIdsOf =
  (prefix: string, cycleId: number): CycleTerms['clientOrderId'] =>
  (side, attempt) =>
    `${prefix}-${cycleId}-${side === 'BUY' ? 'B' : 'S'}${attempt}`;

function begin(state: TraderState, self: TraderSelf): void {
  const { deps, symbol, position } = state;
  subscribeTo(self, deps.pubsub, executions(symbol), self);
  const listen = (): void => {
    subscribeTo(self, deps.pubsub, tradeEvents(symbol), self);
  };
  // A flat trader must not hear the event during which it was started; one with an order was there already.
  if (position.phase === 'flat') deps.pacing.beforeNextEvent(listen);
  else listen();
  const leg = workingLeg(position);
  if (leg !== null) lookUp(state, leg.request, self);
}

function take(
  state: TraderState,
  event: CycleEvent,
  self: TraderSelf,
): { state: TraderState; stop?: 'normal' } {
  const { position, action } = decide(state.position, event, state.terms);
  if (position !== state.position) {
    state.position = position;
    // Written down before it is acted on: whoever takes up this cycle must know of every order that may exist.
    state.deps.cycles.save(state.cycleId, position);
  }
  if (action !== null) perform(state, action, self);
  return position.phase === 'closed' ? { state, stop: 'normal' } : { state };
}

function perform(state: TraderState, action: Action, self: TraderSelf): void {
  switch (action.kind) {
    case 'place-order':
      log(state, 'info', `placing ${action.request.side.toLowerCase()}`, orderFields(action.request));
      place(state, action.request, self);
      break;
    case 'ask-rebuy':
      log(state, 'info', 'asking for a rebuy');
      askRebuy(self, state.leader, state.cycleId);
      break;
    case 'park':
      log(state, 'warn', `parked: ${action.why.reason}`, { code: action.why.code });
      break;
    case 'close':
      log(state, 'info', `cycle closed: ${describeResult(action.result)}`);
      break;
  }
}

const describeResult = (result: CycleResult): string =>
  result.kind === 'sold' ? 'sold' : `${result.quantity.toFixed()} is too little to be sold again`;

function place({ deps }: TraderState, request: OrderRequest, self: TraderSelf): void {
  self.pipe(
    deps.exchange.placeOrder(request),
    (outcome) => ({ kind: 'placement-answered', request, outcome }),
    () => ({ kind: 'placement-answered', request, outcome: { kind: 'outcome-unknown' } }),
  );
}

function lookUp({ deps }: TraderState, request: OrderRequest, self: TraderSelf): void {
  self.pipe(
    deps.exchange.getOrder(request.symbol, { clientOrderId: request.clientOrderId }),
    (outcome) => ({ kind: 'lookup-answered', request, outcome }),
    () => ({
      kind: 'lookup-answered',
      request,
      outcome: { kind: 'unavailable', retryAfterMs: LOOKUP_RETRY_MS },
    }),
  );
}

const LOOKUP_RETRY_MS = 1_000;
const LOST_RETRY_MS = 60_000;

function onPlacementAnswered(
  state: TraderState,
  request: OrderRequest,
  outcome: PlaceOutcome,
  self: TraderSelf,
) {
  switch (outcome.kind) {
    case 'placed':
      return take(state, { kind: 'order-seen', order: outcome.order }, self);
    case 'rejected': {
      const { clientOrderId } = request;
      return take(
        state,
        { kind: 'order-refused', clientOrderId, why: { code: outcome.code, reason: outcome.reason } },
        self,
      );
    }
    case 'rate-limited':
      self.sendAfter(outcome.retryAfterMs, { kind: 'place-again', request });
      return { state };
    case 'outcome-unknown':
      log(state, 'warn', 'the outcome of a placement is unknown, looking it up', orderFields(request));
      lookUp(state, request, self);
      return { state };
  }
}

function onLookupAnswered(
  state: TraderState,
  request: OrderRequest,
  outcome: LookupOutcome,
  self: TraderSelf,
) {
  switch (outcome.kind) {
    case 'found':
      return take(state, { kind: 'order-seen', order: outcome.order }, self);
    case 'absent':
      onAbsent(state, request, self);
      return { state };
    case 'unavailable':
      self.sendAfter(outcome.retryAfterMs, { kind: 'look-up-again', request });
      return { state };
  }
}

function onAbsent(state: TraderState, request: OrderRequest, self: TraderSelf): void {
  if (isUnplaced(state.position, request.clientOrderId)) {
    // Certain, by the port's word: the request never arrived, so this places it for the first time.
    place(state, request, self);
  } else if (workingLeg(state.position)?.request.clientOrderId === request.clientOrderId) {
    // It was there once, and may have been filled: placing it again could buy or sell twice.
    log(state, 'warn', 'the exchange has lost an order, looking it up again', orderFields(request));
    self.sendAfter(LOST_RETRY_MS, { kind: 'look-up-again', request });
  }
}

export const Trader: GenServer<TraderProtocol> = {
  kind: 'Trader',
  init: ({ deps, cycle, info, leader }) => ({
    state: {
      deps,
      leader,
      cycleId: cycle.id,
      symbol: cycle.symbol,
      terms: {
        settings: cycle.settings,
        info,
        clientOrderId: clientOrderIdsOf(deps.orderIdPrefix, cycle.id),
      },
      position: cycle.position,
    },
    continue: 'begin',
  }),
  continue(state, _note, self) {
    begin(state, self);
    return { state };
  },
  calls: { position: (state) => ({ state, reply: state.position }) },
  casts: { conditionsChanged: (state, _nothing, self) => take(state, { kind: 'conditions-changed' }, self) },
  info(state, message, self) {
    switch (message.kind) {
      case 'trade-event':
      case 'execution-report':
        return take(state, message, self);
      case 'placement-answered':
        return onPlacementAnswered(state, message.request, message.outcome, self);
      case 'lookup-answered':
        return onLookupAnswered(state, message.request, message.outcome, self);
      case 'place-again':
        if (isUnplaced(state.position, message.request.clientOrderId)) place(state, message.request, self);
        return { state };
      case 'look-up-again':
        lookUp(state, message.request, self);
        return { state };
      case 'down':
        return { state };
    }
  },
  inspect: ({ cycleId, position }) => ({ cycle: cycleId, ...describePosition(position) }),
};

function describePosition(position: Position): Record<string, string> {
  const { phase } = position;
  switch (phase) {
    case 'flat':
    case 'closed':
      return { phase };
    case 'buying':
      return { phase, buy: toWire(position.buy.request.price), filled: position.buy.filled.toFixed() };
    case 'selling':
      return {
        phase,
        bought: toWire(position.buy.request.price),
        sell: toWire(position.sell.request.price),
        filled: position.sell.filled.toFixed(),
      };
    case 'buy-parked':
    case 'sell-parked':
      return { phase, why: position.why.reason };
  }
}

const orderFields = ({ side, price, quantity, clientOrderId }: OrderRequest): LogFields => ({
  side,
  price: toWire(price),
  quantity: toWire(quantity),
  clientOrderId,
});

function log(state: TraderState, level: 'info' | 'warn', message: string, fields: LogFields = {}): void {
  state.deps.log[level](message, { symbol: state.symbol, traderId: state.cycleId, ...fields });
}
