import type { Settings } from '../domain/settings.js';
import {
  type ActorSystem,
  type ChildSpec,
  type RestartIntensity,
  type SupervisorProtocol,
  startChild,
  taskSpec,
  terminateChild,
  type Via,
  whichChildren,
} from '../otp/index.js';
import { isolatedTreeSpec } from '../services/isolated-tree.js';
import type { TradingDeps } from './deps.js';
import { termsChanged } from './leader-client.js';
import { SymbolStanding } from './standing.js';
import {
  leaderOf,
  type SymbolIntensity,
  type SymbolToTrade,
  symbolOf,
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

interface TradedSymbol extends SymbolToTrade {
  /** False until its tree was started for the first time. */
  started: boolean;
}

/**
 * The trading tree, Trading > DynamicSymbolSupervisor > SymbolSupervisor per symbol, and what is wanted of each symbol. A symbol
 * that keeps crashing is given up alone. When the tree is started again, so are the symbols that were traded.
 */
export class Trading {
  /** By the id of the symbol's supervisor. */
  private readonly traded = new Map<string, TradedSymbol>();
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
   * @param autostart started after the supervisor of the symbols, and again whenever that is; default a task that starts again
   * what was traded
   * @param onGivenUp told of a symbol that keeps crashing, by the id of its supervisor
   */
  spec(
    autostart: readonly ChildSpec[] = [taskSpec('Resume', () => this.resume())],
    onGivenUp: (id: string, reason: Error) => void = (id, { message }) =>
      this.deps.log.error(`given up: ${message}`, { symbol: symbolOf(id) }),
  ): ChildSpec<SupervisorProtocol> {
    const { symbols: intensity } = this.intensity;
    return isolatedTreeSpec({
      id: 'Trading',
      supervisor: SYMBOLS,
      ...(intensity === undefined ? {} : { intensity }),
      autostart,
      onGivenUp: (id, reason) => {
        this.traded.delete(id);
        onGivenUp(id, reason);
      },
    });
  }

  /** The symbols that were started, and neither stopped nor given up since. */
  tradedSymbols(): readonly string[] {
    return [...this.traded.values()].map(({ symbol }) => symbol);
  }

  /** How the symbol stands, and what is wanted of it; null when it is not traded. */
  symbolTraded(symbol: string): SymbolToTrade | null {
    return this.traded.get(symbolSupervisorId(symbol)) ?? null;
  }

  /** Whether the symbol was started, and neither stopped nor given up since. */
  isTraded(symbol: string): boolean {
    return this.traded.has(symbolSupervisorId(symbol));
  }

  /** Whether the symbol is to end what it has, and start nothing new. */
  isShuttingDown(symbol: string): boolean {
    return this.traded.get(symbolSupervisorId(symbol))?.terms.shuttingDown ?? false;
  }

  /** Starts trading a symbol, with the cycles that the store knows of it. Rejects when it is traded already. */
  async start(symbol: string, settings: Settings, options: StartOptions = {}): Promise<void> {
    const id = symbolSupervisorId(symbol);
    if (this.traded.has(id)) throw new Error(`${id} was started already`);
    const terms: SymbolTerms = {
      settings,
      shuttingDown: options.shuttingDown ?? false,
      // Settings, balance and rules may have changed while it was off, and new keys may be allowed what was refused.
      changed: true,
      onShutDown: options.onShutDown ?? (() => {}),
    };
    const traded: TradedSymbol = { symbol, terms, standing: new SymbolStanding(), started: false };
    // Known before it runs: a change, or its being given up, may come before the answer does.
    this.traded.set(id, traded);
    try {
      await this.startTree(traded);
      traded.started = true;
    } catch (error) {
      if (this.traded.get(id) === traded) this.traded.delete(id);
      throw error;
    }
  }

  /** Stops trading a symbol at once; its orders stay where they are. False when it is not traded. */
  stop(symbol: string): Promise<boolean> {
    this.traded.delete(symbolSupervisorId(symbol));
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
    const traded = this.traded.get(symbolSupervisorId(symbol));
    if (traded === undefined) return false;
    apply(traded.terms);
    traded.terms.changed = true;
    // Lost when the Leader is just being started again; the next one reads the terms as it begins.
    termsChanged(this.system, leaderOf(this.system.registry, symbol));
    return true;
  }

  private startTree(traded: TradedSymbol): Promise<unknown> {
    const { registry } = this.system;
    const spec = symbolSupervisorSpec(registry, this.deps, traded, this.intensity);
    return startChild(this.system, this.symbols, spec);
  }

  /** After a crash of what is above the symbols, such as the exchange: their supervisor has come back with none. */
  private async resume(): Promise<void> {
    const running = new Set((await whichChildren(this.system, this.symbols)).map(({ id }) => id));
    for (const [id, traded] of [...this.traded]) {
      const isWanted = traded.started && this.traded.get(id) === traded;
      if (isWanted && !running.has(id)) await this.startTree(traded);
    }
  }
}
