import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../src/platform/seeded-random.js';
import type { Database } from '../src/warehouse/database.js';
import type { Benchmark } from './benchmark.js';
import { Child } from './child.js';
import { withBenchDatabase } from './database-support.js';
import { type Figure, figure } from './report.js';
import { differences } from './soak-books.js';
import type { Progress, Sample, SoakEngineQuestions } from './soak-engine.js';
import { judged, type Verdict } from './soak-judge.js';
import type { ExchangeBooks, SoakSimulatorQuestions } from './soak-simulator.js';

const NAME = 'soak';
const DAY_MS = 86_400_000;

interface Soak {
  readonly symbols: number;
  readonly tradesPerSecond: number;
  /** Of the machine's time. */
  readonly seconds: number;
  readonly samples: number;
  /** How far the clocks of the exchange and of the engine come. */
  readonly days: number;
  /** How much faster than the machine's they are, between two jumps. */
  readonly speed: number;
  readonly jumpEverySeconds: number;
  /** Of the machine's time, between two faults or kills. */
  readonly troubleEveryMs: number;
  readonly settleMs: number;
}

const FULL: Soak = {
  ...{ symbols: 10, tradesPerSecond: 300, seconds: 600, samples: 120, days: 28, speed: 2 },
  ...{ jumpEverySeconds: 10, troubleEveryMs: 7_500, settleMs: 120_000 },
};
const QUICK: Soak = {
  ...{ symbols: 4, tradesPerSecond: 200, seconds: 20, samples: 20, days: 1, speed: 2 },
  ...{ jumpEverySeconds: 5, troubleEveryMs: 1_000, settleMs: 60_000 },
};

const ORDER = { endpoint: 'POST /api/v3/order' };

/** What goes wrong outside, one after the other. */
const FAULTS: readonly object[] = [
  { what: 'cut-connection', where: { socket: 'market' } },
  { what: 'cut-connection', where: { socket: 'user-data' } },
  { what: 'lose-reply', where: ORDER, times: 2 },
  { what: 'shut-down-connection', where: { socket: 'market' }, leadMs: 1_000 },
  { what: 'answer-error', where: ORDER, times: 2, done: 'now' },
  { what: 'withhold-trades', length: 5, times: 3 },
  { what: 'rate-limit', times: 1 },
  { what: 'lose-report', times: 3 },
  { what: 'shut-down-connection', where: { socket: 'user-data' }, leadMs: 1_000 },
  { what: 'answer-error', where: ORDER, times: 2, done: 'never' },
  { what: 'double-report', times: 5 },
  { what: 'stall-connection', where: { socket: 'market' } },
];

/** Who is killed, one after the other: the beginnings of names. */
const VICTIMS: readonly string[] = [
  ...['Trader', 'Streamer', 'Leader', 'UserDataStream', 'Subscriber TRADE', 'StreamConnection 1', 'Trading'],
  ...['DynamicTrader', 'OhlcIndicator', 'BinanceClient', 'Subscriber ORDERS', 'StreamDesk', 'MarketWatch'],
  ...[
    'Streaming',
    'SymbolSupervisor',
    'Database',
    'DynamicSubscriber',
    'ServiceReporter',
    'PubSub',
    'Control',
  ],
];

type Engine = Child<SoakEngineQuestions>;
type Simulator = Child<SoakSimulatorQuestions>;

interface Result {
  readonly samples: readonly Sample[];
  readonly progress: Progress;
  readonly books: ExchangeBooks;
  readonly differences: readonly string[];
  readonly kills: number;
  readonly faults: number;
  readonly storedMb: number;
  readonly trades: number;
}

class Run {
  private kills = 0;
  private faults = 0;
  private readonly random = seededRandom(1);

  constructor(
    private readonly soak: Soak,
    private readonly database: Database,
    private readonly engine: Engine,
    private readonly simulator: Simulator,
    private readonly port: number,
    private readonly tell: (progress: string) => void,
  ) {}

  async result(): Promise<Result> {
    const { soak, engine } = this;
    const samples: Sample[] = [];
    const beganMs = performance.now();
    const troubled = this.troubled(beganMs + 1_000 * soak.seconds);
    const jumpMs =
      Math.floor((soak.days * DAY_MS) / soak.seconds - 1_000 * soak.speed) * soak.jumpEverySeconds;
    for (let second = 1; second <= soak.seconds; second++) {
      await pause(Math.max(0, beganMs + 1_000 * second - performance.now()));
      if (second % soak.jumpEverySeconds === 0)
        await Promise.all([engine.ask('jump', jumpMs), this.simulator.ask('jump', jumpMs)]);
      if (second % (soak.seconds / soak.samples) !== 0) continue;
      samples.push(await engine.ask('sample', null));
      if (samples.length % (soak.samples / 10) === 0) await this.report(samples);
    }
    await troubled;
    const { books, wrong } = await this.settled();
    const progress = await engine.ask('progress', null);
    const { rows } = await this.database.pool.query<{ mb: number; trades: string }>(
      'SELECT pg_database_size(current_database())::float / 1048576 AS mb, (SELECT count(*) FROM trade_events) AS trades',
    );
    const { kills, faults } = this;
    return {
      ...{ samples, progress, books, differences: wrong, kills, faults },
      storedMb: rows[0]?.mb ?? 0,
      trades: Number(rows[0]?.trades),
    };
  }

