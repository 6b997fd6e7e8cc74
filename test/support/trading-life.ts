import { afterEach } from '@jest/globals';
import { Decimal } from '../../src/domain/decimal.js';
import type { Settings } from '../../src/domain/settings.js';
import { Credentials } from '../../src/exchange/binance/credentials.js';
import type { BinanceMockProtocol } from '../../src/exchange/mock/binance-mock.js';
import { DEMO_ACCOUNT } from '../../src/exchange/simulator/api/accounts.js';
import { type CrashReport, inspectTree, type PubSubProtocol } from '../../src/otp/index.js';
import type { Clock } from '../../src/ports/clock.js';
import { disagreements, parked, unsettled } from './account-books.js';
import { fastClock } from './fast-clock.js';
import { KeptCycles } from './kept-cycles.js';
import { aLog } from './log.js';
import { PublishedTrades } from './published-trades.js';
import { Random } from './random.js';
import { type RemoteEngine, remoteEngine } from './remote-engine.js';
import { eventually } from './running-hedgehog.js';
import { API_KEY, aSimulator, LISTED, SECRET, type TestSimulator } from './simulator.js';
import { type Swing, swingingFeed } from './swinging-market.js';

export const SYMBOLS = ['XRPUSDT', 'ADAUSDT'] as const;
const SWINGS: readonly Omit<Swing, 'seed'>[] = [
  { symbol: 'XRPUSDT', middle: 4_310, tick: '0.0001', lot: '6' },
  { symbol: 'ADAUSDT', middle: 8_640, tick: '0.0001', lot: '3' },
];
/** By the simulated exchange's clock. */
const TRADE_EVERY_MS = 60;
const COMMISSION = new Decimal('0.001');
const SECOND_KEY = 'S'.repeat(64);

export const SETTINGS: Settings = {
  chunks: 3,
  budget: new Decimal('75'),
  buyDownInterval: new Decimal('0.0001'),
  profitInterval: new Decimal('-0.0012'),
  rebuyInterval: new Decimal('0.001'),
  fee: COMMISSION,
};

export interface TradingLifeOptions {
  readonly seed: number;
  /** How much faster than the machine's the clocks of the exchange and of the engine are; default 10. */
  readonly speed?: number;
}

const lives = new Set<TradingLife>();

/** Ends what a test has begun; to be called once per file. */
export function endLivesAfterEach(): void {
  afterEach(async () => {
    for (const life of lives) await life.end();
    lives.clear();
  });
}

/** An engine that trades a few symbols on a simulator in the same process, over sockets, both on one fast clock. */
export class TradingLife {
  readonly cycles = new KeptCycles();
  /** By the engine. */
  readonly published = new PublishedTrades(SYMBOLS);
  /** By the exchange, to itself. */
  private readonly told = new PublishedTrades(SYMBOLS);
  readonly log = aLog();
  readonly crashes: CrashReport[] = [];
  private engine: RemoteEngine | null = null;
  private credentials = Credentials.withSecret(API_KEY, SECRET);
  private readonly random: Random;

  private constructor(
    readonly clock: Clock,
    readonly exchange: TestSimulator,
    private readonly start: ReadonlyMap<string, Decimal>,
    seed: number,
  ) {
    this.random = new Random(seed);
  }

  static async begin({ seed, speed = 10 }: TradingLifeOptions): Promise<TradingLife> {
    const clock = fastClock(speed);
    const start = new Map(['USDT', 'XRP', 'ADA'].map((asset) => [asset, new Decimal('1000')]));
    const hmac = { kind: 'hmac', secret: SECRET } as const;
    const exchange = await aSimulator({
      clock,
      seed,
      mode: 'run',
      commissionRate: COMMISSION,
      accounts: [
        { name: 'demo', keys: [...DEMO_ACCOUNT.keys, { ...hmac, apiKey: SECOND_KEY }], balances: start },
      ],
      feeds: new Map(
        SWINGS.map((swing, index) => [
          swing.symbol,
          swingingFeed({ ...swing, seed: seed + index }, TRADE_EVERY_MS, clock),
        ]),
      ),
      // Never fires: it counts the requests.
      faults: [{ what: 'forbid', skip: Number.MAX_SAFE_INTEGER }],
    });
    const life = new TradingLife(clock, exchange, start, seed);
    lives.add(life);
    const { system } = exchange.simulator;
    const { server, arg, id } = life.told.listener(system.registry.via<PubSubProtocol>('PubSub'));
    system.spawn(server, arg, id);
    await life.startEngine();
    return life;
  }

  async startEngine(): Promise<void> {
    this.engine = await remoteEngine({
      ...{ port: this.exchange.port, credentials: this.credentials, clock: this.clock, log: this.log },
      ...{ cycles: this.cycles, published: this.published, symbols: SYMBOLS, settings: () => SETTINGS },
      random: () => this.random.next(),
      onCrash: (report) => this.crashes.push(report),
    });
  }

  /** What happens to an engine whose process is killed and started again. */
  async restartEngine(): Promise<void> {
    await this.crashEngine();
    await this.startEngine();
  }

  async crashEngine(): Promise<void> {
    await this.engine?.crash();
    this.engine = null;
  }

  /** The other API key of the account is used from the next start on. */
  useSecondKey(): void {
    this.credentials = Credentials.withSecret(SECOND_KEY, SECRET);
  }

  /** Parked cycles try again, as when an operator changes the settings. */
  unpark(): void {
    for (const symbol of SYMBOLS) this.engine?.trading.changeSettings(symbol, SETTINGS);
  }

