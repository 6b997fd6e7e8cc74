import { toWire } from '../domain/decimal.js';
import type { ExecutionReport } from '../domain/execution-report.js';
import type { OrderRequest } from '../domain/order.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { TradeEvent } from '../domain/trade-event.js';
import {
  type Address,
  type GenServer,
  type MaybePromise,
  type Next,
  type Protocol,
  type Self,
  subscribeTo,
} from '../otp/index.js';
import type { Cycle } from '../ports/cycle-store.js';
import type { CancelOutcome, LookupOutcome, PlaceOutcome } from '../ports/exchange.js';
import type { LogFields } from '../ports/log.js';
import { executions, tradeEvents } from '../ports/topics.js';
import { type Action, type CycleEvent, type CycleTerms, decide } from '../strategy/decide.js';
import { isUnplaced, type Position, rebuyStatus, workingLeg } from '../strategy/position.js';
import type { TradingDeps } from './deps.js';
import { describePosition, describeResult } from './describe-position.js';
import type { LeaderProtocol } from './leader.js';
import { askRebuy } from './leader-client.js';

/**
 * Trader: lives one trade cycle. It carries out what the strategy decides, and ends normally when the cycle is closed.
 *
 * Starting and recovering are one path: it takes up the cycle as the store has it, and when an order is under way asks the
 * exchange what became of it.
 */
export interface TraderArg {
  readonly deps: TradingDeps;
  readonly cycle: Cycle;
  readonly info: SymbolInfo;
  readonly leader: Address<LeaderProtocol>;
}

interface TraderState extends Omit<TraderArg, 'info'> {
  readonly terms: CycleTerms;
  position: Position;
}

type TraderInfo =
  | TradeEvent
  | ExecutionReport
  | { readonly kind: 'placement-answered'; readonly request: OrderRequest; readonly outcome: PlaceOutcome }
  | { readonly kind: 'place-again'; readonly request: OrderRequest }
  | { readonly kind: 'lookup-answered'; readonly request: OrderRequest; readonly outcome: LookupOutcome }
  | { readonly kind: 'look-up-again'; readonly request: OrderRequest }
  | { readonly kind: 'cancel-answered'; readonly request: OrderRequest; readonly outcome: CancelOutcome }
  | { readonly kind: 'cancel-again' };

export interface TraderProtocol extends Protocol {
  readonly arg: TraderArg;
  readonly state: TraderState;
  readonly calls: { position(nothing: null): Position };
  readonly casts: { readonly conditionsChanged: null; readonly rebuyAnswered: null; readonly shutDown: null };
  readonly info: TraderInfo;
  readonly continue: 'begin';
}

type TraderSelf = Self<TraderProtocol>;

/** Unique among all orders of the engine: cycle, side and attempt. At most 36 characters. */
const clientOrderIdsOf =
  (prefix: string, cycleId: number): CycleTerms['clientOrderId'] =>
  (side, attempt) =>
    `${prefix}-${cycleId}-${side === 'BUY' ? 'B' : 'S'}${attempt}`;

async function begin(state: TraderState, self: TraderSelf): Promise<Next<TraderProtocol>> {
  const { deps, cycle } = state;
  if (state.position.phase === 'closed') return { state, stop: 'normal' };
  subscribeTo(self, deps.pubsub, executions(cycle.symbol), self);
  const lost = deps.pacing.join(cycle.id, () => {
    subscribeTo(self, deps.pubsub, tradeEvents(cycle.symbol), self);
  });
  const leg = workingLeg(state.position);
  if (rebuyStatus(state.position) === 'asked') askRebuy(self, state.leader, cycle.id);
  for (const event of lost) await take(state, event, self);
  if (leg !== null) lookUp(state, leg.request, self);
  return { state };
}

function take(state: TraderState, event: CycleEvent, self: TraderSelf): MaybePromise<Next<TraderProtocol>> {
  const { position, action } = decide(state.position, event, state.terms);
  if (position === state.position) return action === null ? { state } : act(state, action, self);
  state.position = position;
  // Written down before it is acted on: whoever takes up this cycle must know of every order that may exist.
  const saved = state.deps.cycles.save(state.cycle, position);
  return saved === undefined ? act(state, action, self) : saved.then(() => act(state, action, self));
}

function act(state: TraderState, action: Action | null, self: TraderSelf): Next<TraderProtocol> {
  // Killed while the position was being written down: whoever takes up the cycle acts on it.
  if (action !== null && self.alive) perform(state, action, self);
  return state.position.phase === 'closed' ? { state, stop: 'normal' } : { state };
}

function perform(state: TraderState, action: Action, self: TraderSelf): void {
  switch (action.kind) {
    case 'place-order':
      log(state, 'info', `placing ${action.request.side.toLowerCase()}`, orderFields(action.request));
      place(state, action.request, self);
      break;
    case 'cancel-order':
      log(state, 'info', 'cancelling', orderFields(action.request));
      cancel(state, action.request, self);
      break;
    case 'ask-rebuy':
      log(state, 'info', 'asking for a rebuy');
      askRebuy(self, state.leader, state.cycle.id);
      break;
    case 'park':
      log(state, 'warn', `parked: ${action.why.reason}`, { code: action.why.code });
      break;
    case 'close':
      log(state, 'info', `cycle closed: ${describeResult(action.result)}`);
      break;
  }
}

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

