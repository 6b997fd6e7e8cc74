import {
  type Address,
  type GenServer,
  type Next,
  type Protocol,
  type PubSubProtocol,
  publish,
  type Self,
} from '../otp/index.js';
import { tradeEvents } from '../ports/topics.js';
import type { TradeFeed } from './trade-feed.js';

/** Streamer: publishes one symbol's trades on `TRADE_EVENTS:<SYMBOL>`, each when its feed says that it is due. */
export interface StreamerArg {
  readonly symbol: string;
  readonly feed: TradeFeed;
  readonly pubsub: Address<PubSubProtocol>;
}

interface StreamerState extends StreamerArg {
  phase: 'loading' | 'streaming' | 'ended';
}

export interface StreamerProtocol extends Protocol {
  readonly arg: StreamerArg;
  readonly state: StreamerState;
  readonly info:
    | { readonly kind: 'due' | 'loaded' }
    | { readonly kind: 'load-failed'; readonly error: unknown };
  readonly continue: 'begin';
}

type StreamerSelf = Self<StreamerProtocol>;

/** Most trades published in one turn, so that a fast tape holds up nobody for long. */
const MOST_AT_ONCE = 500;

function load(state: StreamerState, self: StreamerSelf): Next<StreamerProtocol> {
  state.phase = 'loading';
  self.pipe(
    state.feed.load(),
    () => ({ kind: 'loaded' }),
    (error) => ({ kind: 'load-failed', error }),
  );
  return { state };
}

/** Publishes what is due, and comes back when more is. */
function stream(state: StreamerState, self: StreamerSelf): Next<StreamerProtocol> {
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

export const Streamer: GenServer<StreamerProtocol> = {
  kind: 'Streamer',
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
