import {
  type Address,
  type ChildSpec,
  childSpec,
  DynamicSupervisor,
  namedSupervisor,
  type Registry,
  type RestartIntensity,
  type SupervisorProtocol,
  type Via,
} from '../otp/index.js';
import type { TradingDeps } from './deps.js';
import { Leader, type LeaderProtocol } from './leader.js';
import type { SymbolStanding } from './standing.js';
import type { SymbolTerms } from './symbol-terms.js';

/**
 * SymbolSupervisor: one symbol's tree, DynamicTraderSupervisor and Leader under one_for_all. A trader's crash is the Leader's
 * business. A crash of the Leader, or of the traders' supervisor, restarts both: neither makes sense without the other.
 */

/** How often parts of one symbol's tree may crash before what is above them is asked. Defaults as for a supervisor. */
export interface SymbolIntensity {
  readonly traders?: RestartIntensity;
  readonly tree?: RestartIntensity;
}

export interface SymbolToTrade {
  readonly symbol: string;
  readonly terms: SymbolTerms;
  readonly standing: SymbolStanding;
}

export const symbolSupervisorId = (symbol: string): string => `SymbolSupervisor ${symbol}`;

/** The symbol of a supervisor's id. */
export const symbolOf = (id: string): string => id.slice(symbolSupervisorId('').length);

const leaderName = (symbol: string): string => `Leader ${symbol}`;

/** The Leader of a symbol, wherever it is started again. */
export const leaderOf = (registry: Registry, symbol: string): Via<LeaderProtocol> =>
  registry.via<LeaderProtocol>(leaderName(symbol));

export function symbolSupervisorSpec(
  registry: Registry,
  deps: TradingDeps,
  { symbol, terms, standing }: SymbolToTrade,
  intensity: SymbolIntensity = {},
): ChildSpec<SupervisorProtocol> {
  const tradersName = `DynamicTraderSupervisor ${symbol}`;
  const traderSupervisor: Address<SupervisorProtocol> = registry.via<SupervisorProtocol>(tradersName);
  return childSpec<SupervisorProtocol>({
    id: symbolSupervisorId(symbol),
    server: namedSupervisor('SymbolSupervisor'),
    arg: {
      strategy: 'one_for_all',
      children: [
        childSpec<SupervisorProtocol>({
          id: tradersName,
          server: namedSupervisor('DynamicTraderSupervisor', DynamicSupervisor),
          arg: {},
          register: tradersName,
        }),
        childSpec<LeaderProtocol>({
          id: leaderName(symbol),
          server: Leader,
          arg: {
            deps,
            symbol,
            terms,
            standing,
            traderSupervisor,
            leader: leaderOf(registry, symbol),
            ...(intensity.traders === undefined ? {} : { intensity: intensity.traders }),
          },
          register: leaderName(symbol),
        }),
      ],
      ...intensity.tree,
    },
    restart: 'transient',
  });
}
