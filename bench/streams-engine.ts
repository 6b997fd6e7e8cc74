import { monitorEventLoopDelay } from 'node:perf_hooks';
import { compose, type Engine } from '../src/app/compose.js';
import type { BuildExchange } from '../src/app/exchange-part.js';
import { Decimal } from '../src/domain/decimal.js';
import { DEFAULT_SETTINGS, type Settings } from '../src/domain/settings.js';
import type { SymbolInfo } from '../src/domain/symbol-info.js';
import { ConnectionBudget } from '../src/exchange/binance/socket/connection-budget.js';
import { BinanceMock, type BinanceMockProtocol } from '../src/exchange/mock/binance-mock.js';
import { mockExchange } from '../src/exchange/mock/mock-exchange.js';
import { childSpec, inspectTree, subscribersOf } from '../src/otp/index.js';
import type { Process } from '../src/otp/process.js';
import { systemClock } from '../src/platform/system-clock.js';
import { systemRandom } from '../src/platform/system-random.js';
import type { WantedTrading } from '../src/ports/desired-state.js';
import type { Exchange } from '../src/ports/exchange.js';
import { NO_LEDGER } from '../src/ports/order-ledger.js';
import { UNPACED } from '../src/ports/pacing.js';
import { tradeEvents } from '../src/ports/topics.js';
import { followSpecs } from '../src/services/service-tree.js';
import { liveSource } from '../src/streaming/live-source.js';
import { Streaming } from '../src/streaming/streaming.js';
import { tradingService, tradingServiceSpec } from '../src/trading/trading-service.js';
import { Backlogs, type Intake } from '../src/warehouse/backlog/backlogs.js';
import { type Database, openDatabase } from '../src/warehouse/database.js';
import { DatabaseCycleStore } from '../src/warehouse/database-cycle-store.js';
import { storingService } from '../src/warehouse/storing.js';
import { tradeRecord } from '../src/warehouse/trade-record.js';
import { warehouseSpec } from '../src/warehouse/warehouse-tree.js';
import { always } from './always.js';
import { answer } from './child.js';
import { CountingLog } from './counting-log.js';
import { manySymbols } from './many-symbols.js';
import { type Percentiles, percentilesOf, StreamsWatch } from './streams-watch.js';

// A process of its own: an engine that trades and stores many symbols, each with the parts that it has in the daemon, but for the
// exchange that takes its orders, which is the one in the process.

export interface Start {
  readonly symbols: number;
  /** Of the market streams, without a path. */
  readonly streams: string;
  readonly dataDirectory: string;
}

export interface Report {
  readonly frames: number;
  readonly published: number;
  /** By all traders of a symbol together, so more than were published when it has several. */
  readonly handled: number;
  readonly seen: number;
  readonly unattended: number;
  readonly lost: number;
  readonly stored: number;
  /** Milliseconds. */
  readonly decided: Percentiles;
  readonly decidedSinceTrade: Percentiles;
  readonly loopDelay: Percentiles;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly mostMessages: number;
  readonly mostForPubSub: number;
  readonly mostHeld: number;
  readonly mostHeldOfOne: number;
  readonly placed: number;
  readonly cyclesClosed: number;
  readonly traders: number;
  readonly troubles: number;
  readonly firstTroubles: readonly string[];
  /** The first trade id of each symbol that came. */
  readonly firstIds: readonly number[];
}

export type EngineQuestions = {
  /** Answers how many traders run, once all symbols are traded, stored and about to be streamed. */
  start(how: Start): Promise<number>;
  /** From here on latencies and processor time count. */
  measure(nothing: null): void;
  /** Stops counting, and reports once all these trades have gone the whole way, or do not go on. */
  finish(lastIds: readonly number[]): Promise<Report>;
  stop(nothing: null): Promise<void>;
};

/** A cycle buys a little below the market and sells a little above, and has a rebuy or two. */
const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  chunks: 3,
  budget: new Decimal('300'),
  buyDownInterval: new Decimal('0.001'),
  profitInterval: new Decimal('0.0005'),
  rebuyInterval: new Decimal('0.002'),
};
const SAMPLE_MS = 250;
const MOST_IDLE_MS = 30_000;
const NS_PER_MS = 1e6;
const US_PER_MS = 1_000;
/** Of a symbol's topic: the exchange, a trader, and whoever stores. */
const LISTENERS = 3;

interface StreamerShown {
  readonly lastId: number | null;
  readonly absent: number;
}
interface MockShown {
  readonly placed: number;
}

const mockName = (symbol: string): string => `BinanceMock ${symbol}`;

/**
 * Each symbol has a mock exchange of its own: a single one would have to take every trade of all of them, which nothing of an
 * engine that trades on a real exchange does but PubSub.
 */
