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
import { judged, type Quarter, stillTrades, type Verdict } from './soak-judge.js';
import type { ExchangeBooks, SoakSimulatorQuestions } from './soak-simulator.js';
import { FAULTS, VICTIMS } from './soak-troubles.js';

const NAME = 'soak';
const DAY_MS = 86_400_000;

interface Soak {
  readonly symbols: number;
  readonly tradesPerSecond: number;
  /** Of the machine's time, as all that follow but `days`. A quarter of the run: something goes wrong, then nothing does. */
  readonly troubledSeconds: number;
  readonly calmSeconds: number;
  /** Of the calm ones, those that are left to catch up. */
  readonly recoverySeconds: number;
  readonly sampleEverySeconds: number;
  /** How far the clocks of the exchange and of the engine come. */
  readonly days: number;
  /** How much faster than the machine's they are, between two jumps. */
  readonly speed: number;
  readonly jumpEverySeconds: number;
  /** Between a fault and a kill. */
  readonly troubleEveryMs: number;
  /** A report that the exchange never sends is made up for within five minutes of the fast clocks. */
  readonly settleMs: number;
}

const QUARTERS = 4;

const FULL: Soak = {
  ...{ symbols: 6, tradesPerSecond: 60, troubledSeconds: 35, calmSeconds: 25, recoverySeconds: 8 },
  ...{ sampleEverySeconds: 2, days: 28, speed: 2, jumpEverySeconds: 10 },
  ...{ troubleEveryMs: 4_000, settleMs: 210_000 },
};
const QUICK: Soak = {
  ...{ symbols: 4, tradesPerSecond: 80, troubledSeconds: 6, calmSeconds: 9, recoverySeconds: 4 },
  ...{ sampleEverySeconds: 1, days: 1, speed: 2, jumpEverySeconds: 5 },
  ...{ troubleEveryMs: 2_000, settleMs: 210_000 },
};

type Engine = Child<SoakEngineQuestions>;
type Simulator = Child<SoakSimulatorQuestions>;

interface Result {
  readonly quarters: readonly Quarter[];
  readonly progress: Progress;
  readonly books: ExchangeBooks;
  readonly differences: readonly string[];
  readonly kills: number;
  readonly faults: number;
  readonly storedMb: number;
  readonly trades: number;
}

const quarterSeconds = ({ troubledSeconds, calmSeconds }: Soak): number => troubledSeconds + calmSeconds;

