import type { SymbolInfo } from '../domain/symbol-info.js';
import type { RestFigures } from '../exchange/binance/rest/rest-figures.js';
import type { UserDataFigures } from '../exchange/binance/user-data/user-data-figures.js';
import type { PlacementCounts } from '../exchange/counted-exchange.js';
import type { ActorSystem, PubSubProtocol, Via } from '../otp/index.js';
import type { LogRing } from '../platform/log-ring.js';
import type { LogLevels } from '../platform/logging/log-levels.js';
import type { Clock } from '../ports/clock.js';
import type { DesiredState } from '../ports/desired-state.js';
import type { Exchange } from '../ports/exchange.js';
import type { Log } from '../ports/log.js';
import type { Service, Standing, ThingState } from '../services/service.js';
import type { StreamFigures } from '../streaming/stream-figures.js';
import type { Outlook } from '../trading/outlook.js';
import type { Backlogs } from '../warehouse/backlog/backlogs.js';
import type { Database } from '../warehouse/database.js';
import type { ControlConfig } from './control-config.js';
import type { ControlPlaces } from './control-places.js';

/** The services that are switched through the API. */
export const SERVICES = ['streaming', 'trading', 'storing'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** A service, as the API sees it. */
export interface ControlledService {
  list(): Promise<readonly ThingState[]>;
  standings(): readonly Standing[];
  /** Brings what runs in line with what is wanted. Does no harm when somebody else does so as well. */
  follow(): Promise<void>;
}

export const controlled = <Wanted>(
  service: Service<Wanted>,
  desired: DesiredState<Wanted>,
): ControlledService => ({
  list: () => service.list(),
  standings: () => service.standings(),
  follow: () => service.follow(desired),
});

/** What can be counted of an exchange over the network; null of one in the process. */
export interface ExchangeFigures {
  readonly rest: RestFigures | null;
  readonly userData: UserDataFigures | null;
  readonly streams: StreamFigures | null;
}

/** What the API looks at and changes. */
export interface ControlDeps {
  readonly config: ControlConfig;
  readonly places: ControlPlaces;
  readonly version: string;
  readonly system: ActorSystem;
  readonly pubsub: Via<PubSubProtocol>;
  readonly database: Database;
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  readonly exchange: Pick<Exchange, 'getOrder' | 'cancelOrder'>;
  /** Starts the client order id of every order of ours. */
  readonly orderIdPrefix: string;
  readonly services: { readonly [Name in ServiceName]: ControlledService };
  readonly outlook: Pick<Outlook, 'glance' | 'positions'>;
  readonly exchangeFigures: ExchangeFigures;
  readonly placements: PlacementCounts;
  readonly backlogs: Backlogs;
  /** The last lines of the log, and its next ones; and how much each part says. */
  readonly logs: { readonly ring: LogRing; readonly levels: LogLevels };
  readonly clock: Clock;
  readonly log: Log;
}