function cancel({ deps }: TraderState, request: OrderRequest, self: TraderSelf): void {
  self.pipe(
    deps.exchange.cancelOrder(request.symbol, { clientOrderId: request.clientOrderId }),
    (outcome) => ({ kind: 'cancel-answered', request, outcome }),
    () => ({ kind: 'cancel-answered', request, outcome: { kind: 'outcome-unknown' } }),
  );
}

const LOOKUP_RETRY_MS = 1_000;
const CANCEL_RETRY_MS = 1_000;
const LOST_RETRY_MS = 60_000;

function onPlacementAnswered(
  state: TraderState,
  request: OrderRequest,
  outcome: PlaceOutcome,
  self: TraderSelf,
): MaybePromise<Next<TraderProtocol>> {
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
): MaybePromise<Next<TraderProtocol>> {
  switch (outcome.kind) {
    case 'found':
      return take(state, { kind: 'order-seen', order: outcome.order }, self);
    case 'absent':
      return onAbsent(state, request, self);
    case 'unavailable':
      self.sendAfter(outcome.retryAfterMs, { kind: 'look-up-again', request });
      return { state };
  }
}

function onCancelAnswered(
  state: TraderState,
  request: OrderRequest,
  outcome: CancelOutcome,
  self: TraderSelf,
): MaybePromise<Next<TraderProtocol>> {
  switch (outcome.kind) {
    case 'cancelled':
      return take(state, { kind: 'order-seen', order: outcome.order }, self);
    case 'rate-limited':
      self.sendAfter(outcome.retryAfterMs, { kind: 'cancel-again' });
      return { state };
    case 'rejected':
    case 'outcome-unknown':
      // It may have been filled meanwhile, never have arrived, or be open still: the look-up tells, and then it is tried again.
      lookUp(state, request, self);
      self.sendAfter(CANCEL_RETRY_MS, { kind: 'cancel-again' });
      return { state };
  }
}

/** Cancels once more, if the buy is still there to be cancelled. */
function cancelAgain(state: TraderState, self: TraderSelf): Next<TraderProtocol> {
  const { position } = state;
  if (position.phase === 'buying' && position.ending) cancel(state, position.buy.request, self);
  return { state };
}

function onAbsent(
  state: TraderState,
  request: OrderRequest,
  self: TraderSelf,
): MaybePromise<Next<TraderProtocol>> {
  const { position } = state;
  const { clientOrderId } = request;
  // Certain, by the port's word: the request never arrived.
  if (isUnplaced(position, clientOrderId)) return placeUnlessEnding(state, request, self);
  if (workingLeg(position)?.request.clientOrderId === clientOrderId) {
    // It was there once, and may have been filled: placing it again could buy or sell twice.
    log(state, 'warn', 'the exchange has lost an order, looking it up again', orderFields(request));
    self.sendAfter(LOST_RETRY_MS, { kind: 'look-up-again', request });
  }
  return { state };
}

/** Places, for the first time, an order that is certainly not there; or gives it up, when it is a buy and nothing new is wanted. */
function placeUnlessEnding(
  state: TraderState,
  request: OrderRequest,
  self: TraderSelf,
): MaybePromise<Next<TraderProtocol>> {
  const { position } = state;
  if (position.phase === 'buying' && position.ending) {
    const { clientOrderId } = request;
    return take(state, { kind: 'order-refused', clientOrderId, why: NEVER_SENT }, self);
  }
  place(state, request, self);
  return { state };
}

const NEVER_SENT = { code: null, reason: 'never sent' };

export const Trader: GenServer<TraderProtocol> = {
  kind: 'Trader',
  init: ({ deps, cycle, info, leader }) => ({
    state: {
      deps,
      leader,
      cycle,
      terms: {
        settings: cycle.settings,
        info,
        clientOrderId: clientOrderIdsOf(deps.cycles.orderIdPrefix, cycle.id),
      },
      position: cycle.position,
    },
    continue: 'begin',
  }),
  continue: (state, _note, self) => begin(state, self),
  calls: { position: (state) => ({ state, reply: state.position }) },
  casts: {
    conditionsChanged: (state, _nothing, self) => take(state, { kind: 'conditions-changed' }, self),
    rebuyAnswered: (state, _nothing, self) => take(state, { kind: 'rebuy-answered' }, self),
    shutDown: (state, _nothing, self) => take(state, { kind: 'shutdown-asked' }, self),
  },
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
        return isUnplaced(state.position, message.request.clientOrderId)
          ? placeUnlessEnding(state, message.request, self)
          : { state };
      case 'look-up-again':
        lookUp(state, message.request, self);
        return { state };
      case 'cancel-answered':
        return onCancelAnswered(state, message.request, message.outcome, self);
      case 'cancel-again':
        return cancelAgain(state, self);
      case 'down':
        return { state };
    }
  },
  inspect: ({ cycle, position }) => ({ cycle: cycle.id, ...describePosition(position) }),
};

const orderFields = ({ side, price, quantity, clientOrderId }: OrderRequest): LogFields => ({
  side,
  price: toWire(price),
  quantity: toWire(quantity),
  clientOrderId,
});

function log(state: TraderState, level: 'info' | 'warn', message: string, fields: LogFields = {}): void {
  state.deps.log[level](message, { symbol: state.cycle.symbol, traderId: state.cycle.id, ...fields });
}
