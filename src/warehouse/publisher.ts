import type { Period } from '../domain/period.js';
import type { TradeEvent } from '../domain/trade-event.js';
import {
  type ActorSystem,
  type Address,
  backlogOf,
  type ChildSpec,
  childSpec,
  DynamicSupervisor,
  type GenServer,
  namedSupervisor,
  type Pid,
  type Protocol,
  type PubSubProtocol,
  publish,
  type Self,
  type SupervisorProtocol,
  startChild,
} from '../otp/index.js';
import { tradeEvents } from '../ports/topics.js';

/**
 * Publisher: publishes stored trades of one symbol and period on `TRADE_EVENTS:<SYMBOL>`, in order, each once, then ends
 * normally. It reads ahead by a batch, and waits for the slowest subscriber when that falls behind.
 */
export interface PublisherArg {
  readonly symbol: string;
  readonly period: Period;
  /** The trades; asked for when the publisher starts, and closed when it ends, early too. */
  readonly open: () => AsyncGenerator<readonly TradeEvent[], void, void>;
  readonly pubsub: Address<PubSubProtocol>;
  /** Milliseconds between two trades; 0: as fast as the subscribers take them. */
  readonly intervalMs: number;
  /** How many they are, when that is known; for the inspector. */
  readonly total?: number;
  /** Most trades that a subscriber may be given and not have handled. Default 256. */
  readonly inFlightMax?: number;
}

type News =
  | { readonly kind: 'batch'; readonly events: readonly TradeEvent[] }
  | { readonly kind: 'end' }
  | { readonly kind: 'backlog'; readonly messages: number }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'go-on' };

interface PublisherState extends PublisherArg {
  readonly trades: AsyncGenerator<readonly TradeEvent[], void, void>;
  readonly inFlightMax: number;
  readonly events: readonly TradeEvent[];
  /** Index in `events` of the next one to publish. */
  readonly next: number;
  readonly published: number;
  readonly lastTradeTime: number | null;
}

export interface PublisherProtocol extends Protocol {
  readonly arg: PublisherArg;
  readonly state: PublisherState;
  readonly info: News;
  readonly continue: 'read';
}

type PublisherSelf = Self<PublisherProtocol>;

const IN_FLIGHT_MAX = 256;
/** A subscriber that has fallen behind is looked at again after this long. */
const LOOK_AGAIN_MS = 1;

export const Publisher: GenServer<PublisherProtocol> = {
  kind: 'Publisher',
  init: (arg) => ({
    state: {
      ...arg,
      inFlightMax: arg.inFlightMax ?? IN_FLIGHT_MAX,
      trades: arg.open(),
      events: [],
      next: 0,
      published: 0,
      lastTradeTime: null,
    },
    continue: 'read',
  }),
  continue(state, _note, self) {
    read(state, self);
    return { state };
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'batch':
        askBacklog(state, self);
        return { state: { ...state, events: message.events, next: 0 } };
      case 'backlog':
        return { state: publishSome(state, self, state.inFlightMax - message.messages) };
      case 'go-on':
        if (state.next < state.events.length) askBacklog(state, self);
        else read(state, self);
        return { state };
      case 'end':
        return { state, stop: 'normal' };
      case 'failed':
        throw message.error;
      case 'down':
        return { state };
    }
  },
  terminate({ trades }) {
    // Waits for the page that is being read, which concerns nobody any more.
    trades.return().catch(() => {});
  },
  inspect: ({ symbol, period, intervalMs, published, total = null, lastTradeTime }) => ({
    symbol,
    ...period,
    intervalMs,
    published,
    total,
    lastTradeTime,
  }),
};

const failed = (error: unknown): News => ({ kind: 'failed', error });

function read({ trades }: PublisherState, self: PublisherSelf): void {
  const toNews = ({ done, value }: IteratorResult<readonly TradeEvent[], void>): News =>
    done === true ? { kind: 'end' } : { kind: 'batch', events: value };
  self.pipe(trades.next(), toNews, failed);
}

function askBacklog({ pubsub, symbol }: PublisherState, self: PublisherSelf): void {
  const toNews = (messages: number): News => ({ kind: 'backlog', messages });
  self.pipe(backlogOf(self, pubsub, tradeEvents(symbol)), toNews, failed);
}

/** Publishes as many trades as there is room for, or one when there is an interval, and arranges for what comes next. */
function publishSome(state: PublisherState, self: PublisherSelf, room: number): PublisherState {
  const { symbol, pubsub, intervalMs, events, next } = state;
  if (room <= 0) {
    self.sendAfter(LOOK_AGAIN_MS, { kind: 'go-on' });
    return state;
  }
  const end = Math.min(events.length, next + (intervalMs > 0 ? 1 : room));
  for (const event of events.slice(next, end)) {
    if (!publish(self, pubsub, tradeEvents(symbol), event)) throw new Error('PubSub has ended');
  }
  if (intervalMs > 0) self.sendAfter(intervalMs, { kind: 'go-on' });
  else self.send(self, { kind: 'go-on' });
  return {
    ...state,
    next: end,
    published: state.published + end - next,
    lastTradeTime: events[end - 1]?.tradeTime ?? state.lastTradeTime,
  };
}

// ---- starting

const PUBLISHERS = 'DynamicPublisherSupervisor';
const publisherName = ({ symbol }: PublisherArg): string => `Publisher ${symbol}`;

/** The supervisor that publishers are started under. */
export const publishersSpec = (): ChildSpec<SupervisorProtocol> =>
  childSpec<SupervisorProtocol>({
    id: PUBLISHERS,
    server: namedSupervisor(PUBLISHERS, DynamicSupervisor),
    arg: {},
    register: PUBLISHERS,
  });

/** Temporary: started again, it would publish everything from the first trade on a second time. */
export const publisherSpec = (arg: PublisherArg): ChildSpec<PublisherProtocol> =>
  childSpec<PublisherProtocol>({
    id: publisherName(arg),
    server: Publisher,
    arg,
    restart: 'temporary',
    register: publisherName(arg),
  });

/** Starts publishing. Rejects when stored trades of the symbol are being published already. */
export const startPublisher = (system: ActorSystem, arg: PublisherArg): Promise<Pid> =>
  startChild(system, system.registry.via(PUBLISHERS), publisherSpec(arg));
