import type { Settings } from '../domain/settings.js';
import {
  type ActorSystem,
  type ChildSpec,
  childSpec,
  DynamicSupervisor,
  namedSupervisor,
  type Pid,
  type RestartIntensity,
  type Sender,
  type SupervisorProtocol,
  startChild,
  terminateChild,
  type Via,
} from '../otp/index.js';
import type { TradingDeps } from './deps.js';
import { Leader, type LeaderProtocol } from './leader.js';

/**
 * The trading tree: Trading > DynamicSymbolSupervisor > SymbolSupervisor per symbol (one_for_all) > DynamicTraderSupervisor
 * and Leader. A trader's crash is the Leader's business. A crash of the Leader, or of the traders' supervisor, restarts
 * both: neither makes sense without the other.
 */

const SYMBOLS = 'DynamicSymbolSupervisor';
const tradersName = (symbol: string): string => `DynamicTraderSupervisor ${symbol}`;
const leaderName = (symbol: string): string => `Leader ${symbol}`;
const symbolName = (symbol: string): string => `SymbolSupervisor ${symbol}`;

export const leaderOf = (system: ActorSystem, symbol: string): Via<LeaderProtocol> =>
  system.registry.via(leaderName(symbol));

/** How often parts of one symbol's tree may crash before the symbol is given up. Defaults as for a supervisor. */
export interface SymbolIntensity {
  readonly traders?: RestartIntensity;
  readonly tree?: RestartIntensity;
}

export const tradingSpec = (): ChildSpec<SupervisorProtocol> =>
  childSpec<SupervisorProtocol>({
    id: 'Trading',
    server: namedSupervisor('Trading'),
    arg: {
      strategy: 'rest_for_one',
      children: [
        childSpec<SupervisorProtocol>({
          id: SYMBOLS,
          server: namedSupervisor('DynamicSymbolSupervisor', DynamicSupervisor),
          arg: {},
          register: SYMBOLS,
        }),
      ],
    },
  });

function symbolSpec(
  system: ActorSystem,
  deps: TradingDeps,
  symbol: string,
  settings: Settings,
  intensity: SymbolIntensity,
): ChildSpec<SupervisorProtocol> {
  const traders = childSpec<SupervisorProtocol>({
    id: tradersName(symbol),
    server: namedSupervisor('DynamicTraderSupervisor', DynamicSupervisor),
    arg: {},
    register: tradersName(symbol),
  });
  const leader = childSpec<LeaderProtocol>({
    id: leaderName(symbol),
    server: Leader,
    arg: {
      deps,
      symbol,
      settings,
      traderSupervisor: system.registry.via(tradersName(symbol)),
      leader: leaderOf(system, symbol),
      ...(intensity.traders === undefined ? {} : { intensity: intensity.traders }),
    },
    register: leaderName(symbol),
  });
  return childSpec<SupervisorProtocol>({
    id: symbolName(symbol),
    server: namedSupervisor('SymbolSupervisor'),
    arg: { strategy: 'one_for_all', children: [traders, leader], ...intensity.tree },
    // A symbol that keeps crashing ends alone, instead of wearing out the patience that all symbols share.
    restart: 'temporary',
  });
}

/** Starts trading a symbol. Rejects when it is traded already. */
export const startSymbol = (
  system: ActorSystem,
  deps: TradingDeps,
  symbol: string,
  settings: Settings,
  intensity: SymbolIntensity = {},
): Promise<Pid> =>
  startChild(system, system.registry.via(SYMBOLS), symbolSpec(system, deps, symbol, settings, intensity));

/** Stops trading a symbol at once; its orders stay where they are. False when it is not traded. */
export const stopSymbol = (sender: ActorSystem & Sender, symbol: string): Promise<boolean> =>
  terminateChild(sender, sender.registry.via(SYMBOLS), symbolName(symbol));