  async arm(...faults: readonly object[]): Promise<void> {
    await this.exchange.control('POST /faults', faults);
  }

  /** How often the faults armed now have fired, by kind. */
  async fired(): Promise<Readonly<Record<string, number>>> {
    const { faults } = (await this.exchange.control('GET /faults')) as unknown as ArmedList;
    const counts: Record<string, number> = {};
    for (const { fault, fired } of faults) counts[fault.what] = (counts[fault.what] ?? 0) + fired;
    return counts;
  }

  async untilFired(what: string): Promise<void> {
    await eventually(
      () => this.fired(),
      `${what} has happened`,
      (fired) => (fired[what] ?? 0) > 0,
      WAIT_MS,
    );
  }

  async requests(): Promise<number> {
    const { faults } = (await this.exchange.control('GET /faults')) as unknown as ArmedList;
    return faults.find(({ id }) => id === 1)?.occasions ?? 0;
  }

  /** All faults but the one that counts. */
  async disarm(): Promise<void> {
    const { faults } = (await this.exchange.control('GET /faults')) as unknown as ArmedList;
    for (const { id } of faults) if (id !== 1) await this.exchange.control(`DELETE /faults/${id}`);
  }

  /** Lets so much time of the exchange go by. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.keepAlive(ms, resolve));
  }

  private keepAlive(ms: number, resolve: () => void): void {
    // The clock's own timers let a process end.
    const timer = setInterval(() => {}, 1_000);
    this.clock.after(ms, () => {
      clearInterval(timer);
      resolve();
    });
  }

  /** Waits until so many orders more have been placed: the engine trades. */
  async trades(more = 4): Promise<void> {
    const before = (await this.orders()).length;
    await eventually(
      async () => (await this.orders()).length,
      `the engine places ${more} more orders than ${before}`,
      (count) => count >= before + more,
      WAIT_MS,
    );
  }

  /** Nobody else trades any more, and everything that was to be told has been. */
  async stillMarket(): Promise<void> {
    await this.exchange.control('POST /market', { mode: 'step' });
    await this.exchange.control('POST /release');
  }

  async orders() {
    const listed = SYMBOLS.map((symbol) =>
      this.exchange.simulator.system.call(this.mock, 'orders', { account: 'demo', symbol }),
    );
    return (await Promise.all(listed)).flat();
  }

  /** What is wrong now, in words. */
  async wrong(): Promise<string[]> {
    const [orders, balances] = await Promise.all([
      this.orders(),
      this.exchange.simulator.system.call(this.mock, 'balances', 'demo'),
    ]);
    const { all } = this.cycles;
    const books = { symbols: LISTED, orders, balances, start: this.start, cycles: all };
    return [
      ...disagreements({ ...books, commissionRate: COMMISSION }),
      ...unsettled(all),
      ...parked(all),
      ...this.wrongTrades(),
      ...this.wrongActors(),
    ];
  }

  /** Waits until nothing is wrong; answers what still is when it has waited long enough. */
  async settled(): Promise<string[]> {
    await this.stillMarket();
    const untilMs = performance.now() + WAIT_MS;
    for (;;) {
      const wrong = await this.wrong();
      if (wrong.length === 0 || performance.now() > untilMs) return wrong;
      await this.pass(500);
    }
  }

  async end(): Promise<void> {
    await this.engine?.crash();
    this.engine = null;
  }

  private get mock() {
    return this.exchange.simulator.system.registry.via<BinanceMockProtocol>('BinanceMock');
  }

  private wrongTrades(): string[] {
    const { missing } = this.published;
    return [
      ...SYMBOLS.flatMap((symbol) => this.wrongTradesOf(symbol)),
      ...missing.map(({ symbol, from, to }) => `${symbol}: ${from}-${to} given up`),
    ];
  }

  /** Each id from the first on once, in order, but for those that the exchange does not have. */
  private wrongTradesOf(symbol: string): string[] {
    const ids = this.published.idsOf(symbol);
    const absent = this.published.absent.filter((range) => range.symbol === symbol);
    const isAbsent = (id: number): boolean => absent.some(({ from, to }) => from <= id && id <= to);
    const wrong: string[] = [];
    let next = ids[0] ?? 0;
    for (const id of ids) {
      while (next < id && isAbsent(next)) next++;
      if (id !== next) wrong.push(`${symbol}: trade ${id} was published, and ${next} was next`);
      next = id + 1;
    }
    const last = this.told.idsOf(symbol).at(-1);
    if (ids.at(-1) !== last) wrong.push(`${symbol}: ${ids.at(-1)} is published, ${last} is the last`);
    return wrong.slice(0, 3);
  }

  private wrongActors(): string[] {
    const crashed = this.crashes.map(
      ({ pid, during, error }) => `${pid.path} crashed on ${during}: ${error.message}`,
    );
    const given = this.log.entries.filter(({ message }) => /given up:|has ended/.test(message));
    const tree = this.engine === null ? '' : JSON.stringify(inspectTree(this.engine.system));
    const lost = SYMBOLS.filter(
      (symbol) => !this.engine?.trading.isTraded(symbol) || !tree.includes(`Leader ${symbol}`),
    );
    return [
      ...crashed,
      ...given.map(({ message }) => message).filter((message) => !message.includes('killed')),
      ...lost.map((symbol) => `${symbol} is not traded any more`),
    ];
  }
}

interface ArmedList {
  readonly faults: readonly {
    readonly id: number;
    readonly fault: { readonly what: string };
    readonly occasions: number;
    readonly fired: number;
  }[];
}

const WAIT_MS = 30_000;
