import { type ControlPart, controlPart } from '../control/control.js';
import type { ControlDeps } from '../control/deps.js';
import { indicatorsService } from '../indicators/indicators-service.js';
import { indicatorsSpec } from '../indicators/indicators-tree.js';
import type { ExitReason } from '../otp/index.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { UNPACED } from '../ports/pacing.js';
import { followSpecs } from '../services/service-tree.js';
import { Streaming } from '../streaming/streaming.js';
import { tradingService, tradingServiceSpec } from '../trading/trading-service.js';
import { Backlogs } from '../warehouse/backlog/backlogs.js';
import type { Database } from '../warehouse/database.js';
import { databaseSpec } from '../warehouse/database-actor.js';
import { DatabaseCycleStore } from '../warehouse/database-cycle-store.js';
import { DatabaseOrderLedger } from '../warehouse/database-order-ledger.js';
import { DesiredSettings } from '../warehouse/desired-settings.js';
import { publishingSpec } from '../warehouse/publish-desk.js';
import { storingService } from '../warehouse/storing.js';
import { tradeHistory } from '../warehouse/trade-history.js';
import { warehouseSpec } from '../warehouse/warehouse-tree.js';
import { compose, type Engine } from './compose.js';
import { mockPart } from './exchange-part.js';
import type { StartConfig } from './start-config.js';
import { tapeFeeds } from './tapes.js';

export interface LiveDeps {
  readonly config: StartConfig;
  /** Migrated and seeded. */
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEnd: (reason: ExitReason) => void;
  /** The local API of a daemon; without it there is none. */
  readonly control?: Pick<ControlDeps, 'config' | 'places' | 'version' | 'logs'>;
}

/** The whole tree, following what the database says is wanted. */
export async function composeLive({
  config,
  database,
  clock,
  log,
  onEnd,
  control,
}: LiveDeps): Promise<Engine> {
  const { symbols, pace, loops } = config;
  // However long it is away: whoever would go on without it would do what is not written down.
  const retry = <T>(work: () => Promise<T>): Promise<T> =>
    database.withRetry(work, { giveUpAfterMs: Number.POSITIVE_INFINITY });
  const desired = await DesiredSettings.open(database, log);
  // Outside the actors, so that one that is started again goes on with what was heard before.
  const backlogs = new Backlogs({ db: database.kysely, clock, log });
  const feeds = tapeFeeds(config.tapes, { pace, loops, clock });
  let api: ControlPart | undefined;
  const engine = compose({
    clock,
    log,
    exchange: mockPart({
      symbols: symbols.values(),
      ledger: new DatabaseOrderLedger(database.kysely, retry),
    }),
    pacing: UNPACED,
    cycles: await DatabaseCycleStore.open(database.kysely, retry),
    onEnd,
    tree: ({ system, pubsub, trading, pubsubSpec, exchangeSpecs }) => {
      const traded = tradingService(system, trading, {
        log,
        whyNot: (symbol) => (symbols.has(symbol) ? null : `the exchange does not list ${symbol}`),
        onShutDown: (symbol) => {
          log.info(`trading: ${symbol} is shut down`);
          desired.shutDownEnded(symbol).catch((error: unknown) => {
            log.error(`${symbol} is shut down, and the database was not told: ${String(error)}`);
          });
        },
      });
      const streaming = new Streaming(system, {
        pubsub,
        log,
        feeds,
        whyNoFeed: (symbol) => `there is no tape of ${symbol}`,
      });
      const stored = storingService(system, { pubsub, clock, backlogs }, log);
      const summed = indicatorsService(system, { pubsub, log, history: tradeHistory(database.kysely) });
      const services = { streaming: streaming.service, trading: traded, storing: stored };
      api =
        control &&
        controlPart({ ...control, system, pubsub, database, symbols, services, backlogs, clock, log });
      return [
        pubsubSpec,
        databaseSpec(database),
        ...exchangeSpecs,
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
        publishingSpec({ system, database, pubsub, log }),
        ...(api === undefined ? [] : [api.spec]),
      ];
    },
  });
  return {
    ...engine,
    async stop(timeoutMs) {
      await engine.stop(timeoutMs);
      await api?.close();
      await Promise.all([...feeds.values()].map((feed) => feed.close()));
    },
  };
}
