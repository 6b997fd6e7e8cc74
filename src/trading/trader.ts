import { isOpen, type OrderRequest } from '../domain/order.js';
import { type GenServer, type MaybePromise, type Next, subscribeTo } from '../otp/index.js';
import type { CancelOutcome, LookupOutcome, PlaceOutcome } from '../ports/exchange.js';
import { executions, tradeEvents, userData } from '../ports/topics.js';
import { type Action, type CycleEvent, decide } from '../strategy/decide.js';
import { canGoOnWith } from '../strategy/funds.js';
import { isUnplaced, rebuyStatus, workingLeg } from '../strategy/position.js';
import { clientOrderIdsOf, orderIdPrefixOf } from './client-order-ids.js';
import { orderFields } from './cycle-log.js';
import { describePosition } from './describe-position.js';
import { cancel, getOrder, LOOKUP_RETRY_MS, place } from './exchange-requests.js';
import { askRebuy } from './leader-client.js';
import { LookUps } from './look-ups.js';
import type { Pending } from './standing.js';
import { log, logBegin, logClosed, logOrder } from './trader-log.js';
import type { TraderProtocol, TraderSelf, TraderState } from './trader-protocol.js';

async function begin(state: TraderState, self: TraderSelf): Promise<Next<TraderProtocol>> {
  const { deps, cycle } = state;
  if (state.position.phase === 'closed') return { state, stop: 'normal' };
  state.standing.begins(cycle.id, state.position);
  logBegin(state);
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
  logOrder(state, event);
  state.position = position;
  state.standing.moved(state.cycle.id, position, state.deps.clock.monotonicMs());
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
      placeNow(state, action.request, self);
      break;
    case 'cancel-order':
      log(state, 'info', 'cancelling', orderFields(action.request));
      cancelNow(state, action.request, self);
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
      logClosed(state);
      break;
  }
}

function placeNow(state: TraderState, request: OrderRequest, self: TraderSelf): void {
  waits(state, { what: 'place', dueMs: null });
  place(self, state.deps.exchange, request);
}

function cancelNow(state: TraderState, request: OrderRequest, self: TraderSelf): void {
  waits(state, { what: 'cancel', dueMs: null });
  cancel(self, state.deps.exchange, request);
}

const waits = ({ standing, cycle }: TraderState, pending: Pending | null): void =>
  standing.waits(cycle.id, pending);

const dueIn = ({ deps }: TraderState, what: Pending['what'], ms: number): Pending => ({
  what,
  dueMs: deps.clock.monotonicMs() + ms,
});

function lookUp(state: TraderState, request: OrderRequest, self: TraderSelf): void {
  if (state.lookUps.ask(request.clientOrderId)) askOfOrder(state, request, self);
}

function askOfOrder(state: TraderState, request: OrderRequest, self: TraderSelf): void {
  const { deps, position } = state;
  log(state, 'debug', 'looking the order up', orderFields(request));
  waits(state, { what: 'look-up', dueMs: null });
  const leg = workingLeg(position);
  const isOfLeg = leg?.request.clientOrderId === request.clientOrderId;
  getOrder(self, deps.exchange, request, isOfLeg ? leg.orderId : null);
}

function lookUpLater(state: TraderState, request: OrderRequest, delayMs: number, self: TraderSelf): void {
  const wait = state.lookUps.wait(request.clientOrderId);
  if (wait === null) return;
  log(state, 'debug', 'looking the order up again later', { ...orderFields(request), waitMs: delayMs });
  waits(state, dueIn(state, 'look-up', delayMs));
  self.sendAfter(delayMs, { kind: 'look-up-again', request, wait });
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
      waits(state, null);
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
      log(state, 'debug', 'nothing may be placed now, placing it later', {
        ...orderFields(request),
        waitMs: outcome.retryAfterMs,
      });
      waits(state, dueIn(state, 'place', outcome.retryAfterMs));
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
  waits(state, null);
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
      waits(state, null);
      return take(state, { kind: 'order-seen', order: outcome.order }, self);
    case 'rate-limited':
      waits(state, dueIn(state, 'cancel', outcome.retryAfterMs));
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
    cancelNow(state, position.buy.request, self);
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
  if (isUnplaced(position, clientOrderId)) {
    log(state, 'info', 'the order never arrived', orderFields(request));
    return placeUnlessEnding(state, request, self);
  }
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
  placeNow(state, request, self);
  return { state };
}

const NEVER_SENT = { code: null, reason: 'never sent' };

/**
 * Trader: lives one trade cycle. It carries out what the strategy decides, and ends normally when the cycle is closed.
 *
 * Starting and recovering are one path: it takes up the cycle as the store has it, and when an order is under way asks the
 * exchange what became of it.
 */
export const Trader: GenServer<TraderProtocol> = {
  kind: 'Trader',
  init: ({ deps, cycle, info, leader, standing }) => ({
    state: {
      deps,
      leader,
      standing,
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
