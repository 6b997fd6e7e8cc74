import type { Order, OrderRequest } from '../../domain/order.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';
import type { GenServer, Next, PendingCall, Protocol, Self } from '../../otp/index.js';
import type { OrderKey } from '../../ports/exchange.js';
import {
  type BinanceClientArg,
  type ClientState,
  exchangeNow,
  isReady,
  newClientState,
} from './rest/client-state.js';
import { type Answered, enqueue, onAnswered, sendWaiting } from './rest/dispatch.js';
import { localRefusal } from './rest/local-refusal.js';
import type { RestOutcome } from './rest/outcome.js';
import type { Timing } from './rest/request-queue.js';
import { exchangeRules, placeLimitOrder, type RestRequest, serverTime } from './rest/requests.js';
import type { ExchangeRules } from './rest/rules-wire.js';

/**
 * BinanceClient: the one that talks to Binance's REST API. It owns what all requests share: the rate limits, the exchange's
 * clock and rules, whether the keys are any good, and which orders are on their way.
 */
interface BinanceClientState extends ClientState {
  /** Who asked for a symbol before the rules were known. */
  waiting: { readonly symbol: string; readonly from: PendingCall<SymbolInfo | undefined> }[];
  cancelWake: () => void;
}

/** Which order. */
export interface OrderName {
  readonly symbol: string;
  readonly key: OrderKey;
}

type ClientMessage =
  | { readonly kind: 'wake' }
  | { readonly kind: 'answered'; readonly answered: Answered }
  | { readonly kind: 'defect'; readonly error: unknown };

export interface BinanceClientProtocol extends Protocol {
  readonly arg: BinanceClientArg;
  readonly state: BinanceClientState;
  readonly calls: {
    /** Sends it when its turn comes. Rejects what places an order. */
    request(request: RestRequest<unknown>): RestOutcome<unknown>;
    /** Sends an order that the rules allow and that was not sent before. */
    place(request: OrderRequest): RestOutcome<Order>;
    /** Answered once the exchange has told its rules. */
    symbolInfo(symbol: string): SymbolInfo | undefined;
    /** How long until an order that is not found can no longer appear, in milliseconds. */
    settledInMs(name: OrderName): number;
    /** What a request is to be signed with now, Unix milliseconds; null while the exchange's clock is unknown. */
    timestamp(nothing: null): number | null;
  };
  readonly casts: {
    /** It was looked for, and is certainly not there: it may be placed. */
    readonly foundAbsent: { readonly symbol: string; readonly clientOrderId: string };
  };
  readonly info: ClientMessage;
  readonly continue: 'begin';
}

type State = BinanceClientState;
type ClientSelf = Self<BinanceClientProtocol>;

/** After each message: does what is due, sends what may go, and sets the timer for the rest. */
function proceed(state: State, self: ClientSelf): Next<BinanceClientProtocol> {
  const nowMs = state.clock.monotonicMs();
  if (state.clockSync.waitMs(nowMs) === 0) syncClock(state);
  if (state.rulesLoading.waitMs(nowMs) === 0) loadRules(state);
  const sendableInMs = sendWaiting(state, (answered) => {
    self.pipe(
      answered,
      (value) => ({ kind: 'answered', answered: value }),
      (error) => ({ kind: 'defect', error }),
    );
  });
  if (isReady(state)) tellWaiting(state);
  state.cancelWake();
  const dueInMs = [state.clockSync, state.rulesLoading].map((chore) => chore.waitMs(nowMs) ?? Infinity);
  const wakeInMs = Math.min(sendableInMs, ...dueInMs);
  state.cancelWake = wakeInMs === Infinity ? () => undefined : self.sendAfter(wakeInMs, { kind: 'wake' });
  return { state };
}

function tellWaiting(state: State): void {
  for (const { symbol, from } of state.waiting) from.reply(state.symbols?.get(symbol));
  state.waiting = [];
}

function syncClock(state: State): void {
  const { clock, clockSync, exchangeClock, limits } = state;
  clockSync.begin(clock.monotonicMs());
  ask(state, serverTime, (outcome, timing) => {
    const before = exchangeNow(state);
    if (
      outcome.kind !== 'ok' ||
      timing === null ||
      !exchangeClock.sync(outcome.value, timing.sentMs, timing.receivedMs)
    ) {
      return choreFailed(state, 'clockSync', 'cannot learn the time of the exchange', outcome);
    }
    limits.timeMoved(exchangeNow(state) - before);
    clockSync.done(clock.monotonicMs());
  });
}