const anExchangePerSymbol =
  (symbols: ReadonlyMap<string, SymbolInfo>): BuildExchange =>
  ({ system, pubsub, pacing, clock }) => {
    const at = (symbol: string): Exchange =>
      mockExchange(system, system.registry.via<BinanceMockProtocol>(mockName(symbol)));
    return {
      exchange: {
        symbolInfo: (symbol) => at(symbol).symbolInfo(symbol),
        commissionRate: (symbol) => at(symbol).commissionRate(symbol),
        placeOrder: (request) => at(request.symbol).placeOrder(request),
        cancelOrder: (symbol, key) => at(symbol).cancelOrder(symbol, key),
        getOrder: (symbol, key) => at(symbol).getOrder(symbol, key),
        openOrders: async (symbol) => {
          const asked = symbol === undefined ? [...symbols.keys()] : [symbol];
          return (await Promise.all(asked.map((one) => at(one).openOrders(one)))).flat();
        },
      },
      specs: [...symbols].map(([symbol, info]) =>
        childSpec<BinanceMockProtocol>({
          id: mockName(symbol),
          server: BinanceMock,
          arg: { symbols: [info], pubsub, pacing, clock, ledger: NO_LEDGER },
          register: mockName(symbol),
        }),
      ),
    };
  };

class Running {
  cyclesClosed = 0;
  readonly most = { messages: 0, forPubSub: 0, held: 0, heldOfOne: 0 };
  private readonly loop = monitorEventLoopDelay({ resolution: 1 });
  private cpu = process.cpuUsage();
  private sinceMs = performance.now();
  private sampling: NodeJS.Timeout | undefined;

  private constructor(
    readonly engine: Engine,
    readonly database: Database,
    readonly names: readonly string[],
    /** As the names. */
    readonly backlogs: readonly Intake['backlog'][],
    readonly watch: StreamsWatch,
    readonly log: CountingLog,
  ) {}

  static async start({ symbols: count, streams, dataDirectory }: Start): Promise<Running> {
    const log = new CountingLog();
    const watch = new StreamsWatch(count);
    const { symbols } = await manySymbols(count);
    const names = [...symbols.keys()];
    const database = await openDatabase({ environment: { HEDGEHOG_DATA_DIR: dataDirectory }, log });
    const retry = <T>(work: () => Promise<T>): Promise<T> => database.withRetry(work);
    const backlogs = new Backlogs({ db: database.kysely, clock: systemClock, log });
    const engine = compose({
      clock: systemClock,
      log,
      exchange: anExchangePerSymbol(symbols),
      pacing: UNPACED,
      cycles: await DatabaseCycleStore.open(database.kysely, retry),
      onCycleEnd: () => {
        running.cyclesClosed++;
      },
      tree: ({ system, pubsub, trading, pubsubSpec, exchangeSpecs }) => {
        const traded = tradingService(system, trading, { log, whyNot: () => null, onShutDown: () => {} });
        const stored = storingService(system, { pubsub, clock: systemClock, backlogs }, log);
        const source = liveSource(system, {
          ...{ pubsub, clock: systemClock, log, random: systemRandom, baseUrl: streams },
          budget: new ConnectionBudget(systemClock),
          past: { fetchTrades: () => Promise.reject(new Error('nothing of the past is served')) },
          record: tradeRecord(database.kysely, retry),
          whyNot: () => null,
        });
        const wanted: WantedTrading = { status: 'on', settings: SETTINGS };
        const topics = names.map((name) => `TRADE_EVENTS:${name}`);
        return [
          pubsubSpec,
          ...exchangeSpecs,
          warehouseSpec(system, {
            pubsub,
            autostart: followSpecs('DataWarehouse', stored, always(topics, null)),
          }),
          tradingServiceSpec(trading, traded, always(names, wanted)),
          new Streaming(system, { log, source }).spec(always(names, null)),
        ];
      },
    });
    const running = new Running(
      engine,
      database,
      names,
      names.map((name) => backlogs.of('TRADE_EVENTS', name).backlog),
      watch,
      log,
    );
    await running.untilListening();
    return running;
  }

  /** As many as there are symbols, or more. */
  get traders(): number {
    return this.actorsOf('Trader').length;
  }

  measure(): void {
    this.watch.resetLatency();
    this.loop.enable();
    this.loop.reset();
    this.cpu = process.cpuUsage();
    this.sinceMs = performance.now();
    this.sampling = setInterval(() => this.sample(), SAMPLE_MS);
  }

