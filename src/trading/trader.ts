import type { ExecutionReport } from '../domain/execution-report.js';
import { isOpen, type OrderRequest } from '../domain/order.js';
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
import { executions, tradeEvents, type UserDataResumed, userData } from '../ports/topics.js';
import { type Action, type CycleEvent, type CycleTerms, decide } from '../strategy/decide.js';
import { canGoOnWith } from '../strategy/funds.js';
import { isUnplaced, type Position, rebuyStatus, workingLeg } from '../strategy/position.js';
import { clientOrderIdsOf, orderIdPrefixOf } from './client-order-ids.js';
import type { TradingDeps } from './deps.js';
import { describePosition, describeResult, orderFields } from './describe-position.js';
import { cancel, type ExchangeAnswer, getOrder, LOOKUP_RETRY_MS, place } from './exchange-requests.js';
import type { LeaderProtocol } from './leader.js';
import { askRebuy } from './leader-client.js';
import { LookUps } from './look-ups.js';
import type { MarketNews } from './market-news.js';

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
  /** Its settings stay; the symbol's rules may change. */
  terms: CycleTerms;
  readonly lookUps: LookUps;
  position: Position;
  /** Without a clear yes. */
  failedCancels: number;
}

type TraderInfo =
  | TradeEvent
  | ExecutionReport
  | UserDataResumed
  | ExchangeAnswer
  | { readonly kind: 'place-again'; readonly request: OrderRequest }
  | { readonly kind: 'look-up-again'; readonly request: OrderRequest; readonly wait: number }
  | { readonly kind: 'cancel-again' };

export interface TraderProtocol extends Protocol {
  readonly arg: TraderArg;
  readonly state: TraderState;
  readonly calls: { position(nothing: null): Position };
  readonly casts: {
    readonly settingsChanged: null;
    readonly marketNews: MarketNews;
    readonly rebuyAnswered: null;
    readonly shutDown: null;
  };
  readonly info: TraderInfo;
  readonly continue: 'begin';
}

type TraderSelf = Self<TraderProtocol>;

async function begin(state: TraderState, self: TraderSelf): Promise<Next<TraderProtocol>> {
  const { deps, cycle } = state;
  if (state.position.phase === 'closed') return { state, stop: 'normal' };
  subscribeTo(self, deps.pubsub, executions(cycle.symbol), self);
  subscribeTo(self, deps.pubsub, userData, self);
  const lost = deps.pacing.join(cycle.id, () => {
    subscribeTo(self, deps.pubsub, tradeEvents(cycle.symbol), self);
  });
  const leg = workingLeg(state.position);
  if (rebuyStatus(state.position) === 'asked') askRebuy(self, state.leader, cycle.id);
  for (const event of lost) await take(state, event, self);
  if (leg !== null) lookUp(state, leg.request, self);
  return { state };
}

/** @param lookUpMs how long to wait before an order is looked up, if that is what is to be done */
function take(
  state: TraderState,
  event: CycleEvent,
  self: TraderSelf,
  lookUpMs = 0,
): MaybePromise<Next<TraderProtocol>> {
  const { position, action } = decide(state.position, event, state.terms);
  if (position === state.position) return action === null ? { state } : act(state, action, self, lookUpMs);
  state.position = position;
  // Written down before it is acted on: whoever takes up this cycle must know of every order that may exist.
  const saved = state.deps.cycles.save(state.cycle, position);
  return saved === undefined
    ? act(state, action, self, lookUpMs)
    : saved.then(() => act(state, action, self, lookUpMs));
}

function act(
  state: TraderState,
  action: Action | null,
  self: TraderSelf,
  lookUpMs: number,
): Next<TraderProtocol> {
  // Killed while the position was being written down: whoever takes up the cycle acts on it.
  if (action !== null && self.alive) perform(state, action, self, lookUpMs);
  return state.position.phase === 'closed' ? { state, stop: 'normal' } : { state };
}

