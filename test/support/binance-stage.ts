import { inspect } from 'node:util';
import { BinanceClient, type BinanceClientProtocol } from '../../src/exchange/binance/binance-client.js';
import { type BinanceExchange, binanceExchange } from '../../src/exchange/binance/binance-exchange.js';
import { type BinanceRest, binanceRest } from '../../src/exchange/binance/binance-rest.js';
import { Credentials } from '../../src/exchange/binance/credentials.js';
import { LATEST_EFFECT_MS } from '../../src/exchange/binance/rest/arrivals.js';
import { RestFigures } from '../../src/exchange/binance/rest/rest-figures.js';
import {
  type ActorSystem,
  type CrashReport,
  childSpec,
  inspectTree,
  PubSub,
  type PubSubProtocol,
  Supervisor,
  subscribeTo,
} from '../../src/otp/index.js';
import type { SimClock } from '../../src/platform/sim-clock.js';
import { orders } from '../../src/ports/topics.js';
import { actorNamed, aSystem, aWorker, seenBy, settle } from './actors.js';
import { payload } from './binance-payloads.js';
import { aLog, type LogEntry } from './log.js';
import { aScriptedServer, type ScriptedServer } from './scripted-http.js';

export const API_KEY = 'TheKeyThatNobodyMaySee';
export const SECRET = 'TheSecretThatNobodyMaySee';

/** The exchange's time when the test's clock is at zero. */
export const EXCHANGE_START = 1_784_246_400_123;

export interface BinanceStage {
  readonly server: ScriptedServer;
  readonly system: ActorSystem;
  readonly clock: SimClock;
  readonly crashes: readonly CrashReport[];
  readonly log: readonly LogEntry[];
  readonly figures: RestFigures;
  readonly rest: BinanceRest;
  readonly exchange: BinanceExchange;
  /** What was published on `ORDERS:BTCUSDT`. */
  readonly told: readonly unknown[];
  /** Everything that an operator could come to see: log, inspector, crashes. */
  shown(): string;
  settle(): Promise<void>;
  /** Lets time go by, and what falls due happen. */
  pass(ms: number): Promise<void>;
  /** Kills the client, as a crash would; its supervisor starts it again. */
  crashClient(): void;
  stop(): Promise<void>;
}

export interface StageOptions {
  readonly credentials?: Credentials | null;
  /** Scripts the server before the client starts. */
  readonly before?: (server: ScriptedServer) => void;
  /** Default true: the client has been up for long enough to be sure of what is absent. */
  readonly settled?: boolean;
}

/** A BinanceClient under a supervisor, the exchange on it, and a server that plays Binance as it is told. */
export async function aBinanceStage(options: StageOptions = {}): Promise<BinanceStage> {
  const { system, clock, crashes } = aSystem();
  const server = await aScriptedServer();
  server.on('GET /api/v3/time', () => ({ body: { serverTime: EXCHANGE_START + clock.monotonicMs() } }));
  server.on('GET /api/v3/exchangeInfo', { body: payload('exchange-info') });
  options.before?.(server);
  const log = aLog();
  const figures = new RestFigures();
  const pubsub = system.spawn<PubSubProtocol>(PubSub, undefined, 'PubSub');
  const spec = childSpec<BinanceClientProtocol>({
    id: 'BinanceClient',
    server: BinanceClient,
    arg: {
      restUrl: server.url,
      credentials:
        options.credentials === undefined ? Credentials.withSecret(API_KEY, SECRET) : options.credentials,
      clock,
      log,
      random: () => 1,
      figures,
    },
    register: 'BinanceClient',
  });
  system.spawn(Supervisor, { children: [spec] }, 'exchanges');
  const rest = binanceRest(system, system.registry.via<BinanceClientProtocol>('BinanceClient'));
  const listener = aWorker(system, 'listener');
  subscribeTo(system, pubsub, orders('BTCUSDT'), listener);
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle(system);
  };
  await settle(system);
  if (options.settled !== false) await pass(LATEST_EFFECT_MS);
  return {
    server,
    system,
    clock,
    crashes,
    log: log.entries,
    figures,
    rest,
    exchange: binanceExchange(system, rest, pubsub),
    get told() {
      return seenBy(listener);
    },
    shown: () =>
      inspect(
        { log: log.entries, tree: inspectTree(system), crashes: crashes.map(({ error }) => error) },
        { depth: 20 },
      ),
    settle: () => settle(system),
    pass,
    crashClient: () => system.kill(actorNamed(system, 'BinanceClient'), new Error('planted')),
    async stop() {
      await system.stop();
      await server.stop();
    },
  };
}