class Run {
  private turns = 0;
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
    const quarters: Quarter[] = [];
    const beganMs = performance.now();
    while (quarters.length < QUARTERS) {
      quarters.push(await this.quarter(beganMs + 1_000 * quarters.length * quarterSeconds(soak)));
      await this.report(quarters);
    }
    const { books, wrong } = await this.settled();
    const progress = await engine.ask('progress', null);
    const { rows } = await this.database.pool.query<{ mb: number; trades: string }>(
      'SELECT pg_database_size(current_database())::float / 1048576 AS mb, (SELECT count(*) FROM trade_events) AS trades',
    );
    const { kills, faults } = this;
    return {
      ...{ quarters, progress, books, differences: wrong, kills, faults },
      storedMb: rows[0]?.mb ?? 0,
      trades: Number(rows[0]?.trades),
    };
  }

  private async quarter(beganMs: number): Promise<Quarter> {
    const { engine } = this;
    const { days, speed, jumpEverySeconds, sampleEverySeconds } = this.soak;
    const { troubledSeconds, recoverySeconds } = this.soak;
    const seconds = quarterSeconds(this.soak);
    const jumpMs = Math.floor((days * DAY_MS) / (QUARTERS * seconds) - 1_000 * speed) * jumpEverySeconds;
    const before = await engine.ask('progress', null);
    const samples: Sample[] = [];
    const calm: Sample[] = [];
    const troubled = this.troubled(beganMs + 1_000 * troubledSeconds);
    for (let second = 1; second <= seconds; second++) {
      await pause(Math.max(0, beganMs + 1_000 * second - performance.now()));
      if (second % jumpEverySeconds === 0)
        await Promise.all([engine.ask('jump', jumpMs), this.simulator.ask('jump', jumpMs)]);
      if (second % sampleEverySeconds !== 0) continue;
      const sample = await engine.ask('sample', null);
      samples.push(sample);
      if (second > troubledSeconds + recoverySeconds) calm.push(sample);
    }
    await troubled;
    const after = await engine.ask('progress', null);
    return { samples, calm, cycles: after.cycles - before.cycles };
  }

  private async report(quarters: readonly Quarter[]): Promise<void> {
    const quarter = quarters.at(-1) as Quarter;
    const { heap, resident, actors } = quarter.samples.at(-1) as Sample;
    const { end, busiest, why } = await this.engine.ask('progress', null);
    if (end !== null) throw new Error(`${NAME}: the tree ended: ${end}`);
    const waiting = (samples: readonly Sample[]): number =>
      Math.max(...samples.map(({ waitingMessages }) => waitingMessages));
    this.tell(
      [
        `${NAME}: quarter ${quarters.length}: ${quarter.cycles} cycles closed, heap ${heap.toFixed(1)} MB, resident ${resident.toFixed(0)} MB, ${actors} actors`,
        `at most ${waiting(quarter.samples)} messages waiting, ${waiting(quarter.calm)} while nothing goes wrong; busiest now ${busiest}`,
        ...why,
      ].join('\n  '),
    );
  }

  /** Something outside goes wrong, then somebody is killed, and so on. */
  private async troubled(untilMs: number): Promise<void> {
    for (;;) {
      await pause(this.soak.troubleEveryMs * (0.5 + this.random()));
      if (performance.now() >= untilMs) return;
      const turn = this.turns++;
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
  const { quarters, progress, kills, faults, storedMb, trades, books } = result;
  return [
    ...verdicts.flatMap(({ name, unit, calm, late, rise, most }) => [
      ...calm.slice(0, -1).map((median, index) => one(`${name}, quarter ${index + 1}`, unit, median)),
      figure(NAME, on, `${name}, last quarter`, unit, [late], { atMost: most }),
      one(`${name}, rise of the line over the second half`, unit, rise),
    ]),
    ...quarters.map(({ cycles }, index) => one(`cycles closed, quarter ${index + 1}`, '', cycles)),
    one('trades stored, each once and without a gap', '', trades),
    one('orders, each once and as the exchange has it', '', books.orders.length),
    one('cycles closed', '', progress.cycles),
    one('faults', '', faults),
    one('actors killed', '', kills),
    one('restarts', '', progress.restarts),
    one('connections that came up', '', progress.connects),
    one('processor used by the engine, part of a core', '', progress.processorPart),
    one('time in which its event loop was in use, part', '', progress.loopPart),
    one('warnings and errors in the log', '', progress.warnings),
    one('size of the database', 'MB', storedMb),
  ];
}

/** The daemon's tree trades for weeks of a fast exchange's time, while much goes wrong: nothing it holds may grow. */
export const benchSoak: Benchmark = async ({ isQuick, tell }) => {
  const soak = isQuick ? QUICK : FULL;
  const on = `${soak.days} days, ${soak.symbols} symbols, ${soak.tradesPerSecond} trades/s`;
  tell(`${NAME}: ${on}, in ${QUARTERS * quarterSeconds(soak)} s`);
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
  const verdicts = judged(result.quarters);
  const figures = figuresOf(on, result, verdicts);
  const grown = verdicts.filter(({ isFlat }) => !isFlat);
  const wrong = [
    ...grown.map(({ name, early, late, most }) => `${name} grew from ${early} to ${late}, above ${most}`),
    ...result.differences.slice(0, 5),
    ...(stillTrades(result.quarters)
      ? []
      : [
          `trading stopped: cycles closed in each quarter: ${result.quarters.map(({ cycles }) => cycles).join(', ')}`,
        ]),
    ...(result.progress.end === null ? [] : [`the tree ended: ${result.progress.end}`]),
  ];
  if (wrong.length > 0) {
    const { why, processorPart, loopPart } = result.progress;
    tell(why.join('\n'));
    // Whose event loop is in use all the time without the processor is one of too many on this machine.
    const machine = `the engine had ${processorPart.toFixed(2)} of a processor, its event loop was in use for ${loopPart.toFixed(2)} of the time`;
    throw new Error(`${NAME}, ${on}: ${wrong.join('; ')}; ${machine}`);
  }
  return figures;
};
