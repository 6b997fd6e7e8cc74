import {
  type Address,
  type GenServer,
  type Next,
  type PendingCall,
  type Protocol,
  type PubSubProtocol,
  publish,
  type Self,
} from '../../../otp/index.js';
import type { Clock } from '../../../ports/clock.js';
import { market } from '../../../ports/topics.js';
import type { TradeFeed } from '../../../streaming/trade-feed.js';

/**
 * Market: the trades of everybody else in one symbol. It publishes them on `MARKET:<SYMBOL>`, each when its feed says that it is
 * due or, in step mode, when it is asked to, and stamps them with the time at which it does.
 */
export interface MarketArg {
  readonly symbol: string;
  readonly feed: TradeFeed;
  readonly pubsub: Address<PubSubProtocol>;
  readonly clock: Clock;
  /** As it is wanted now: a market that is started again goes on in it. */
  readonly modeNow: () => MarketMode;
}

/** `run`: at the feed's pace. `step`: only when asked to. */
export type MarketMode = 'run' | 'step';

/** How a market is getting on. */
export interface MarketReport {
  readonly mode: MarketMode;
  /** `ended`: a tape is over. */
  readonly phase: 'waiting' | 'loading' | 'ended';
  readonly published: number;
}

interface Stepping {
  left: number;
  done: number;
  readonly from: PendingCall<number>;
}

interface MarketState extends MarketArg {
  /** Steps asked for, the first of which is under way. */
  readonly steps: Stepping[];
  phase: MarketReport['phase'];
  cancelTimer: () => void;
}

export interface MarketProtocol extends Protocol {
  readonly arg: MarketArg;
  readonly state: MarketState;
  readonly calls: {
    /** Publishes the next trades; answers how many there were, fewer at the end of a tape. */
    step(count: number): number;
    /** The mode may have changed. */
    lookAgain(nothing: null): MarketReport;
    report(nothing: null): MarketReport;
  };
  readonly info:
    | { readonly kind: 'due' | 'loaded' }
    | { readonly kind: 'load-failed'; readonly error: unknown };
  readonly continue: 'begin';
}

type MarketSelf = Self<MarketProtocol>;

/** Most trades published in one turn, so that a fast market holds up nobody for long. */
const MOST_AT_ONCE = 500;

/** Publishes what is due, and comes back when more is. */
function goOn(state: MarketState, self: MarketSelf): Next<MarketProtocol> {
  if (state.phase === 'loading') return { state };
  state.cancelTimer();
  for (let count = 0; count < MOST_AT_ONCE; count++) {
    if (!state.feed.isLoaded) return load(state, self);
    if (state.feed.head() === null) return end(state);
    const waitMs = waitOf(state);
    if (waitMs === null) return { state };
    if (waitMs > 0) return later(state, waitMs, self);
    tellNext(state, self);
  }
  // By way of the event loop's timers: others take their turns first.
  return later(state, 0, self);
}

/** Milliseconds until the next trade is told; null when nobody knows. */
function waitOf({ modeNow, steps, feed }: MarketState): number | null {
  if (steps.length > 0) return 0;
  return modeNow() === 'step' ? null : feed.waitMs();
}

function tellNext(state: MarketState, self: MarketSelf): void {
  const { feed, symbol, clock, pubsub, steps } = state;
  const head = feed.head();
  if (head === null) return;
  const nowMs = clock.wallMs();
  // A tape's own times are long past, and clients check what they are told against their clocks.
  const event = { ...head, tradeTime: nowMs, eventTime: nowMs };
  if (!publish(self, pubsub, market(symbol), event)) throw new Error('PubSub has ended');
  feed.advance();
  const stepping = steps[0];
  if (stepping === undefined) return;
  stepping.done++;
  stepping.left--;
  if (stepping.left === 0) answer(steps);
}

function answer(steps: Stepping[]): void {
  const answered = steps.shift();
  answered?.from.reply(answered.done);
}

function load(state: MarketState, self: MarketSelf): Next<MarketProtocol> {
  state.phase = 'loading';
  self.pipe(
    state.feed.load(),
    () => ({ kind: 'loaded' }),
    (error) => ({ kind: 'load-failed', error }),
  );
  return { state };
}

function later(state: MarketState, waitMs: number, self: MarketSelf): Next<MarketProtocol> {
  state.cancelTimer = self.sendAfter(waitMs, { kind: 'due' });
  return { state };
}

/** It stays, so that nobody takes it for one that has to be started again. */
function end(state: MarketState): Next<MarketProtocol> {
  state.phase = 'ended';
  while (state.steps.length > 0) answer(state.steps);
  return { state };
}

const reportOf = ({ modeNow, phase, feed }: MarketState): MarketReport => ({
  mode: modeNow(),
  phase,
  published: feed.published,
});

export const Market: GenServer<MarketProtocol> = {
  kind: 'Market',
  init: (arg) => ({
    state: { ...arg, steps: [], phase: 'waiting', cancelTimer: () => {} },
    continue: 'begin',
  }),
  continue: (state, _note, self) => goOn(state, self),
  calls: {
    step(state, count, self, from) {
      state.steps.push({ left: count, done: 0, from });
      return { ...goOn(state, self), noReply: true };
    },
    lookAgain: (state, _nothing, self) => ({ ...goOn(state, self), reply: reportOf(state) }),
    report: (state) => ({ state, reply: reportOf(state) }),
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'loaded':
        state.phase = 'waiting';
        return goOn(state, self);
      case 'due':
        return goOn(state, self);
      case 'load-failed':
        throw message.error;
      case 'down':
        return { state };
    }
  },
  inspect: reportOf,
};