function perform(state: TraderState, action: Action, self: TraderSelf, lookUpMs: number): void {
  switch (action.kind) {
    case 'place-order':
      log(state, 'info', `placing ${action.request.side.toLowerCase()}`, orderFields(action.request));
      place(self, state.deps.exchange, action.request);
      break;
    case 'cancel-order':
      log(state, 'info', 'cancelling', orderFields(action.request));
      cancel(self, state.deps.exchange, action.request);
      break;
    case 'look-up':
      if (lookUpMs > 0) lookUpLater(state, action.request, lookUpMs, self);
      else lookUp(state, action.request, self);
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

function lookUp(state: TraderState, request: OrderRequest, self: TraderSelf): void {
  if (state.lookUps.ask(request.clientOrderId)) askOfOrder(state, request, self);
}

function askOfOrder({ deps, position }: TraderState, request: OrderRequest, self: TraderSelf): void {
  const leg = workingLeg(position);
  const isOfLeg = leg?.request.clientOrderId === request.clientOrderId;
  getOrder(self, deps.exchange, request, isOfLeg ? leg.orderId : null);
}

function lookUpLater(state: TraderState, request: OrderRequest, delayMs: number, self: TraderSelf): void {
  const wait = state.lookUps.wait(request.clientOrderId);
  if (wait !== null) self.sendAfter(delayMs, { kind: 'look-up-again', request, wait });
}

/** What was told of our orders may have been missed. An order that was never seen is being asked for, or placed, already. */
function onResumed(state: TraderState, self: TraderSelf): void {
  const leg = workingLeg(state.position);
  if (leg === null || leg.orderId === null) return;
  if (state.lookUps.askAnew(leg.request.clientOrderId)) askOfOrder(state, leg.request, self);
}

const CANCEL_RETRY_MS = 1_000;
const LONGEST_CANCEL_RETRY_MS = 30_000;
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
  if (state.lookUps.answered(request.clientOrderId)) lookUp(state, request, self);
  switch (outcome.kind) {
    case 'found':
      // When fills are still missing, the exchange needs a moment.
      return take(state, { kind: 'order-seen', order: outcome.order }, self, LOOKUP_RETRY_MS);
    case 'absent':
      return onAbsent(state, request, self);
    case 'unavailable':
      lookUpLater(state, request, outcome.retryAfterMs, self);
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
      // Slower and slower: cancels go before look-ups, and many that fail would leave no room for what settles them.
      self.sendAfter(Math.min(LONGEST_CANCEL_RETRY_MS, CANCEL_RETRY_MS * 2 ** state.failedCancels++), {
        kind: 'cancel-again',
      });
      return { state };
  }
}

/** Cancels once more, if the buy is still there to be cancelled. */
function cancelAgain(state: TraderState, self: TraderSelf): Next<TraderProtocol> {
  const { position } = state;
  if (position.phase === 'buying' && position.ending && isOpen(position.buy.status))
    cancel(self, state.deps.exchange, position.buy.request);
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
    lookUpLater(state, request, LOST_RETRY_MS, self);
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
  place(self, state.deps.exchange, request);
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
        clientOrderId: clientOrderIdsOf(orderIdPrefixOf(cycle, deps.cycles.orderIdPrefix), cycle.id),
      },
      lookUps: new LookUps(),
      position: cycle.position,
      failedCancels: 0,
    },
    continue: 'begin',
  }),
  continue: (state, _note, self) => begin(state, self),
  calls: { position: (state) => ({ state, reply: state.position }) },
  casts: {
    settingsChanged: (state, _nothing, self) => take(state, { kind: 'settings-changed' }, self),
    marketNews(state, { info, funds }, self) {
      if (info !== null) state.terms = { ...state.terms, info };
      const helps =
        info !== null || (funds !== null && canGoOnWith(funds, state.position, state.terms.settings));
      return helps ? take(state, { kind: 'conditions-changed' }, self) : { state };
    },
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
        if (state.lookUps.isDue(message.request.clientOrderId, message.wait))
          askOfOrder(state, message.request, self);
        return { state };
      case 'user-data-resumed':
        onResumed(state, self);
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

function log(state: TraderState, level: 'info' | 'warn', message: string, fields: LogFields = {}): void {
  state.deps.log[level](message, { symbol: state.cycle.symbol, traderId: state.cycle.id, ...fields });
}
