import {
  type Address,
  childSpec,
  type GenServer,
  type Next,
  type Protocol,
  type PubSubProtocol,
  publish,
  type Self,
} from '../otp/index.js';
import { tradeEvents } from '../ports/topics.js';
import type { StreamingSource } from './streaming-source.js';
import type { TradeFeed } from './trade-feed.js';

/** TapeStreamer: publishes one symbol's trades from a tape on `TRADE_EVENTS:<SYMBOL>`, each when its feed says that it is due. */
export interface TapeStreamerArg {
  readonly symbol: string;
  readonly feed: TradeFeed;
  readonly pubsub: Address<PubSubProtocol>;
}

interface TapeStreamerState extends TapeStreamerArg {
  phase: 'loading' | 'streaming' | 'ended';
}

export interface TapeStreamerProtocol extends Protocol {
  readonly arg: TapeStreamerArg;
  readonly state: TapeStreamerState;
  readonly info:
    | { readonly kind: 'due' | 'loaded' }
    | { readonly kind: 'load-failed'; readonly error: unknown };
  readonly continue: 'begin';
}

type TapeStreamerSelf = Self<TapeStreamerProtocol>;

/** Most trades published in one turn, so that a fast tape holds up nobody for long. */
const MOST_AT_ONCE = 500;

function load(state: TapeStreamerState, self: TapeStreamerSelf): Next<TapeStreamerProtocol> {
  state.phase = 'loading';
  self.pipe(
    state.feed.load(),
    () => ({ kind: 'loaded' }),
    (error) => ({ kind: 'load-failed', error }),
  );
  return { state };
}

/** Publishes what is due, and comes back when more is. */
function stream(state: TapeStreamerState, self: TapeStreamerSelf): Next<TapeStreamerProtocol> {
  const { feed } = state;
  for (let count = 0; count < MOST_AT_ONCE; count++) {
    if (!feed.isLoaded) return load(state, self);
    const event = feed.head();
    if (event === null) {
      // It stays, so that nobody takes it for one that has to be started again.
      state.phase = 'ended';
      return { state };
    }
    state.phase = 'streaming';
    const waitMs = feed.waitMs();
    if (waitMs > 0) {
      self.sendAfter(waitMs, { kind: 'due' });
      return { state };
    }
    if (!publish(self, state.pubsub, tradeEvents(event.symbol), event)) throw new Error('PubSub has ended');
    feed.advance();
  }
  // By way of the event loop's timers: others take their turns first.
  self.sendAfter(0, { kind: 'due' });
  return { state };
}

export const TapeStreamer: GenServer<TapeStreamerProtocol> = {
  kind: 'TapeStreamer',
  init: (arg) => ({ state: { ...arg, phase: 'loading' }, continue: 'begin' }),
  continue: (state, _note, self) => stream(state, self),
  info(state, message, self) {
    switch (message.kind) {
      case 'loaded':
      case 'due':
        return stream(state, self);
      case 'load-failed':
        throw message.error;
      case 'down':
        return { state };
    }
  },
  inspect: ({ phase, feed }) => ({ phase, published: feed.published }),
};

export interface TapeSourceOptions {
  readonly pubsub: Address<PubSubProtocol>;
  /** A symbol without a feed cannot be streamed. */
  readonly feeds: ReadonlyMap<string, TradeFeed>;
  /** Why a symbol has no feed, in words. */
  readonly whyNoFeed: (symbol: string) => string;
}

/** Streams tapes. */
export const tapeSource = ({ pubsub, feeds, whyNoFeed }: TapeSourceOptions): StreamingSource => ({
  before: [],
  whyNot: (symbol) => (feeds.has(symbol) ? null : whyNoFeed(symbol)),
  troubleOf(symbol) {
    const feed = feeds.get(symbol);
    return feed?.isLoaded === true && feed.head() === null ? 'the tape has ended' : null;
  },
  streamer: (symbol, name) =>
    childSpec<TapeStreamerProtocol>({
      id: name,
      server: TapeStreamer,
      arg: { symbol, pubsub, feed: feeds.get(symbol) as TradeFeed },
      register: name,
    }),
});
