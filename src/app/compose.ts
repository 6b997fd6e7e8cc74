import type { Settings } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { BinanceMock, type BinanceMockProtocol } from '../exchange/mock/binance-mock.js';
import { mockExchange } from '../exchange/mock/mock-exchange.js';
import {
  ActorSystem,
  type ChildSpec,
  type CrashReport,
  childSpec,
  describeExit,
  namedSupervisor,
  type Pid,
  PubSub,
  type PubSubProtocol,
  type Scheduler,
  type SupervisorProtocol,
  type Via,
} from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Pacing } from '../ports/pacing.js';
import { type Cycle, CycleBook } from '../trading/cycle-book.js';
import { type SymbolIntensity, startSymbol, stopSymbol, tradingSpec } from '../trading/symbol-supervisor.js';

/** What an engine is made of; every choice of a real or a fake thing is made by whoever composes it. */
export interface Outside {
  readonly clock: Clock;
  readonly log: Log;
  /** What the exchange lists. */
  readonly symbols: Iterable<SymbolInfo>;
  readonly pacing: Pacing;
  /** Hears of every cycle that has ended. */
  readonly onCycleEnd?: (cycle: Cycle) => void;
  /** Actors beside the trading tree, started before it. */
  readonly observers?: (pubsub: Via<PubSubProtocol>) => readonly ChildSpec[];
  readonly scheduler?: Scheduler;
  readonly onCrash?: (report: CrashReport) => void;
}

export interface Engine {
  readonly system: ActorSystem;
  readonly pubsub: Via<PubSubProtocol>;
  /** Rejects when the symbol is traded already. */
  startTrading(symbol: string, settings: Settings, intensity?: SymbolIntensity): Promise<Pid>;
  /** False when the symbol is not traded. */
  stopTrading(symbol: string): Promise<boolean>;
  /** Stops everything in reverse order of its start. */
  stop(): Promise<void>;
}

const PUBSUB = 'PubSub';
const EXCHANGE = 'BinanceMock';

/** Builds the tree: the only place where parts are wired together. */
export function compose(outside: Outside): Engine {
  const { clock, log, pacing } = outside;
  const system = new ActorSystem({
    clock,
    onCrash: (report) => {
      logCrash(log, report);
      outside.onCrash?.(report);
    },
    onRootExit: (pid, reason) =>
      log[reason === 'shutdown' ? 'debug' : 'error'](`${pid.path} has ended: ${describeExit(reason)}`),
    ...(outside.scheduler === undefined ? {} : { scheduler: outside.scheduler }),
  });
  const pubsub = system.registry.via<PubSubProtocol>(PUBSUB);
  const exchange = mockExchange(system, system.registry.via<BinanceMockProtocol>(EXCHANGE));
  const cycles = new CycleBook(outside.onCycleEnd);
  const deps = { exchange, pubsub, pacing, cycles, clock, log, orderIdPrefix: 'hedgehog' };

  system.spawn<SupervisorProtocol>(
    namedSupervisor('Hedgehog'),
    {
      strategy: 'rest_for_one',
      children: [
        childSpec<PubSubProtocol>({ id: PUBSUB, server: PubSub, arg: undefined, register: PUBSUB }),
        childSpec<BinanceMockProtocol>({
          id: EXCHANGE,
          server: BinanceMock,
          arg: { symbols: [...outside.symbols], pubsub, pacing, clock },
          register: EXCHANGE,
        }),
        ...(outside.observers?.(pubsub) ?? []),
        tradingSpec(),
      ],
    },
    'Hedgehog',
  );
  return {
    system,
    pubsub,
    startTrading: (symbol, settings, intensity) => startSymbol(system, deps, symbol, settings, intensity),
    stopTrading: (symbol) => stopSymbol(system, symbol),
    stop: () => system.stop(),
  };
}

function logCrash(log: Log, { pid, during, error, late }: CrashReport): void {
  log.error(`${pid.path} crashed: ${error.name}: ${error.message}`, {
    actor: pid.path,
    during,
    late,
    stack: error.stack ?? null,
  });
}