  async finish(lastIds: readonly number[]): Promise<Report> {
    const { user, system } = process.cpuUsage(this.cpu);
    const seconds = (performance.now() - this.sinceMs) / 1_000;
    this.loop.disable();
    await this.untilThrough(lastIds);
    clearInterval(this.sampling);
    const { watch, most, names, log, cyclesClosed, traders } = this;
    const { frames, handled, seen, lost } = watch;
    // With no message under way, what no trader was told at the end of a symbol came when none of its traders listened.
    const isQuiet = this.engine.system.inFlight.size === 0;
    const untold = names.map((name, index) => Math.max(0, (lastIds[index] ?? 0) - watch.lastId(name)));
    const unattended = watch.unattended + (isQuiet ? untold.reduce((sum, count) => sum + count, 0) : 0);
    const firstIds = names.map((_, index) => watch.firstId(index));
    return {
      ...{ frames, handled, seen, unattended, lost, seconds, cyclesClosed, traders, firstIds },
      published: names.reduce((sum, name, index) => sum + this.published(name, index), 0),
      stored: this.backlogs.reduce((sum, { counts }) => sum + counts.stored, 0),
      decided: percentilesOf(watch.decided, US_PER_MS),
      decidedSinceTrade: percentilesOf(watch.decidedSinceTrade, 1),
      loopDelay: percentilesOf(this.loop, NS_PER_MS),
      cpuSeconds: (user + system) / 1e6,
      peakMb: process.resourceUsage().maxRSS / 1_024,
      mostMessages: most.messages,
      mostForPubSub: most.forPubSub,
      mostHeld: most.held,
      mostHeldOfOne: most.heldOfOne,
      placed: names.reduce((sum, name) => sum + (this.shown(mockName(name)) as MockShown).placed, 0),
      troubles: log.troubles,
      firstTroubles: log.firstTroubles,
    };
  }

  async stop(): Promise<void> {
    await this.engine.stop(60_000);
    await this.database.close();
  }

  private async untilListening(): Promise<void> {
    const { system, pubsub } = this.engine;
    for (const name of this.names) {
      const topic = tradeEvents(name);
      while ((await subscribersOf(system, pubsub, topic).catch(() => [])).length < LISTENERS) await aMoment();
    }
  }

  /** Until everything is told and stored, or nothing of it has come on for long. */
  private async untilThrough(lastIds: readonly number[]): Promise<void> {
    let before = '';
    let changedMs = performance.now();
    while (!this.isThrough(lastIds) && performance.now() - changedMs < MOST_IDLE_MS) {
      await aMoment();
      const now = `${this.watch.handled} ${this.held().total}`;
      if (now !== before) changedMs = performance.now();
      before = now;
    }
  }

  private isThrough(lastIds: readonly number[]): boolean {
    const { names, watch } = this;
    return names.every(
      (name, index) => (lastIds[index] ?? 0) <= watch.lastId(name) && !this.backlogs[index]?.pending,
    );
  }

  private sample(): void {
    const { most } = this;
    const { total, ofOne } = this.held();
    most.messages = Math.max(most.messages, this.engine.system.inFlight.size);
    most.forPubSub = Math.max(most.forPubSub, this.actor('PubSub')?.load.waiting ?? 0);
    most.held = Math.max(most.held, total);
    most.heldOfOne = Math.max(most.heldOfOne, ofOne);
  }

  private held(): { readonly total: number; readonly ofOne: number } {
    const sizes = this.backlogs.map(({ size }) => size);
    return { total: sizes.reduce((sum, size) => sum + size, 0), ofOne: Math.max(...sizes) };
  }

  private actor(name: string): Process | undefined {
    return this.engine.system.registry.lookup(name) as Process | undefined;
  }

  private shown(name: string): unknown {
    const actor = this.actor(name);
    if (actor === undefined) throw new Error(`${name} does not run`);
    return actor.inspect();
  }

  /** Each id once and in order: so their number is told by the last one. */
  private published(name: string, index: number): number {
    const { lastId, absent } = this.shown(`Streamer ${name}`) as StreamerShown;
    return lastId === null ? 0 : lastId - this.watch.firstId(index) + 1 - absent;
  }

  private actorsOf(kind: string): readonly unknown[] {
    const under = (actors: ReturnType<typeof inspectTree>): typeof actors =>
      actors.flatMap((actor) => [actor, ...under([...actor.children])]);
    return under(inspectTree(this.engine.system)).filter((actor) => actor.kind === kind);
  }
}

const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

let running: Running | undefined;
const theRunning = (): Running => {
  if (running === undefined) throw new Error('the engine does not run');
  return running;
};

answer({
  async start(how: Start) {
    running = await Running.start(how);
    return running.traders;
  },
  measure: () => theRunning().measure(),
  finish: (lastIds: readonly number[]) => theRunning().finish(lastIds),
  stop: () => theRunning().stop(),
} satisfies EngineQuestions);
