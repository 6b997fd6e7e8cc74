import { openTimeOf } from '../domain/candle.js';
import type { TradeEvent } from '../domain/trade-event.js';
import {
  type Address,
  type Down,
  type GenServer,
  type Protocol,
  type PubSubProtocol,
  publish,
  type Self,
  subscribeTo,
} from '../otp/index.js';
import type { Log } from '../ports/log.js';
import { ohlc, tradeEvents } from '../ports/topics.js';
import type { StoredMinutes, TradeHistory } from '../ports/trade-history.js';
import { Candles, LATE_MS } from './candles.js';
import { meetsSeam, vouchedMinutes } from './vouched-minutes.js';

/**
 * OhlcIndicator: sums one symbol's public trades up to candles and tells them on `OHLC:<SYMBOL>`: each when it closes,
 * again when a late trade changes it, and those that run when it is stopped.
 *
 * Starting and recovering are one path. With the first trade it hears, it loads the stored trades that came before, so that
 * the candles that run are whole again; trades that come meanwhile wait. Trades are stored a moment after they are told, so
 * it asks again for a while until the stored ones reach up to that first trade.
 */
export interface IndicatorDeps {
  readonly pubsub: Address<PubSubProtocol>;
  readonly log: Log;
  /** Null where nothing is stored: then the candles that run at the start are incomplete. */
  readonly history: TradeHistory | null;
}

export interface OhlcIndicatorArg {
  readonly deps: IndicatorDeps;
  readonly symbol: string;
}

type Phase = 'waiting for a trade' | 'loading' | 'running';

interface OhlcIndicatorState extends OhlcIndicatorArg {
  readonly candles: Candles;
  phase: Phase;
  loads: number;
  /** What came while the history was loaded, the first trade at its head. */
  waiting: TradeEvent[];
  /** Counted something since the running candles were last told. */
  untold: boolean;
  published: number;
}

type HistoryMessage =
  | { readonly kind: 'history-loaded'; readonly stored: StoredMinutes }
  | { readonly kind: 'history-failed'; readonly error: unknown }
  | { readonly kind: 'load-again' };

export interface OhlcIndicatorProtocol extends Protocol {
  readonly arg: OhlcIndicatorArg;
  readonly state: OhlcIndicatorState;
  readonly calls: {
    /** Tells the candles that run. Answered once everything before it in the mailbox was counted. */
    flush(nothing: null): void;
  };
  readonly info: TradeEvent | HistoryMessage;
  readonly continue: 'subscribe';
}

type IndicatorSelf = Self<OhlcIndicatorProtocol>;

/** Stored trades lag behind those told by less than a second; a gap that is still there after this is a real one. */
const MAX_LOADS = 5;
const LOAD_AGAIN_MS = 500;
const MAX_WAITING = 100_000;

const historyFrom = ({ tradeTime }: TradeEvent): number => openTimeOf('1d', tradeTime - LATE_MS);

function tell(state: OhlcIndicatorState, updates: ReturnType<Candles['running']>, self: IndicatorSelf): void {
  state.published += updates.length;
  for (const update of updates) publish(self, state.deps.pubsub, ohlc(state.symbol), update);
}

function count(state: OhlcIndicatorState, trade: TradeEvent, self: IndicatorSelf): void {
  tell(state, state.candles.add(trade), self);
  state.untold = true;
}

function onTrade(state: OhlcIndicatorState, trade: TradeEvent, self: IndicatorSelf): void {
  if (trade.origin === 'mock-print') return;
  if (state.phase === 'running') {
    count(state, trade, self);
    return;
  }
  state.waiting.push(trade);
  if (state.phase === 'waiting for a trade') load(state, self);
  else if (state.waiting.length > MAX_WAITING) run(state, self);
}

function load(state: OhlcIndicatorState, self: IndicatorSelf): void {
  const { history } = state.deps;
  if (history === null) {
    run(state, self);
    return;
  }
  state.phase = 'loading';
  state.loads++;
  const first = state.waiting[0] as TradeEvent;
  self.pipe(
    history.minutes(state.symbol, historyFrom(first), first.tradeId),
    (stored) => ({ kind: 'history-loaded', stored }),
    (error) => ({ kind: 'history-failed', error }),
  );
}

function onHistory(state: OhlcIndicatorState, stored: StoredMinutes, self: IndicatorSelf): void {
  const first = state.waiting[0] as TradeEvent;
  const lagging = !meetsSeam(stored, first.tradeId);
  if (lagging && state.loads < MAX_LOADS) {
    self.sendAfter(LOAD_AGAIN_MS, { kind: 'load-again' });
    return;
  }
  const vouched = vouchedMinutes(stored, historyFrom(first), first.tradeId);
  if (vouched !== undefined)
    tell(state, state.candles.startFrom(vouched, first.tradeId, first.tradeTime), self);
  else
    state.deps.log.info(`${state.symbol}: stored trades do not reach up to the first one heard`, {
      symbol: state.symbol,
      tradeId: first.tradeId,
    });
  run(state, self);
}

function onHistoryFailed(state: OhlcIndicatorState, error: unknown, self: IndicatorSelf): void {
  if (state.loads < MAX_LOADS) {
    self.sendAfter(LOAD_AGAIN_MS, { kind: 'load-again' });
    return;
  }
  // Candles go on without the database: those that run now are marked incomplete and are not stored.
  state.deps.log.warn(`${state.symbol}: the trades before could not be loaded`, {
    symbol: state.symbol,
    error: error instanceof Error ? error.name : 'unknown',
  });
  run(state, self);
}

function run(state: OhlcIndicatorState, self: IndicatorSelf): void {
  state.phase = 'running';
  const { waiting } = state;
  state.waiting = [];
  for (const trade of waiting) count(state, trade, self);
}

function tellRunning(state: OhlcIndicatorState, self: IndicatorSelf): void {
  if (state.phase === 'loading') run(state, self);
  if (!state.untold) return;
  tell(state, state.candles.running(), self);
  state.untold = false;
}

function onInfo(
  state: OhlcIndicatorState,
  message: TradeEvent | HistoryMessage | Down,
  self: IndicatorSelf,
): void {
  switch (message.kind) {
    case 'trade-event':
      onTrade(state, message, self);
      break;
    // The rest is news of a load that may have been given up meanwhile.
    case 'history-loaded':
      if (state.phase === 'loading') onHistory(state, message.stored, self);
      break;
    case 'history-failed':
      if (state.phase === 'loading') onHistoryFailed(state, message.error, self);
      break;
    case 'load-again':
      if (state.phase === 'loading') load(state, self);
      break;
    case 'down':
      break;
  }
}

export const OhlcIndicator: GenServer<OhlcIndicatorProtocol> = {
  kind: 'OhlcIndicator',
  init: (arg) => ({
    state: {
      ...arg,
      candles: new Candles(arg.symbol),
      phase: 'waiting for a trade',
      loads: 0,
      waiting: [],
      untold: false,
      published: 0,
    },
    continue: 'subscribe',
  }),
  continue(state, _note, self) {
    subscribeTo(self, state.deps.pubsub, tradeEvents(state.symbol), self);
    return { state };
  },
  calls: {
    flush(state, _nothing, self) {
      tellRunning(state, self);
      return { state };
    },
  },
  info(state, message, self) {
    onInfo(state, message, self);
    return { state };
  },
  beforeStop(state, self) {
    tellRunning(state, self);
    return Promise.resolve();
  },
  inspect: ({ phase, waiting, candles, published }) => ({
    phase,
    waiting: waiting.length,
    ...candles.counts,
    candles: candles.size,
    published,
  }),
};
