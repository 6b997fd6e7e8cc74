import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../src/platform/seeded-random.js';
import type { Benchmark } from './benchmark.js';
import { Child } from './child.js';
import { symbolAt } from './many-symbols.js';
import { percentile } from './measure.js';
import { reconnectStage } from './reconnect-stage.js';
import { type Figure, figure } from './report.js';
import type { Markets, SimulatorQuestions } from './simulator-child.js';
import { watchSockets } from './socket-watch.js';

const NAME = 'reconnect';
const SEED = 1;
const LEAST_QUIET_MS = 200;
const MOST_QUIET_MS = 1_500;
const MOST_CATCHING_UP_MS = 60_000;
/** Of one request for past trades, and what the exchange allows in a minute. */
const WEIGHT = 25;
const WEIGHT_A_MINUTE = 6_000;

interface Cut {
  /** From the loss of the connection to the next one's being open: our own wait, and the handshake. */
  readonly awayMs: number;
  /** From then to everything that was traded by then being published. */
  readonly catchingUpMs: number;
  readonly questions: number;
}

/** The stream of many symbols is cut at random moments while trades go on; what was missed is fetched. */
export const benchReconnect: Benchmark = async ({ isQuick, tell }) => {
  const markets: Markets = isQuick
    ? { symbols: 5, tradesPerSecond: 200 }
    : { symbols: 50, tradesPerSecond: 2_000 };
  const times = isQuick ? 5 : 100;
  const on = `${markets.symbols} symbols, ${markets.tradesPerSecond} trades/s, ${times} cuts`;
  tell(`${NAME}: ${on}`);
  const simulator = new Child<SimulatorQuestions>('./simulator-child.js');
  try {
    const port = await simulator.ask('start', markets);
    return await measured(on, times, markets, port, () => simulator.ask('lastIds', null));
  } finally {
    await simulator.end();
  }
};

async function measured(
  on: string,
  times: number,
  { symbols: count }: Markets,
  port: number,
  lastIds: () => Promise<readonly number[]>,
): Promise<readonly Figure[]> {
  const random = seededRandom(SEED);
  const symbols = Array.from({ length: count }, (_, index) => symbolAt(index));
  const told = async (): Promise<ReadonlyMap<string, number>> => {
    const ids = await lastIds();
    return new Map(symbols.map((symbol, index) => [symbol, ids[index] as number]));
  };
  const sockets = { closedMs: 0, opened: () => {} };
  const forget = watchSockets((event) => {
    if (event === 'close') sockets.closedMs = performance.now();
    if (event === 'open') sockets.opened();
  });
  const stage = reconnectStage(port, symbols, seededRandom(SEED + 1));
  const { published } = stage;
  const caughtUp = async (): Promise<void> => {
    const late = pause(MOST_CATCHING_UP_MS, null, { ref: false }).then(() => {
      throw new Error(`${NAME}, ${on}: not caught up after ${MOST_CATCHING_UP_MS} ms`);
    });
    await Promise.race([published.upTo(await told()), late]);
  };
  try {
    await caughtUp();
    const cuts: Cut[] = [];
    while (cuts.length < times) {
      await pause(LEAST_QUIET_MS + random() * (MOST_QUIET_MS - LEAST_QUIET_MS));
      const before = stage.questions();
      const opened = new Promise<void>((resolve) => {
        sockets.opened = resolve;
      });
      await stage.cut();
      await opened;
      const openMs = performance.now();
      await caughtUp();
      cuts.push({
        awayMs: openMs - sockets.closedMs,
        catchingUpMs: performance.now() - openMs,
        questions: stage.questions() - before,
      });
    }
    await stage.halt();
    await caughtUp();
    const last = await told();
    const wrong = symbols.filter((symbol) => published.bySymbol.get(symbol)?.last !== last.get(symbol));
    if (published.faults > 0 || wrong.length > 0)
      throw new Error(
        `${NAME}, ${on}: ${published.faults} ids were published twice or out of order, or left out; ${wrong.length} symbols do not end with the last trade`,
      );
    return figuresOf(on, cuts, published.trades, stage.questions());
  } finally {
    forget();
    await stage.stop();
  }
}

function figuresOf(on: string, cuts: readonly Cut[], trades: number, questions: number): readonly Figure[] {
  const spread = (name: string, unit: string, samples: readonly number[]) => [
    figure(NAME, on, `${name}, p50`, unit, [percentile(samples, 50)]),
    figure(NAME, on, `${name}, p99`, unit, [percentile(samples, 99)]),
    figure(NAME, on, `${name}, max`, unit, [Math.max(...samples)]),
  ];
  return [
    ...spread(
      'from the cut to the open socket: our backoff',
      'ms',
      cuts.map(({ awayMs }) => awayMs),
    ),
    ...spread(
      'from the open socket to caught up',
      'ms',
      cuts.map(({ catchingUpMs }) => catchingUpMs),
    ),
    figure(NAME, on, 'trades published, each once and in order', '', [trades]),
    figure(NAME, on, 'requests for past trades', 'per cut', [questions / cuts.length]),
    figure(NAME, on, "share of a minute's request weight", '% per cut', [
      (100 * WEIGHT * questions) / cuts.length / WEIGHT_A_MINUTE,
    ]),
  ];
}
