import type { ConnectionBudget } from '../exchange/binance/socket/connection-budget.js';
import type { SocketFacts, SocketTuning } from '../exchange/binance/socket/socket-options.js';
import {
  type ActorSystem,
  type Address,
  childSpec,
  DynamicSupervisor,
  namedSupervisor,
  type PubSubProtocol,
  type SupervisorProtocol,
} from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { PastTrades, TradeRecord } from '../ports/trade-source.js';
import type { StreamConnectionArg, StreamConnectionProtocol } from './connection-protocol.js';
import { StreamConnection } from './stream-connection.js';
import { StreamDesk, type StreamDeskProtocol } from './stream-desk.js';
import { type GapCounts, NO_GAPS, StreamFigures } from './stream-figures.js';
import { Streamer, type StreamerProtocol } from './streamer.js';
import type { StreamingSource } from './streaming-source.js';
import { TradeLine } from './trade-line.js';

/** How much is kept in memory, caught up with and put on one connection. */
export interface LiveLimits {
  /** Trades of a symbol that wait in memory while a gap before them is fetched; default 10,000. */
  readonly maxWaiting: number;
  /** Ids that a symbol catches up with after a stop; a larger gap is recorded as missing. Default 5,000. */
  readonly maxResume: number;
  /** Symbols on one connection; default 1,024, the most that the exchange allows. */
  readonly perConnection: number;
  /** How long a symbol that nobody wants any more stays subscribed; default 2,000. */
  readonly lingerMs: number;
}

export interface LiveSourceOptions {
  readonly pubsub: Address<PubSubProtocol>;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Of the market streams, without a path: `wss://stream.binance.com:9443`. */
  readonly baseUrl: string;
  /** Shared with all sockets of the process. */
  readonly budget: ConnectionBudget;
  readonly past: PastTrades;
  readonly record: TradeRecord;
  /** Why a symbol cannot be streamed, in words; null when it can. */
  readonly whyNot: (symbol: string) => string | null;
  /** Unix milliseconds on the exchange's clock, as far as that is known; default the machine's. */
  readonly exchangeNow?: () => number;
  /** Where it is counted what came. */
  readonly figures?: StreamFigures;
  readonly limits?: Partial<LiveLimits>;
  readonly tuning?: Partial<SocketTuning>;
}

const DEFAULT_LIMITS: LiveLimits = {
  maxWaiting: 10_000,
  maxResume: 5_000,
  perConnection: 1_024,
  lingerMs: 2_000,
};

const CONNECTIONS = 'DynamicStreamConnectionSupervisor';
const DESK = 'StreamDesk';

/** Streams the exchange. */
export function liveSource(system: ActorSystem, options: LiveSourceOptions): StreamingSource {
  const { pubsub, log, random, past, record, whyNot, clock, budget, baseUrl, tuning = {} } = options;
  const { figures = new StreamFigures(), exchangeNow = () => clock.wallMs() } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const desk = system.registry.via<StreamDeskProtocol>(DESK);
  // Outside the actors, so that a Streamer that is started again goes on where the one before it was.
  const lines = new Map<string, TradeLine>();
  const lineOf = (symbol: string): TradeLine => {
    const line = lines.get(symbol) ?? new TradeLine(limits.maxWaiting, limits.maxResume);
    lines.set(symbol, line);
    return line;
  };
  // Outside too: a connection that was killed, with all around it, could not close its socket.
  const leftBy = new Map<number, StreamConnectionArg['left']>();
  const leftOf = (number: number): StreamConnectionArg['left'] => {
    const left = leftBy.get(number) ?? { socket: null, hasBeenUp: false };
    leftBy.set(number, left);
    return left;
  };
  const carriers = new Map<string, number>();
  const troubleOf = (symbol: string): string | null => {
    const trouble = lines.get(symbol)?.trouble ?? null;
    if (trouble !== null && trouble.reason !== null)
      return `trades cannot be fetched, and later ones wait: ${trouble.reason}`;
    const socket = leftBy.get(carriers.get(symbol) ?? 0)?.socket?.inspect();
    if (isUp(socket?.phase)) return null;
    return socket === undefined || socket.lastFrameMs === null
      ? 'the stream is connecting'
      : 'the stream is reconnecting';
  };
  const url = `${baseUrl}/stream`;
  const connection = (number: number) =>
    childSpec<StreamConnectionProtocol>({
      id: `StreamConnection ${number}`,
      server: StreamConnection,
      arg: {
        ...{ number, desk, url, clock, log, figures, exchangeNow, random, budget, tuning },
        left: leftOf(number),
      },
    });
  figures.gaps = () => sumOf([...lines.values()].map(({ counts }) => counts));
  figures.connections = () => {
    const sockets = [...leftBy.values()].map(({ socket }) => socket?.inspect().phase);
    const up = sockets.filter(isUp).length;
    // One that was closed has no symbols to carry.
    return { up, down: sockets.filter((phase) => !isUp(phase) && phase !== 'closed').length };
  };
  const supervisor = system.registry.via<SupervisorProtocol>(CONNECTIONS);
  const connections = childSpec<SupervisorProtocol>({
    id: 'StreamConnections',
    server: namedSupervisor('StreamConnections'),
    arg: {
      // The desk knows which connection carries what: neither can go on without the other.
      strategy: 'one_for_all',
      children: [
        childSpec<SupervisorProtocol>({
          id: CONNECTIONS,
          server: namedSupervisor(CONNECTIONS, DynamicSupervisor),
          arg: {},
          register: CONNECTIONS,
        }),
        childSpec<StreamDeskProtocol>({
          id: DESK,
          server: StreamDesk,
          arg: {
            capacity: limits.perConnection,
            lingerMs: limits.lingerMs,
            ...{ carriers, supervisor, connection },
          },
          register: DESK,
        }),
      ],
    },
  });
  return {
    before: [connections],
    whyNot,
    troubleOf,
    streamer: (symbol, name) =>
      childSpec<StreamerProtocol>({
        id: name,
        server: Streamer,
        arg: { symbol, line: lineOf(symbol), ...{ desk, pubsub, past, record, clock, log, figures, random } },
        register: name,
      }),
  };
}

const isUp = (phase: SocketFacts['phase'] | undefined): boolean => phase === 'up' || phase === 'replacing';

const sumOf = (all: readonly GapCounts[]): GapCounts =>
  all.reduce(
    (sum, counts) => ({
      gapsFound: sum.gapsFound + counts.gapsFound,
      gapsFilled: sum.gapsFilled + counts.gapsFilled,
      fetched: sum.fetched + counts.fetched,
      absent: sum.absent + counts.absent,
      missing: sum.missing + counts.missing,
    }),
    NO_GAPS,
  );
