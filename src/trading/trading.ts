import type { Settings } from '../domain/settings.js';
import {
  type ActorSystem,
  type ChildSpec,
  childSpec,
  DynamicSupervisor,
  namedSupervisor,
  type RestartIntensity,
  type SupervisorProtocol,
  startChild,
  terminateChild,
  type Via,
} from '../otp/index.js';
import type { TradingDeps } from './deps.js';
import { termsChanged } from './leader-client.js';
import {
  leaderOf,
  type SymbolIntensity,
  symbolSupervisorId,
  symbolSupervisorSpec,
} from './symbol-supervisor.js';
import type { SymbolTerms } from './symbol-terms.js';

/** How often the parts of the trading tree may crash. Defaults as for a supervisor. */
export interface TradingIntensity extends SymbolIntensity {
  /** How often one symbol's whole tree may be started again before the symbol is given up. */
  readonly symbols?: RestartIntensity;
}

export interface StartOptions {
  /** Take up what was bought, sell it, and start nothing new. */
  readonly shuttingDown?: boolean;
  /** The last cycle has ended after a shutdown; the symbol's tree is still there to be stopped. */
  readonly onShutDown?: () => void;
}

const SYMBOLS = 'DynamicSymbolSupervisor';
/** Symbols are stopped one after the other, each within a time of its own. */
const STOP_ALL_MS = 60_000;

/**
 * The trading tree, Trading > DynamicSymbolSupervisor > SymbolSupervisor per symbol, and what is wanted of each symbol. A symbol
 * that keeps crashing is given up alone.
 */
export class Trading {
  /** By the id of the symbol's supervisor. */
  private readonly terms = new Map<string, SymbolTerms>();
  /** The supervisor of the symbols' supervisors. */
  readonly symbols: Via<SupervisorProtocol>;

  constructor(
    private readonly system: ActorSystem,
    private readonly deps: TradingDeps,
    private readonly intensity: TradingIntensity = {},
  ) {
    this.symbols = system.registry.via<SupervisorProtocol>(SYMBOLS);
  }

  /**
   * @param autostart started after the supervisor of the symbols, and again whenever that is
   * @param onGivenUp told of a symbol that keeps crashing, by the id of its supervisor
   */
  spec(
    autostart: readonly ChildSpec[] = [],
    onGivenUp: (id: string, reason: Error) => void = (_id, { message }) =>
      this.deps.log.error(`given up: ${message}`),
  ): ChildSpec<SupervisorProtocol> {
    const symbols = childSpec<SupervisorProtocol>({
      id: SYMBOLS,
      server: namedSupervisor(SYMBOLS, DynamicSupervisor),
      arg: {
        ...this.intensity.symbols,
        isolated: {
          onGivenUp: (id, reason) => {
            this.terms.delete(id);
            onGivenUp(id, reason);
          },
        },
      },
      register: SYMBOLS,
      shutdownMs: STOP_ALL_MS,
    });
    return childSpec<SupervisorProtocol>({
      id: 'Trading',
      server: namedSupervisor('Trading'),
      arg: { strategy: 'rest_for_one', children: [symbols, ...autostart] },
      shutdownMs: STOP_ALL_MS,
    });
  }

  /** Whether the symbol was started, and neither stopped nor given up since. */
  isTraded(symbol: string): boolean {
    return this.terms.has(symbolSupervisorId(symbol));
  }

  /** Whether the symbol is to end what it has, and start nothing new. */
  isShuttingDown(symbol: string): boolean {
    return this.terms.get(symbolSupervisorId(symbol))?.shuttingDown ?? false;
  }

  /** Starts trading a symbol, with the cycles that the store knows of it. Rejects when it is traded already. */
  async start(symbol: string, settings: Settings, options: StartOptions = {}): Promise<void> {
    const terms: SymbolTerms = {
      settings,
      shuttingDown: options.shuttingDown ?? false,
      onShutDown: options.onShutDown ?? (() => {}),
    };
    const { registry } = this.system;
    await startChild(
      this.system,
      this.symbols,
      symbolSupervisorSpec(registry, this.deps, symbol, terms, this.intensity),
    );
    this.terms.set(symbolSupervisorId(symbol), terms);
  }

  /** Stops trading a symbol at once; its orders stay where they are. False when it is not traded. */
  stop(symbol: string): Promise<boolean> {
    this.terms.delete(symbolSupervisorId(symbol));
    return terminateChild(this.system, this.symbols, symbolSupervisorId(symbol));
  }

  /** Starts nothing new; buys that are not filled are cancelled, what was bought is sold. False when it is not traded. */
  shutDown(symbol: string): boolean {
    return this.change(symbol, (terms) => {
      terms.shuttingDown = true;
    });
  }

  /** New settings, for cycles that begin from now on; parked traders try again. False when it is not traded. */
  changeSettings(symbol: string, settings: Settings): boolean {
    return this.change(symbol, (terms) => {
      terms.settings = settings;
    });
  }

  private change(symbol: string, apply: (terms: SymbolTerms) => void): boolean {
    const terms = this.terms.get(symbolSupervisorId(symbol));
    if (terms === undefined) return false;
    apply(terms);
    // Lost when the Leader is just being started again; the next one reads the terms as it begins.
    termsChanged(this.system, leaderOf(this.system.registry, symbol));
    return true;
  }
}
