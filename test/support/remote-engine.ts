import { binancePart, restOf } from '../../src/app/binance-part.js';
import { compose, type Engine, type Outside } from '../../src/app/compose.js';
import type { Settings } from '../../src/domain/settings.js';
import type { Credentials } from '../../src/exchange/binance/credentials.js';
import { endpointsOf } from '../../src/exchange/binance/endpoints.js';
import { binancePastTrades } from '../../src/exchange/binance/past-trades.js';
import { ConnectionBudget } from '../../src/exchange/binance/socket/connection-budget.js';
import type { ChildSpec, CrashReport } from '../../src/otp/index.js';
import type { Clock } from '../../src/ports/clock.js';
import type { CycleStore } from '../../src/ports/cycle-store.js';
import type { Log } from '../../src/ports/log.js';
import { type Pacing, UNPACED } from '../../src/ports/pacing.js';
import { liveSource } from '../../src/streaming/live-source.js';
import { Streaming } from '../../src/streaming/streaming.js';
import { Desired } from './desired.js';
import type { PublishedTrades } from './published-trades.js';

export interface RemoteEngineOptions {
  /** Of the simulator, on this machine. */
  readonly port: number;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly cycles: CycleStore;
  readonly published: PublishedTrades;
  readonly symbols: readonly string[];
  readonly settings: (symbol: string) => Settings;
  readonly pacing?: Pacing;
  readonly wrapExchange?: Outside['wrapExchange'];
  /** What else hears what is published, started before anything is. */
  readonly listeners?: (engine: Pick<Engine, 'system' | 'pubsub'>) => readonly ChildSpec[];
  readonly onCrash: (report: CrashReport) => void;
}

export interface RemoteEngine extends Engine {
  /** Ends it as the end of a process would: nobody says last words, and what was sent to the exchange is on its way. */
  crash(): Promise<void>;
}

const RESUME_EVERY_MS = 15_000;
const SILENCE_MS = 20_000;

/** An engine that trades on a simulator by way of sockets, composed as the daemon is, without a database. */
export async function remoteEngine(options: RemoteEngineOptions): Promise<RemoteEngine> {
  const { port, credentials, clock, log, random, cycles, published, symbols, settings } = options;
  const endpoints = endpointsOf('simulator', {
    rest: `http://127.0.0.1:${port}`,
    streams: `ws://127.0.0.1:${port}`,
    wsApi: `ws://127.0.0.1:${port}/ws-api/v3`,
  });
  const budget = new ConnectionBudget(clock);
  const tuning = { silenceMs: SILENCE_MS };
  const streamed = new Desired<null>();
  let isKilled = false;
  const engine = compose({
    ...{ clock, log, cycles, pacing: options.pacing ?? UNPACED },
    ...(options.wrapExchange === undefined ? {} : { wrapExchange: options.wrapExchange }),
    onCrash: (report) => {
      // Of an actor that waited for another when both were killed, nobody would hear.
      if (!isKilled) options.onCrash(report);
    },
    exchange: binancePart({
      ...{ remote: { endpoints, credentials }, random, budget },
      userData: { resumeEveryMs: RESUME_EVERY_MS, tuning },
    }),
    tree({ system, pubsub, pubsubSpec, exchangeSpecs, trading }) {
      const source = liveSource(system, {
        ...{ pubsub, clock, log, random, budget, tuning, baseUrl: endpoints.streams, record: published },
        past: binancePastTrades(restOf(system)),
        whyNot: () => null,
      });
      return [
        pubsubSpec,
        published.listener(pubsub),
        ...(options.listeners?.({ system, pubsub }) ?? []),
        ...exchangeSpecs,
        trading.spec(),
        new Streaming(system, { log, source }).spec(streamed),
      ];
    },
  });
  for (const symbol of symbols) await engine.trading.start(symbol, settings(symbol));
  for (const symbol of symbols) streamed.want(symbol, null);
  return {
    ...engine,
    async crash() {
      isKilled = true;
      for (const root of [...engine.system.roots.values()]) engine.system.kill(root);
      await engine.stop();
    },
  };
}
