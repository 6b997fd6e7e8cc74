import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Candle } from '../../src/domain/candle.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import {
  indicatorOf,
  indicatorsSpec,
  startIndicator,
  stopIndicator,
} from '../../src/indicators/indicators-tree.js';
import { seededRandom } from '../../src/platform/seeded-random.js';
import { tradeEvents } from '../../src/ports/topics.js';
import { tradeHistory } from '../../src/warehouse/trade-history.js';
import { testDatabase } from '../support/database.js';
import { aTrade, SYMBOL } from '../support/market.js';
import { candleLine, naiveCandles } from '../support/naive-candles.js';
import { type Storing, storing } from '../support/storing.js';

const db = testDatabase();
const kysely = () => db.database.kysely;
const begin = storing(kysely);
const TRADES = tradeEvents(SYMBOL);
const MINUTE = 60_000;

beforeEach(() => db.empty());

const withIndicators = () => begin({ after: (system, pubsub) => [indicatorsSpec(system, { pubsub })] });

async function startCandles(store: Storing): Promise<void> {
  const { system, deps, log } = store;
  await startIndicator(system, { pubsub: deps.pubsub, log, history: tradeHistory(kysely()) }, SYMBOL);
  await store.settle();
}

/** A tree that stores trades and candles and computes the latter. */
async function begun(): Promise<Storing> {
  const store = withIndicators();
  await store.start();
  await store.start('OHLC');
  await startCandles(store);
  return store;
}

async function storedCandles(): Promise<string[]> {
  const rows = await kysely().selectFrom('candles').selectAll().execute();
  return rows
    .map(
      (row): Candle => ({
        symbol: SYMBOL,
        interval: row.interval,
        openTime: Number(row.open_time),
        open: new Decimal(row.open),
        high: new Decimal(row.high),
        low: new Decimal(row.low),
        close: new Decimal(row.close),
        volume: new Decimal(row.volume),
        tradeCount: Number(row.trade_count),
      }),
    )
    .map(candleLine)
    .toSorted();
}

/** Seeded trades over hours, with quiet stretches, the first of them at midnight. */
function market(seed: number, count: number): TradeEvent[] {
  const random = seededRandom(seed);
  let tradeTime = 0;
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) tradeTime += Math.floor(random() < 0.02 ? random() * 90 * MINUTE : random() * 20_000);
    const price = `0.${100 + Math.floor(random() * 800)}`;
    return aTrade(index + 1, { tradeTime, price, quantity: `${1 + Math.floor(random() * 99)}.5` });
  });
}

/** A trade stored long before, so that the market's first trade is known to be the first of its minute. */
const before = aTrade(0, { tradeTime: -3 * 86_400_000 });

async function storeFirst(store: Storing, trade: TradeEvent): Promise<void> {
  await store.publish(TRADES, trade);
  await store.pass(250);
}

describe('the indicator', () => {
  it('leaves in the database the candles that its trades have, when it is stopped', async () => {
    const store = withIndicators();
    await store.start();
    await store.start('OHLC');
    await storeFirst(store, before);
    await startCandles(store);
    const trades = market(1, 400);
    await store.publish(TRADES, ...trades);
    for (const trade of trades.slice(0, 50))
      await store.publish(TRADES, { ...trade, tradeId: -trade.tradeId, origin: 'mock-print' });
    await store.system.stop();
    expect(await storedCandles()).toEqual(naiveCandles(trades));
  });

  it.each([
    { how: 'a crash', seed: 2 },
    { how: 'an orderly stop', seed: 3 },
    { how: 'a new process', seed: 4 },
  ])('stores whole candles again after $how, wherever it comes', async ({ how, seed }) => {
    let store = withIndicators();
    await store.start();
    await store.start('OHLC');
    await storeFirst(store, before);
    await startCandles(store);
    const trades = market(seed, 600);
    for (let from = 0; from < trades.length; from += 75) {
      await store.publish(TRADES, ...trades.slice(from, from + 75));
      if (from + 75 >= trades.length) break;
      // Trades that the new one has not heard are not in the database yet either: it waits for them.
      if (how === 'a crash')
        store.system.kill(indicatorOf(store.system, SYMBOL).whereis() as never, new Error('boom'));
      else if (how === 'an orderly stop') {
        await stopIndicator(store.system, store.pubsub, SYMBOL);
        await startCandles(store);
      } else {
        await store.system.stop();
        store = await begun();
      }
      await store.settle();
      // The crashes of this test are no more than a supervisor takes.
      await store.pass(2_000);
      await store.pass(2_000);
    }
    await store.system.stop();
    expect(await storedCandles()).toEqual(naiveCandles(trades));
  });

  it('counts trades that were told while it was away', async () => {
    const store = withIndicators();
    await store.start();
    await store.start('OHLC');
    await storeFirst(store, before);
    await startCandles(store);
    const trades = market(5, 300);
    await store.publish(TRADES, ...trades.slice(0, 100));
    await stopIndicator(store.system, store.pubsub, SYMBOL);
    await store.publish(TRADES, ...trades.slice(100, 110));
    await startCandles(store);
    // Ten trades are not stored yet when it first asks.
    await store.publish(TRADES, ...trades.slice(110));
    await store.pass(500);
    await store.pass(500);
    await store.system.stop();
    const stored = await storedCandles();
    const expected = naiveCandles(trades);
    const days = expected.filter((line) => line.startsWith('1d'));
    expect(stored.filter((line) => line.startsWith('1d'))).toEqual(days);
    for (const line of stored) expect(expected).toContain(line);
  });

  it('never stores a candle whose beginning it has not heard', async () => {
    const store = await begun();
    const trades = market(6, 200);
    await store.publish(TRADES, ...trades);
    await store.system.stop();
    const expected = naiveCandles(trades).filter((line) => line.split(' ')[1] !== '0');
    expect(await storedCandles()).toEqual(expected);
  });

  it('goes on without the history when it cannot be had', async () => {
    const store = withIndicators();
    await store.start('OHLC');
    const history = { minutes: () => Promise.reject(new Error('away')) };
    await startIndicator(store.system, { pubsub: store.pubsub, log: store.log, history }, SYMBOL);
    await store.settle();
    const trades = market(7, 50);
    await store.publish(TRADES, ...trades);
    for (let tries = 0; tries < 5; tries++) await store.pass(500);
    await store.system.stop();
    expect((await storedCandles()).length).toBeGreaterThan(0);
    expect(store.log.entries.map(({ level }) => level)).toEqual(['warn']);
  });
});
