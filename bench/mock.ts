import { Decimal, ZERO } from '../src/domain/decimal.js';
import type { OrderRequest } from '../src/domain/order.js';
import type { SymbolInfo } from '../src/domain/symbol-info.js';
import type { TradeEvent } from '../src/domain/trade-event.js';
import { BinanceMock } from '../src/exchange/mock/binance-mock.js';
import { MatchingEngine } from '../src/exchange/mock/matching-engine.js';
import { ActorSystem, PubSub } from '../src/otp/index.js';
import { systemClock } from '../src/platform/system-clock.js';
import { NO_LEDGER } from '../src/ports/order-ledger.js';
import { UNPACED } from '../src/ports/pacing.js';
import type { Benchmark } from './benchmark.js';
import { interleaved, ratios } from './measure.js';
import { type Figure, figure } from './report.js';

const NAME = 'mock';
const FEW = 10;
const MANY = 10_000;
const UNIT = 'ns/event';

const info: SymbolInfo = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  baseAssetPrecision: 8,
  quoteAssetPrecision: 8,
  priceFilter: { minPrice: ZERO, maxPrice: ZERO, tickSize: new Decimal('0.01') },
  lotSize: { minQty: ZERO, maxQty: ZERO, stepSize: new Decimal('0.001') },
  notional: { filterType: 'NOTIONAL', minNotional: ZERO, maxNotional: null },
  isSpotTradingAllowed: true,
  percentPrice: null,
  maxNumOrders: null,
  maxPosition: null,
};

/** Buys from 20,000 down and sells from 40,000 up, every one at a price of its own; trades print at 30,000. */
function restingOrder(index: number): OrderRequest {
  const away = new Decimal('0.01').times(new Decimal(String(index)));
  const isBuy = index % 2 === 0;
  return {
    symbol: info.symbol,
    side: isBuy ? 'BUY' : 'SELL',
    price: isBuy ? new Decimal('20000').minus(away) : new Decimal('40000').plus(away),
    quantity: ONE_STEP,
    clientOrderId: `resting-${index}`,
  };
}
const ONE_STEP = new Decimal('0.001');

const events: readonly TradeEvent[] = Array.from({ length: 1_000 }, (_, index) => ({
  kind: 'trade-event',
  symbol: info.symbol,
  tradeId: index + 1,
  price: new Decimal('30000').plus(ONE_STEP.times(new Decimal(String((index * 7) % 100)))),
  quantity: ONE_STEP,
  tradeTime: index,
  eventTime: index,
  buyerIsMaker: index % 2 === 0,
  origin: 'exchange',
}));

function engineWith(resting: number): MatchingEngine {
  const engine = new MatchingEngine([info]);
  for (let index = 0; index < resting; index++) {
    if (engine.place(restingOrder(index), 0).kind === 'refused') throw new Error('an order was refused');
  }
  return engine;
}

/** Plays the events over and over; nanoseconds for each. */
function playEngine(engine: MatchingEngine, repeats: number): number {
  const startMs = performance.now();
  let fills = 0;
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const event of events) fills += engine.match(event).length;
  if (fills > 0) throw new Error('orders far from the price were filled');
  return ((performance.now() - startMs) * 1e6) / (repeats * events.length);
}

async function actorWith(resting: number) {
  const system = new ActorSystem({ clock: systemClock });
  const pubsub = system.spawn(PubSub, undefined, 'PubSub');
  const arg = { symbols: [info], pubsub, pacing: UNPACED, clock: systemClock, ledger: NO_LEDGER };
  const mock = system.spawn(BinanceMock, arg, 'BinanceMock');
  for (let index = 0; index < resting; index++) {
    const outcome = await system.call(mock, 'placeOrder', restingOrder(index));
    if (outcome.kind !== 'placed') throw new Error('an order was refused');
  }
  return { system, mock };
}

/** Sends the events to the actor over and over; nanoseconds for each. */
async function playActor(
  { system, mock }: Awaited<ReturnType<typeof actorWith>>,
  repeats: number,
): Promise<number> {
  const startMs = performance.now();
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const event of events) system.send(mock, event);
    await system.quiesce();
  }
  const elapsedMs = performance.now() - startMs;
  const open = await system.call(mock, 'openOrders', { symbol: info.symbol });
  if (open.some(({ status }) => status !== 'NEW')) throw new Error('orders far from the price were filled');
  return (elapsedMs * 1e6) / (repeats * events.length);
}

/** What a trade costs the mock exchange while nothing, or much, rests far from the price. */
export const benchMock: Benchmark = async ({ isQuick, tell }) => {
  const rounds = isQuick ? 3 : 5;
  const scale = isQuick ? 1 : 10;
  const engines = { few: engineWith(FEW), many: engineWith(MANY) };
  const actors = { few: await actorWith(FEW), many: await actorWith(MANY) };
  tell(`${NAME}: engine and actor`);
  const samples = await interleaved(rounds, {
    engineFew: () => playEngine(engines.few, 100 * scale),
    engineMany: () => playEngine(engines.many, 100 * scale),
    actorFew: () => playActor(actors.few, 10 * scale),
    actorMany: () => playActor(actors.many, 10 * scale),
  });
  await actors.few.system.stop();
  await actors.many.system.stop();
  return [
    ...compared('engine', samples.engineFew, samples.engineMany),
    ...compared('actor', samples.actorFew, samples.actorMany),
  ];
};

function compared(on: string, few: readonly number[], many: readonly number[]): Figure[] {
  return [
    figure(NAME, on, `${FEW} resting orders`, UNIT, few),
    figure(NAME, on, `${MANY} resting orders`, UNIT, many),
    figure(NAME, on, `${MANY} / ${FEW}`, 'ratio', ratios(many, few), { atMost: 1.5 }),
  ];
}