  private async report(samples: readonly Sample[]): Promise<void> {
    const { heap, resident, actors } = samples.at(-1) as Sample;
    const { cycles, end, busiest } = await this.engine.ask('progress', null);
    if (end !== null) throw new Error(`${NAME}: the tree ended: ${end}`);
    this.tell(
      `${NAME}: sample ${samples.length}, heap ${heap.toFixed(1)} MB, resident ${resident.toFixed(0)} MB, ${actors} actors, ${cycles} cycles; busiest ${busiest}`,
    );
  }

  /** Something outside goes wrong, then somebody is killed, and so on. */
  private async troubled(untilMs: number): Promise<void> {
    for (let turn = 0; performance.now() < untilMs; turn++) {
      await pause(this.soak.troubleEveryMs * (0.5 + this.random()));
      const next = turn >> 1;
      if (turn % 2 === 0) {
        await this.control('POST', 'faults', FAULTS[next % FAULTS.length]);
        this.faults++;
      } else if (await this.engine.ask('kill', VICTIMS[next % VICTIMS.length] as string)) this.kills++;
    }
  }

  /** Nobody else trades any more; waits until both agree, or that takes too long. */
  private async settled(): Promise<{ readonly books: ExchangeBooks; readonly wrong: readonly string[] }> {
    await this.control('DELETE', 'faults');
    await this.control('POST', 'market', { mode: 'step' });
    await this.control('POST', 'release', {});
    const untilMs = performance.now() + this.soak.settleMs;
    for (;;) {
      await pause(2_000);
      const books = await this.simulator.ask('books', null);
      const wrong = await differences(this.database, books);
      if (wrong.length === 0 || performance.now() > untilMs) return { books, wrong };
    }
  }

  private async control(method: string, path: string, body?: object): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.port}/control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status !== 200)
      throw new Error(`${NAME}: ${path}: ${response.status} ${await response.text()}`);
  }
}

function figuresOf(on: string, result: Result, verdicts: readonly Verdict[]): readonly Figure[] {
  const one = (name: string, unit: string, value: number) => figure(NAME, on, name, unit, [value]);
  const { progress, kills, faults, storedMb, trades, books } = result;
  return [
    ...verdicts.flatMap(({ name, unit, early, late, rise, most }) => [
      one(`${name}, second quarter`, unit, early),
      figure(NAME, on, `${name}, last quarter`, unit, [late], { atMost: most }),
      one(`${name}, rise of the line over the second half`, unit, rise),
    ]),
    one('trades stored, each once and without a gap', '', trades),
    one('orders, each once and as the exchange has it', '', books.orders.length),
    one('cycles closed', '', progress.cycles),
    one('faults', '', faults),
    one('actors killed', '', kills),
    one('restarts', '', progress.restarts),
    one('warnings and errors in the log', '', progress.warnings),
    one('size of the database', 'MB', storedMb),
  ];
}

/** The daemon's tree trades for weeks of a fast exchange's time, while much goes wrong: nothing it holds may grow. */
export const benchSoak: Benchmark = async ({ isQuick, tell }) => {
  const soak = isQuick ? QUICK : FULL;
  const on = `${soak.days} days, ${soak.symbols} symbols, ${soak.tradesPerSecond} trades/s`;
  tell(`${NAME}: ${on}, in ${soak.seconds} s`);
  const result = await withBenchDatabase(async (database, folder) => {
    const simulator: Simulator = new Child('./soak-simulator.js');
    const engine: Engine = new Child('./soak-engine.js', ['--expose-gc']);
    try {
      const { symbols, tradesPerSecond, speed } = soak;
      const time = { epochMs: Date.now(), speed };
      const port = await simulator.ask('start', { symbols, tradesPerSecond, time });
      await engine.ask('start', { port, symbols, dataDirectory: join(folder, 'data'), time });
      const found = await new Run(soak, database, engine, simulator, port, tell).result();
      await engine.ask('stop', null);
      return found;
    } finally {
      await engine.end();
      await simulator.end();
    }
  });
  const verdicts = judged(result.samples);
  const figures = figuresOf(on, result, verdicts);
  const grown = verdicts.filter(({ isFlat }) => !isFlat);
  const wrong = [
    ...grown.map(({ name, early, late, most }) => `${name} grew from ${early} to ${late}, above ${most}`),
    ...result.differences.slice(0, 5),
    ...(result.progress.end === null ? [] : [`the tree ended: ${result.progress.end}`]),
  ];
  if (wrong.length > 0) throw new Error(`${NAME}, ${on}: ${wrong.join('; ')}`);
  return figures;
};
