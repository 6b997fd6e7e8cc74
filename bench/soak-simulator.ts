import { composeSimulator } from '../src/app/simulator.js';
import { Decimal } from '../src/domain/decimal.js';
import type { Order } from '../src/domain/order.js';
import type { TradeEvent } from '../src/domain/trade-event.js';
import type { BinanceMockProtocol } from '../src/exchange/mock/binance-mock.js';
import { DEMO_ACCOUNT } from '../src/exchange/simulator/api/accounts.js';
import type { ActorSystem, PubSubProtocol } from '../src/otp/index.js';
import { publishedOn } from '../src/otp/index.js';
import { seededRandom } from '../src/platform/seeded-random.js';
import { tradeEvents } from '../src/ports/topics.js';
import { TapeFeed } from '../src/streaming/tape-feed.js';
import type { TradeFeed } from '../src/streaming/trade-feed.js';
import { answer } from './child.js';
import { CountingLog } from './counting-log.js';
import { manySymbols } from './many-symbols.js';
import { SoakClock, type SoakTime } from './soak-clock.js';

// A process of its own: the simulator, with markets that swing for ever, on a fast clock.

export interface SoakMarkets {
  readonly symbols: number;
  /** Of all symbols together, by the machine's clock. */
  readonly tradesPerSecond: number;
  readonly time: SoakTime;
}

/** Everything that the exchange has of the account. */
export interface ExchangeBooks {
  readonly orders: readonly Order[];
  readonly balances: readonly { readonly asset: string; readonly free: string; readonly locked: string }[];
  /** The last trade id of each symbol. */
  readonly lastIds: Readonly<Record<string, number>>;
}

export type SoakSimulatorQuestions = {
  /** Answers the port. */
  start(markets: SoakMarkets): Promise<number>;
  jump(ms: number): void;
  /** Decimals are texts. */
  books(nothing: null): Promise<ExchangeBooks>;
};

export const START_BALANCE = '1000000';
export const COMMISSION = '0.001';
const MIDDLE_TICKS = 4_310;
const TICK = new Decimal('0.0001');
const LOT = new Decimal('6');
/**
 * Trades from one end of a swing to the other, and how far it goes up and down, as a part of the price. The slow one takes along
 * what was bought at the top of the fast one.
 */
const FAST = { half: 25, reach: 0.004 };
const SLOW = { half: 150, reach: 0.01 };
const NOISE = 0.0008;
/**
 * By which the slow swing reaches farther with each trade. Between bounds that stay, a buy at the very bottom would never be
 * filled, and what was bought at the very top never sold: sooner or later all chunks would be held there, and nothing happen
 * any more.
 */
const WIDER = 0.000006;
/** Trades by which each symbol swings later than the one before, so that they do not all rise and fall at once. */
const LATER = 83;
const BATCH = 200;

let clock: SoakClock;
let system: ActorSystem;
let names: readonly string[] = [];

/** From -1 at an even turn to 1 at an odd one, and back. */
function heightAt(turns: number): number {
  const turn = turns % 2;
  return (turn < 1 ? turn : 2 - turn) * 2 - 1;
}

/** It goes up and down for ever, each time a little farther: every buy is filled some time, and whatever was bought is sold. */
function swinging(symbol: string, seed: number, tradesPerSecond: number, speed: number): TradeFeed {
  const random = seededRandom(seed);
  return new TapeFeed({
    async *open() {
      for (let first = 1; ; first += BATCH)
        yield Array.from({ length: BATCH }, (_, index): TradeEvent => {
          const tradeId = first + index;
          const at = tradeId + seed * LATER;
          const away =
            FAST.reach * heightAt(at / FAST.half) + (SLOW.reach + WIDER * tradeId) * heightAt(at / SLOW.half);
          const ticks = Math.round(MIDDLE_TICKS * (1 + away + NOISE * (random() - 0.5)));
          return {
            ...{ kind: 'trade-event', symbol, tradeId, tradeTime: tradeId, eventTime: tradeId },
            ...{ buyerIsMaker: tradeId % 2 === 0, origin: 'exchange' },
            price: TICK.times(String(ticks)),
            quantity: LOT.times(String(1 + Math.floor(random() * 12))),
          } as const;
        });
    },
    pace: { kind: 'interval', ms: (1_000 * speed) / tradesPerSecond },
    clock,
  });
}

async function start({ symbols: count, tradesPerSecond, time }: SoakMarkets): Promise<number> {
  clock = new SoakClock(time);
  const { document, symbols } = await manySymbols(count);
  names = [...symbols.keys()];
  const assets = [...symbols.values()].flatMap(({ baseAsset, quoteAsset }) => [baseAsset, quoteAsset]);
  const amount = new Decimal(START_BALANCE);
  const simulator = await composeSimulator({
    ...{ clock, log: new CountingLog(), port: 0, symbols, document, mode: 'run', fillModel: 'tape', seed: 1 },
    feeds: new Map(
      names.map((name, index) => [name, swinging(name, index, tradesPerSecond / count, time.speed)]),
    ),
    accounts: [{ ...DEMO_ACCOUNT, balances: new Map(assets.map((asset) => [asset, amount])) }],
    commissionRate: new Decimal(COMMISSION),
    faults: [],
  });
  ({ system } = simulator);
  return simulator.port;
}

async function books(): Promise<ExchangeBooks> {
  const { registry } = system;
  const mock = registry.via<BinanceMockProtocol>('BinanceMock');
  const account = DEMO_ACCOUNT.name;
  const [orders, balances, published] = await Promise.all([
    Promise.all(names.map((symbol) => system.call(mock, 'orders', { account, symbol }))),
    system.call(mock, 'balances', account),
    publishedOn(system, registry.via<PubSubProtocol>('PubSub')),
  ]);
  return {
    orders: orders.flat(),
    balances: balances.map(({ asset, free, locked }) => ({
      ...{ asset, free: free.toFixed(), locked: locked.toFixed() },
    })),
    lastIds: Object.fromEntries(
      names.map((symbol) => [
        symbol,
        (published.get(tradeEvents(symbol))?.last as TradeEvent | undefined)?.tradeId ?? 0,
      ]),
    ),
  };
}

answer({ start, jump: (ms) => clock.jump(ms), books } satisfies SoakSimulatorQuestions);