function loadRules(state: State): void {
  const { clock, rulesLoading, limits, log } = state;
  rulesLoading.begin(clock.monotonicMs());
  ask(state, exchangeRules, (outcome) => {
    if (outcome.kind !== 'ok')
      return choreFailed(state, 'rulesLoading', 'cannot learn the rules of the exchange', outcome);
    const { symbols, rateLimits, unreadable }: ExchangeRules = outcome.value;
    if (unreadable > 0) log.warn('some symbols of the exchange cannot be read', { symbols: unreadable });
    state.symbols = symbols;
    if (rateLimits.length > 0) limits.adopt(rateLimits);
    rulesLoading.done(clock.monotonicMs());
  });
}

function choreFailed(
  state: State,
  chore: 'clockSync' | 'rulesLoading',
  what: string,
  outcome: RestOutcome<unknown>,
): void {
  const failures = state[chore].failed(state.clock.monotonicMs(), state.random());
  // One line for a whole outage.
  if (failures === 1) state.log.warn(`${what}, trying again until it works`, { because: outcome.kind });
}

function ask<T>(
  state: State,
  request: RestRequest<T>,
  done: (outcome: RestOutcome<T>, timing: Timing | null) => void,
): void {
  enqueue(state, request, done as (outcome: RestOutcome<unknown>, timing: Timing | null) => void);
}

const ALREADY_SENT = { kind: 'unknown', why: 'it was sent before' } as const;
const ALREADY_PLACED = { kind: 'rejected', code: -2010, reason: 'Duplicate order sent.' } as const;
const NOT_READY = { kind: 'rate-limited', retryAfterMs: 1_000 } as const;

/** Why an order is not sent; null when it is. */
function whyNotPlaced(state: State, request: OrderRequest): RestOutcome<Order> | null {
  // First of all: what has been sent must not be called rejected, whatever the rules say by now.
  const phase = state.arrivals.phaseOf(request.symbol, request.clientOrderId);
  if (phase !== null) return phase === 'placed' ? ALREADY_PLACED : ALREADY_SENT;
  if (state.halted !== null) return state.halted;
  if (!isReady(state)) return NOT_READY;
  const refusal = localRefusal(state.symbols?.get(request.symbol), request);
  // By rules that may have changed since.
  if (refusal !== null) state.rulesLoading.hurry(state.clock.monotonicMs());
  return refusal;
}

export const BinanceClient: GenServer<BinanceClientProtocol> = {
  kind: 'BinanceClient',
  init: (arg) => ({
    state: { ...newClientState(arg), waiting: [], cancelWake: () => undefined },
    continue: 'begin',
  }),
  continue: (state, _note, self) => proceed(state, self),
  calls: {
    request(state, request, self, from) {
      // By this way it would pass what keeps an order from being sent twice.
      if (request.places !== undefined) {
        from.refuse(new Error('an order is placed by `place`'));
        return { state, noReply: true };
      }
      enqueue(state, request, (outcome) => from.reply(outcome));
      return { ...proceed(state, self), noReply: true };
    },
    place(state, request, self, from) {
      const reply = whyNotPlaced(state, request);
      if (reply !== null) return { ...proceed(state, self), reply };
      state.arrivals.begun(request.symbol, request.clientOrderId);
      ask(state, placeLimitOrder(request), (outcome) => from.reply(outcome));
      return { ...proceed(state, self), noReply: true };
    },
    symbolInfo(state, symbol, _self, from) {
      if (isReady(state)) return { state, reply: state.symbols?.get(symbol) };
      state.waiting.push({ symbol, from });
      return { state, noReply: true };
    },
    settledInMs: (state, { symbol, key }) => ({
      state,
      reply: state.arrivals.settledInMs(symbol, key, state.clock.monotonicMs()),
    }),
    timestamp: (state) => ({ state, reply: state.exchangeClock.timestamp(state.clock.monotonicMs()) }),
  },
  casts: {
    foundAbsent(state, { symbol, clientOrderId }) {
      state.arrivals.foundAbsent(symbol, clientOrderId);
      return { state };
    },
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'answered':
        onAnswered(state, message.answered);
        break;
      case 'defect':
        throw message.error;
      case 'wake':
      case 'down':
        break;
    }
    return proceed(state, self);
  },
  inspect: (state) => ({
    ready: isReady(state),
    halted: state.halted?.reason ?? null,
    symbols: state.symbols?.size ?? null,
    waiting: state.queue.size,
    underWay: Object.values(state.underWay).reduce((sum, count) => sum + count, 0),
    clockSynced: state.exchangeClock.isSynced,
    ...state.limits.inspect(exchangeNow(state)),
  }),
};
