import {
  ActorSystem,
  CallFailed,
  type ChildSpec,
  type CrashReport,
  childSpec,
  describeExit,
  type ExitReason,
  namedSupervisor,
  PubSub,
  type PubSubProtocol,
  type Scheduler,
  type SupervisorProtocol,
  type Via,
} from '../otp/index.js';
import { partLog } from '../platform/logging/part-log.js';
import type { Clock } from '../ports/clock.js';
import type { Cycle, CycleStore } from '../ports/cycle-store.js';
import type { Exchange } from '../ports/exchange.js';
import type { Log } from '../ports/log.js';
import type { Pacing } from '../ports/pacing.js';
import { MemoryCycleStore } from '../trading/memory-cycle-store.js';
import { Trading, type TradingIntensity } from '../trading/trading.js';
import type { BuildExchange } from './exchange-part.js';

/** What an engine is made of; every choice of a real or a fake thing is made by whoever composes it. */
export interface Outside {
  readonly clock: Clock;
  readonly log: Log;
  readonly exchange: BuildExchange;
  readonly pacing: Pacing;
  /** Where cycles are kept; default in memory. */
  readonly cycles?: CycleStore;
  /** Hears of every cycle that has ended. */
  readonly onCycleEnd?: (cycle: Cycle) => void;
  /**
   * The root's children, in the order of their start: those of the core, and whatever else this engine has. Default the core
   * alone.
   */
  readonly tree?: (core: Core) => readonly ChildSpec[];
  readonly scheduler?: Scheduler;
  readonly onCrash?: (report: CrashReport) => void;
  /** The root has ended, and everything with it: after a stop, or when it gave up. */
  readonly onEnd?: (reason: ExitReason) => void;
  readonly intensity?: TradingIntensity;
  /** Stands between the traders and the exchange: counts what passes or, in tests, loses and delays it. */
  readonly wrapExchange?: (exchange: Exchange, system: ActorSystem) => Exchange;
}

/** What every engine has: actors that talk by topic, an exchange, and the traders. */
export interface Core {
  readonly system: ActorSystem;
  readonly pubsub: Via<PubSubProtocol>;
  readonly exchange: Exchange;
  readonly trading: Trading;
  readonly pubsubSpec: ChildSpec<PubSubProtocol>;
  readonly exchangeSpecs: readonly ChildSpec[];
}

export interface Engine {
  readonly system: ActorSystem;
  readonly pubsub: Via<PubSubProtocol>;
  readonly trading: Trading;
  /**
   * Stops everything in reverse order of its start.
   *
   * @param timeoutMs what has not stopped by then is killed; default 5,000
   */
  stop(timeoutMs?: number): Promise<void>;
}

const PUBSUB = 'PubSub';

/** Builds the tree: the only place where parts are wired together. */
export function compose(outside: Outside): Engine {
  const { clock, log, pacing } = outside;
  const ofActors = partLog(log, 'actors');
  const system = new ActorSystem({
    clock,
    onCrash: (report) => {
      logCrash(ofActors, report);
      outside.onCrash?.(report);
    },
    onRootExit: (pid, reason) => {
      ofActors[reason === 'shutdown' ? 'debug' : 'error'](`${pid.path} has ended: ${describeExit(reason)}`);
      outside.onEnd?.(reason);
    },
    ...(outside.scheduler === undefined ? {} : { scheduler: outside.scheduler }),
  });
  const pubsub = system.registry.via<PubSubProtocol>(PUBSUB);
  const built = outside.exchange({ system, pubsub, pacing, clock, log: partLog(log, 'exchange') });
  const exchange = outside.wrapExchange?.(built.exchange, system) ?? built.exchange;
  const cycles = outside.cycles ?? new MemoryCycleStore();
  const onCycleEnd = outside.onCycleEnd ?? (() => {});
  const trading = new Trading(
    system,
    { exchange, pubsub, pacing, cycles, clock, log: partLog(log, 'trading'), onCycleEnd },
    outside.intensity,
  );

  const core: Core = {
    system,
    pubsub,
    exchange,
    trading,
    pubsubSpec: childSpec<PubSubProtocol>({ id: PUBSUB, server: PubSub, arg: undefined, register: PUBSUB }),
    exchangeSpecs: built.specs,
  };
  system.spawn<SupervisorProtocol>(
    namedSupervisor('Hedgehog'),
    { strategy: 'rest_for_one', children: (outside.tree ?? coreTree)(core) },
    'Hedgehog',
  );
  return {
    system,
    pubsub,
    trading,
    stop: (timeoutMs) => system.stop(timeoutMs),
  };
}

const coreTree = ({ pubsubSpec, exchangeSpecs, trading }: Core): readonly ChildSpec[] => [
  pubsubSpec,
  ...exchangeSpecs,
  trading.spec(),
];

function logCrash(log: Log, { pid, during, error, late }: CrashReport): void {
  // It had ended, and hears now that whom it waited for has ended too.
  const isNews = !(late && error instanceof CallFailed);
  log[isNews ? 'error' : 'debug'](`${pid.path} crashed: ${error.name}: ${error.message}`, {
    actor: pid.path,
    during,
    late,
    stack: error.stack ?? null,
  });
}
