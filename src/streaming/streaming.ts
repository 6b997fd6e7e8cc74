import {
  type ActorSystem,
  type Address,
  type ChildSpec,
  childSpec,
  type PubSubProtocol,
  type RestartIntensity,
  type SupervisorProtocol,
} from '../otp/index.js';
import type { DesiredState } from '../ports/desired-state.js';
import type { Log } from '../ports/log.js';
import { Service } from '../services/service.js';
import { serviceTreeSpec } from '../services/service-tree.js';
import { childThings } from '../services/things.js';
import { Streamer, type StreamerProtocol } from './streamer.js';
import type { TradeFeed } from './trade-feed.js';

export interface StreamingDeps {
  readonly pubsub: Address<PubSubProtocol>;
  readonly log: Log;
  /** Where the trades of each symbol come from. A symbol without a feed cannot be streamed. */
  readonly feeds: ReadonlyMap<string, TradeFeed>;
  /** Why a symbol has no feed, in words. */
  readonly whyNoFeed: (symbol: string) => string;
  readonly intensity?: RestartIntensity;
}

const SUPERVISOR = 'DynamicStreamerSupervisor';
const streamerName = (symbol: string): string => `Streamer ${symbol}`;

/** The Streamer of a symbol, wherever it is started again. */
export const streamerOf = (system: ActorSystem, symbol: string) =>
  system.registry.via<StreamerProtocol>(streamerName(symbol));

/** Streaming: one Streamer for every symbol that is on. */
export class Streaming {
  readonly service: Service<null>;

  constructor(
    system: ActorSystem,
    private readonly deps: StreamingDeps,
  ) {
    const { feeds, pubsub, whyNoFeed } = deps;
    const things = childThings<null>(system, {
      supervisor: system.registry.via<SupervisorProtocol>(SUPERVISOR),
      idOf: streamerName,
      whyNot: (symbol) => (feeds.has(symbol) ? null : whyNoFeed(symbol)),
      child: (symbol) =>
        childSpec<StreamerProtocol>({
          id: streamerName(symbol),
          server: Streamer,
          arg: { symbol, pubsub, feed: feeds.get(symbol) as TradeFeed },
          register: streamerName(symbol),
        }),
    });
    this.service = new Service('streaming', system, things, deps.log);
  }

  spec(desired: DesiredState<null>): ChildSpec<SupervisorProtocol> {
    const { intensity } = this.deps;
    return serviceTreeSpec({
      id: 'Streaming',
      supervisor: SUPERVISOR,
      service: this.service,
      desired,
      ...(intensity === undefined ? {} : { intensity }),
    });
  }
}
