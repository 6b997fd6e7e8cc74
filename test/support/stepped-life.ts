import type { OrderRecorderProtocol } from '../../src/backtest/order-recorder.js';
import { orderRecorderSpec, type RecordedOrder, recordedOrders } from '../../src/backtest/order-recorder.js';
import { Cursor } from '../../src/backtest/replay.js';
import { SteppedPacing } from '../../src/backtest/stepped-pacing.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { Settings } from '../../src/domain/settings.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { Credentials } from '../../src/exchange/binance/credentials.js';
import { BINANCE_LIMITS } from '../../src/exchange/simulator/api/rate-limits.js';
import { inspectTree, type Pid, type PubSubProtocol, subscribeTo } from '../../src/otp/index.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { accountEvents, executions } from '../../src/ports/topics.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';
import { aWorker, seenBy } from './actors.js';
import { aLog } from './log.js';
import { PublishedTrades } from './published-trades.js';
import { type RemoteEngine, remoteEngine } from './remote-engine.js';
import { eventually } from './running-hedgehog.js';
import { API_KEY, aSimulator, type GivenSimulator, SECRET, type TestSimulator } from './simulator.js';

/** One symbol that is traded, and what everybody else trades in it. */
export interface SteppedSymbol {
  readonly symbol: string;
  readonly settings: Settings;
  readonly events: readonly TradeEvent[];
}

type Given = Pick<GivenSimulator, 'symbols' | 'document'>;

// A replay has no clock that an exchange could count orders by.
const NO_LIMITS = {
  ...BINANCE_LIMITS,
  limits: BINANCE_LIMITS.limits.map((limit) => ({ ...limit, limit: 100_000_000 })),
};

/**
 * Trades on a simulator over sockets as a replay trades in the process: each event is told and settles, then the fills it caused
 * are told and settle, then what was started meanwhile begins to listen.
 *
 * @returns the orders of each symbol, with the rows of its events that placed and filled them
 */
export async function tradeStepped(
  traded: readonly SteppedSymbol[],
  given: Given = {},
): Promise<ReadonlyMap<string, readonly RecordedOrder[]>> {
  const exchange = await aSimulator({
    ...given,
    trades: Object.fromEntries(traded.map(({ symbol, events }) => [symbol, events])),
    accounts: [DEMO],
    ...{ mode: 'step', fillModel: 'book', commissionRate: new Decimal('0'), limits: NO_LIMITS },
  });
  const stepping = await Stepping.begin(exchange, traded);
  try {
    const longest = Math.max(...traded.map(({ events }) => events.length));
    for (let row = 0; row < longest; row++) {
      for (const { symbol, events } of traded) if (row < events.length) await stepping.step(symbol, row);
    }
    return await stepping.orders();
  } finally {
    await stepping.end();
  }
}

const PATIENCE_MS = 20_000;
const PLENTY = new Decimal('1000000000');
const DEMO = {
  name: 'demo',
  keys: [{ kind: 'hmac', apiKey: API_KEY, secret: SECRET }],
  balances: new Map(['USDT', 'XRP', 'ADA', 'WAVES'].map((asset) => [asset, PLENTY])),
} as const;

class Stepping {
  private readonly pacing = new SteppedPacing();
  private readonly cursors: ReadonlyMap<string, Cursor>;
  /** What the exchange told, and what was heard of it. */
  private readonly told: PublishedTrades;
  private readonly heard: PublishedTrades;
  private reportsTold: Pid | null = null;
  private reportsHeard: Pid | null = null;
  private engine: RemoteEngine | null = null;

  private constructor(
    private readonly exchange: TestSimulator,
    private readonly traded: readonly SteppedSymbol[],
  ) {
    const symbols = traded.map(({ symbol }) => symbol);
    this.cursors = new Map(symbols.map((symbol) => [symbol, new Cursor()]));
    this.told = new PublishedTrades(symbols);
    this.heard = new PublishedTrades(symbols);
  }

  static async begin(exchange: TestSimulator, traded: readonly SteppedSymbol[]): Promise<Stepping> {
    const stepping = new Stepping(exchange, traded);
    await stepping.start();
    return stepping;
  }

