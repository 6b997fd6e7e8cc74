import { type ControlPart, controlPart } from '../control/control.js';
import { type ControlDeps, controlled } from '../control/deps.js';
import { countedExchange, PlacementCounts } from '../exchange/counted-exchange.js';
import { indicatorsService } from '../indicators/indicators-service.js';
import { indicatorsSpec } from '../indicators/indicators-tree.js';
import { type ChildSpec, childSpec, type ExitReason, publishedOn } from '../otp/index.js';
import { partLog } from '../platform/logging/part-log.js';
import type { Clock } from '../ports/clock.js';
import type { Cycle } from '../ports/cycle-store.js';
import type { Log } from '../ports/log.js';
import { UNPACED } from '../ports/pacing.js';
import { followSpecs } from '../services/service-tree.js';
import { Streaming } from '../streaming/streaming.js';
import { lookingForEarlier } from '../trading/earlier-orders.js';
import { IdleReporter, type IdleReporterProtocol } from '../trading/idle-reporter.js';
import { Outlook } from '../trading/outlook.js';
import { tradingService, tradingServiceSpec } from '../trading/trading-service.js';
import { Backlogs } from '../warehouse/backlog/backlogs.js';
import type { Database } from '../warehouse/database.js';
import { databaseSpec } from '../warehouse/database-actor.js';
import { DatabaseCycleStore } from '../warehouse/database-cycle-store.js';
import { DesiredSettings } from '../warehouse/desired-settings.js';
import { orderIdStarts } from '../warehouse/order-id-starts.js';
import { retentionSpec } from '../warehouse/retention.js';
import { serviceReporterSpec } from '../warehouse/service-reporter.js';
import { clearReports } from '../warehouse/service-reports.js';
import { storingService } from '../warehouse/storing.js';
import { tradeHistory } from '../warehouse/trade-history.js';
import { warehouseSpec } from '../warehouse/warehouse-tree.js';
import { type Core, compose, type Engine } from './compose.js';
import { liveExchange } from './live-exchange.js';
import type { StartConfig } from './start-config.js';

/** Somebody beside the tree's own actors who listens to it. */
export interface Watch {
  /** Hears of every cycle that has ended. */
  readonly onCycleEnd: (cycle: Cycle) => void;
  /** Actors that are there before anything is traded. */
  specs(core: Core): readonly ChildSpec[];
}

export interface LiveDeps {
  readonly config: StartConfig;
  /** Migrated and seeded. */
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEnd: (reason: ExitReason) => void;
  /** The local API of a daemon; without it there is none. */
  readonly control?: Pick<ControlDeps, 'config' | 'places' | 'version' | 'logs'>;
  readonly watch?: Watch;
}

/** The whole tree, following what the database says is wanted. */
export async function composeLive(deps: LiveDeps): Promise<Engine> {
  const { config, database, clock, log, onEnd, control, watch } = deps;
  const { keepTradesMs } = config.retention;
  // However long it is away: whoever would go on without it would do what is not written down.
  const retry = <T>(work: () => Promise<T>): Promise<T> =>
    database.withRetry(work, { giveUpAfterMs: Number.POSITIVE_INFINITY });
  const [ofTrading, ofStreaming, ofStoring] = [
    partLog(log, 'trading'),
    partLog(log, 'streaming'),
    partLog(log, 'storing'),
  ];
  await retry(() => clearReports(database.kysely));
  const desired = await DesiredSettings.open(database, partLog(log, 'control'));
  const cycles = await DatabaseCycleStore.open(database.kysely, retry);
  const { orderIdPrefix } = cycles;
  const starts = await retry(() => orderIdStarts(database.kysely, orderIdPrefix));
  const exchange = liveExchange(config.exchange, { database, retry, orderIdStarts: starts, clock, log });
  const placements = new PlacementCounts();
  let api: ControlPart | undefined;
  const engine = compose({
    clock,
    log,
    exchange: exchange.build,
    wrapExchange: (built) =>
      lookingForEarlier(countedExchange(built, placements), { orderIdPrefix, log: ofTrading }),
    pacing: UNPACED,
    cycles,
    onEnd,
    ...(watch === undefined ? {} : { onCycleEnd: watch.onCycleEnd }),
    tree: (core) => {
      const { system, pubsub, trading, pubsubSpec, exchangeSpecs } = core;
      // Outside the actors, so that one that is started again goes on with what was heard before.
      const backlogs = new Backlogs({ db: database.kysely, clock, log: ofStoring, exchange: core.exchange });
      const traded = tradingService(system, trading, {
        log: ofTrading,
        whyNot: (symbol) => exchange.whyNot(symbol),
        onShutDown: (symbol) => {
          ofTrading.info(`trading: ${symbol} is shut down`, { symbol });
          desired.shutDownEnded(symbol).catch((error: unknown) => {
            ofTrading.error(`${symbol} is shut down, and the database was not told: ${String(error)}`, {
              symbol,
            });
          });
        },
      });
      const streaming = new Streaming(system, { log: ofStreaming, source: exchange.source(core) });
      const stored = storingService(system, { pubsub, clock, backlogs }, ofStoring);
      const summed = indicatorsService(system, {
        ...{ pubsub, log: partLog(log, 'indicators') },
        history: tradeHistory(database.kysely),
      });
      const services = {
        streaming: controlled(streaming.service, desired.streaming()),
        trading: controlled(traded, desired.trading()),
        storing: controlled(stored, desired.storing()),
      };
      const outlook = new Outlook({
        trading,
        published: () => publishedOn(system, pubsub),
        streams: () => streaming.states(),
        clock,
      });
      api =
        control &&
        controlPart({
          ...control,
          system,
          pubsub,
          database,
          symbols: exchange.symbols,
          exchange: core.exchange,
          orderIdPrefix,
          services,
          ...{ outlook, placements },
          exchangeFigures: exchange.figures,
          backlogs,
          clock,
          log: partLog(log, 'control'),
        });
      return [
        pubsubSpec,
        databaseSpec(database),
        ...exchangeSpecs,
        ...(watch?.specs(core) ?? []),
        warehouseSpec(system, {
          pubsub,
          autostart: followSpecs('DataWarehouse', stored, desired.storing()),
          onGivenUp: (id, reason) => stored.noteGivenUp(id, reason),
        }),
        indicatorsSpec(system, {
          pubsub,
          autostart: followSpecs('Indicators', summed, desired.candles()),
          onGivenUp: (id, reason) => summed.noteGivenUp(id, reason),
        }),
        tradingServiceSpec(trading, traded, desired.trading()),
        streaming.spec(desired.streaming()),
        ...exchange.specs(core),
        childSpec<IdleReporterProtocol>({
          id: 'IdleReporter',
          server: IdleReporter,
          arg: { outlook, log: ofTrading },
        }),
        serviceReporterSpec({ database, services: [traded, streaming.service, stored] }),
        ...(api === undefined ? [] : [api.spec]),
        ...(keepTradesMs === null ? [] : [retentionSpec({ database, clock, log: ofStoring, keepTradesMs })]),
      ];
    },
  });
  return {
    ...engine,
    async stop(timeoutMs) {
      await engine.stop(timeoutMs);
      await api?.close();
      await exchange.close();
    },
  };
}
