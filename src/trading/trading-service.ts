import type { ActorSystem, ChildSpec, SupervisorProtocol } from '../otp/index.js';
import type { DesiredState, WantedTrading } from '../ports/desired-state.js';
import type { Log } from '../ports/log.js';
import { Service } from '../services/service.js';
import { followSpecs } from '../services/service-tree.js';
import type { Things } from '../services/things.js';
import { symbolSupervisorId } from './symbol-supervisor.js';
import type { Trading } from './trading.js';

export interface TradingServiceDeps {
  readonly log: Log;
  /** Why a symbol cannot be traded; null when it can. */
  readonly whyNot: (symbol: string) => string | null;
  /** The last cycle has ended after a shutdown. May be told again. */
  readonly onShutDown: (symbol: string) => void;
}

/** Trading as a service: what is wanted of each symbol, and the trading tree that follows it. */
export function tradingService(
  system: ActorSystem,
  trading: Trading,
  { log, whyNot, onShutDown }: TradingServiceDeps,
): Service<WantedTrading> {
  const things: Things<WantedTrading> = {
    supervisor: trading.symbols,
    idOf: symbolSupervisorId,
    whyNot,
    async start(symbol, { settings, status }) {
      // What is known of it from before is of a tree that has ended.
      await trading.stop(symbol);
      await trading.start(symbol, settings, {
        shuttingDown: status === 'shutdown',
        onShutDown: () => onShutDown(symbol),
      });
    },
    stop: (symbol) => trading.stop(symbol),
    change(symbol, { settings, status }) {
      // Called off: its traders were told already, so they are stopped, and their cycles taken up as those of a symbol that is on.
      if (status === 'on' && trading.isShuttingDown(symbol)) return false;
      if (status === 'shutdown') trading.shutDown(symbol);
      return trading.changeSettings(symbol, settings);
    },
  };
  return new Service('trading', system, things, log);
}

/** The trading tree, following what is wanted. */
export const tradingServiceSpec = (
  trading: Trading,
  service: Service<WantedTrading>,
  desired: DesiredState<WantedTrading>,
): ChildSpec<SupervisorProtocol> =>
  trading.spec(followSpecs('Trading', service, desired), (id, reason) => service.noteGivenUp(id, reason));
