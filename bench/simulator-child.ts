import { composeSimulator, type Simulator } from '../src/app/simulator.js';
import { ZERO } from '../src/domain/decimal.js';
import type { TradeEvent } from '../src/domain/trade-event.js';
import { DEMO_ACCOUNT } from '../src/exchange/simulator/api/accounts.js';
import { BINANCE_LIMITS } from '../src/exchange/simulator/api/rate-limits.js';
import { RandomFeed } from '../src/exchange/simulator/market/random-feed.js';
import { type GenServer, type Protocol, type PubSubProtocol, subscribeTo } from '../src/otp/index.js';
import { seededRandom } from '../src/platform/seeded-random.js';
import { systemClock } from '../src/platform/system-clock.js';
import { tradeEvents } from '../src/ports/topics.js';
import { answer } from './child.js';
import { CountingLog } from './counting-log.js';
import { manySymbols } from './many-symbols.js';

// A process of its own: the simulator, with made-up markets.

export interface Markets {
  readonly symbols: number;
  /** Of all symbols together. */
  readonly tradesPerSecond: number;
}

export type SimulatorQuestions = {
  /** Answers the port. */
  start(markets: Markets): Promise<number>;
  /** The last trade id of each symbol. */
  lastIds(nothing: null): readonly number[];
};

/** Nobody's rate limits are measured here, and catching up with many symbols a hundred times would take hours within them. */
const HARDLY_LIMITED = {
  ...BINANCE_LIMITS,
  limits: BINANCE_LIMITS.limits.map((limit) => ({ ...limit, limit: limit.limit * 1_000 })),
};

interface LastIdsProtocol extends Protocol {
  readonly arg: Map<string, number>;
  readonly state: Map<string, number>;
  readonly info: TradeEvent;
}

/** Notes the last trade of each symbol. */
const LastIds: GenServer<LastIdsProtocol> = {
  kind: 'LastIds',
  takesAll: true,
  init: (lastIds) => ({ state: lastIds }),
  info(lastIds, event) {
    if (event.kind === 'trade-event') lastIds.set(event.symbol, event.tradeId);
    return { state: lastIds };
  },
};

const lastIds = new Map<string, number>();

async function start({ symbols: count, tradesPerSecond }: Markets): Promise<number> {
  const { document, symbols } = await manySymbols(count);
  const feeds = new Map(
    [...symbols].map(([symbol, info], index) => [
      symbol,
      new RandomFeed({
        info,
        random: seededRandom(index),
        tradesPerSecond: tradesPerSecond / count,
        clock: systemClock,
      }),
    ]),
  );
  const simulator: Simulator = await composeSimulator({
    ...{ clock: systemClock, log: new CountingLog(), port: 0, symbols, document, feeds },
    accounts: [{ ...DEMO_ACCOUNT, balances: new Map() }],
    mode: 'run',
    fillModel: 'book',
    commissionRate: ZERO,
    seed: 1,
    faults: [],
    limits: HARDLY_LIMITED,
  });
  const { system, port } = simulator;
  const notes = system.spawn(LastIds, lastIds, 'LastIds');
  const pubsub = system.registry.via<PubSubProtocol>('PubSub');
  for (const symbol of symbols.keys()) {
    lastIds.set(symbol, 0);
    subscribeTo(system, pubsub, tradeEvents(symbol), notes);
  }
  return port;
}

answer({ start, lastIds: () => [...lastIds.values()] } satisfies SimulatorQuestions);