  /** The next event of a symbol, and all that follows from it. */
  async step(symbol: string, row: number): Promise<void> {
    (this.cursors.get(symbol) as Cursor).index = row;
    await this.exchange.control('POST /step', { symbol, count: 1 });
    await this.settle(symbol);
    let released: unknown;
    do {
      ({ released } = await this.exchange.control('POST /release'));
      await this.settle(symbol);
    } while (released !== 0);
    while (this.pacing.admitStarted()) await this.quiet();
  }

  async orders(): Promise<ReadonlyMap<string, readonly RecordedOrder[]>> {
    const { system } = this.running;
    const found = new Map<string, readonly RecordedOrder[]>();
    for (const symbol of this.cursors.keys()) {
      const recorder = system.registry.via<OrderRecorderProtocol>(recorderOf(symbol));
      found.set(symbol, await recordedOrders(system, recorder));
    }
    return found;
  }

  async end(): Promise<void> {
    await this.engine?.stop();
  }

  private async start(): Promise<void> {
    const log = aLog();
    this.listenToExchange();
    this.engine = await remoteEngine({
      ...{ port: this.exchange.port, clock: systemClock, log, random: () => 0.5, pacing: this.pacing },
      credentials: Credentials.withSecret(API_KEY, SECRET),
      cycles: new MemoryCycleStore(),
      published: this.heard,
      symbols: [...this.cursors.keys()],
      settings: (symbol) => this.traded.find((each) => each.symbol === symbol)?.settings as Settings,
      // Of an exchange that takes nothing, the fee of the settings is the one to go by, as in a replay.
      wrapExchange: (exchange) => ({ ...exchange, commissionRate: async () => null }),
      listeners: ({ pubsub }) =>
        [...this.cursors].map(([symbol, cursor]) => ({
          ...orderRecorderSpec({ symbol, pubsub, cursor }),
          ...{ id: recorderOf(symbol), register: recorderOf(symbol) },
        })),
      onCrash: ({ pid, error }) => {
        throw new Error(`${pid.path} crashed`, { cause: error });
      },
    });
    const { system, pubsub } = this.engine;
    this.reportsHeard = aWorker(system, 'reports');
    for (const symbol of this.cursors.keys())
      subscribeTo(system, pubsub, executions(symbol), this.reportsHeard);
    await eventually(() => this.isListening(), 'the engine listens to the exchange');
    await this.quiet();
    while (this.pacing.admitStarted()) await this.quiet();
  }

  private listenToExchange(): void {
    const { system } = this.exchange.simulator;
    const pubsub = system.registry.via<PubSubProtocol>('PubSub');
    const { server, arg, id } = this.told.listener(pubsub);
    system.spawn(server, arg, id);
    this.reportsTold = aWorker(system, 'reports');
    subscribeTo(system, pubsub, accountEvents('demo'), this.reportsTold);
  }

  private isListening(): boolean {
    const tree = JSON.stringify(inspectTree(this.running.system));
    return tree.includes(`"confirmed":${this.cursors.size}`) && tree.includes('"phase":"subscribed"');
  }

  /** Until all that the exchange has told of the symbol and of our orders was heard, and is done with. */
  private async settle(symbol: string): Promise<void> {
    await this.quiet();
    const untilMs = performance.now() + PATIENCE_MS;
    while (!this.hasHeardAll(symbol)) {
      if (performance.now() > untilMs) throw new Error(`not all that was told of ${symbol} was heard`);
      await new Promise((resolve) => setImmediate(resolve));
      await this.quiet();
    }
  }

  private hasHeardAll(symbol: string): boolean {
    const trades = this.heard.idsOf(symbol).at(-1) === this.told.idsOf(symbol).at(-1);
    return trades && countOf(this.reportsHeard) === countOf(this.reportsTold);
  }

  private async quiet(): Promise<void> {
    await this.running.system.quiesce();
    await this.exchange.simulator.system.quiesce();
  }

  private get running(): RemoteEngine {
    if (this.engine === null) throw new Error('the engine has not been started');
    return this.engine;
  }
}

const recorderOf = (symbol: string): string => `OrderRecorder ${symbol}`;
const countOf = (worker: Pid | null): number =>
  worker === null ? 0 : seenBy(worker as Parameters<typeof seenBy>[0]).length;
