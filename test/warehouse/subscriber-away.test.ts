import { beforeEach, describe, expect, it } from '@jest/globals';
import { orders, tradeEvents } from '../../src/ports/topics.js';
import { anOrderUpdate, aTrade, SYMBOL, trades } from '../support/market.js';
import { stoppableDatabase } from '../support/stoppable-database.js';
import { missingTrades, storedTrades } from '../support/stored.js';
import { type Storing, storing } from '../support/storing.js';

const db = stoppableDatabase();
const kysely = () => db.kysely;
const begin = storing(kysely);
const TRADES = tradeEvents(SYMBOL);
const LONG_MS = 60_000;

beforeEach(async () => {
  await db.start();
  for (const table of ['trade_events', 'missing_trades', 'orders', 'order_updates'] as const)
    await kysely().deleteFrom(table).execute();
});

/** The first try fails, and so does the next. */
async function notices(store: Storing): Promise<void> {
  await store.pass(250);
  await store.pass(100);
  expect(store.inspect()).toMatchObject({ activity: 'paused', lastError: expect.any(String) });
}

describe('while the database is away, a subscriber', () => {
  it('holds what comes, says so, and stores each trade once when it is back', async () => {
    const store = begin({ batching: { maxBatch: 100 } });
    await store.start();
    await store.publish(TRADES, ...trades(1, 150));
    // Stopped in the middle: batches are under way, and more is published all the time.
    let nextId = 151;
    const published: Promise<void>[] = [];
    const stopping = db.stop();
    for (let turn = 0; turn < 40; turn++) {
      published.push(store.publish(TRADES, ...trades(nextId, nextId + 24)));
      nextId += 25;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all([stopping, ...published]);
    await store.publish(TRADES, ...trades(nextId, nextId + 9));
    await notices(store);
    const away = store.inspect() as { readonly held: number; readonly lastError: string };
    expect(away.held).toBeGreaterThanOrEqual(10);
    expect(away).toMatchObject({ awaySince: expect.stringMatching(/^1970-01-01T00:00:00/) });
    expect(away.lastError).toMatch(/ENOENT|ECONNREFUSED|57P0|terminated/);
    await store.publish(TRADES, aTrade(nextId + 10));
    await db.start();
    await store.pass(LONG_MS);
    await store.pass(LONG_MS);
    expect([await storedTrades(kysely()), await missingTrades(kysely())]).toEqual([`1-${nextId + 10}`, '']);
    expect(store.inspect()).toMatchObject({ activity: 'idle', held: 0 });
    expect(store.inspect()).not.toHaveProperty('lastError');
    expect(store.crashes).toEqual([]);
  });

  it('tries slower and slower, and not too slowly', async () => {
    const store = begin();
    await store.start();
    await db.stop();
    await store.publish(TRADES, aTrade(1));
    const waits: number[] = [];
    await store.pass(250);
    for (let tries = 0; tries < 8; tries++) {
      waits.push(store.intake().backlog.waitMs);
      await store.pass(store.intake().backlog.waitMs);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(store.log.entries.map(({ level }) => level)).toEqual(['warn']);
  });

  it('records exactly the trades past its bound as missing', async () => {
    const store = begin({ maxHeld: 100 });
    await store.start();
    await db.stop();
    await store.publish(TRADES, ...trades(1, 100));
    await notices(store);
    // Past the bound; one comes twice, and one id never.
    await store.publish(TRADES, ...trades(101, 120), aTrade(120), ...trades(122, 130));
    expect(store.inspect()).toMatchObject({ held: 100, missing: 29, missingIds: '101-120,122-130' });
    await db.start();
    await store.pass(LONG_MS);
    expect([await storedTrades(kysely()), await missingTrades(kysely())]).toEqual([
      '1-100',
      '101-120,122-130',
    ]);
    await store.publish(TRADES, ...trades(131, 140));
    await store.pass(250);
    expect(await storedTrades(kysely())).toBe('1-100,131-140');
    expect(store.inspect()).not.toHaveProperty('missing');
  });

  it('lets no order go, and past its bound keeps the furthest state of each', async () => {
    const store = begin({ maxHeld: 4 });
    await store.start('ORDERS');
    await db.stop();
    const update = (n: number, status: 'NEW' | 'PARTIALLY_FILLED' | 'FILLED', executedQuantity = '0') =>
      anOrderUpdate({ clientOrderId: `hedgehog-${n}`, orderId: n, status, executedQuantity });
    await store.publish(orders(SYMBOL), ...[1, 2, 3, 4, 5, 6].map((n) => update(n, 'NEW')));
    await store.publish(orders(SYMBOL), update(1, 'PARTIALLY_FILLED', '3'), update(1, 'FILLED', '10'));
    await store.pass(250);
    expect(store.inspect('ORDERS')).toMatchObject({ held: 6, thinned: 2 });
    await db.start();
    await store.pass(LONG_MS);
    const rows = await kysely().selectFrom('orders').select('status').orderBy('order_id').execute();
    expect(rows.map(({ status }) => status)).toEqual(['FILLED', 'NEW', 'NEW', 'NEW', 'NEW', 'NEW']);
  });

  it('loses nothing by its own crash', async () => {
    const store = begin();
    await store.start();
    await db.stop();
    await store.publish(TRADES, ...trades(1, 10));
    await notices(store);
    store.system.kill(store.subscriber(), new Error('boom'));
    await store.settle();
    await store.publish(TRADES, ...trades(11, 12));
    expect(store.inspect()).toMatchObject({ activity: 'paused', held: 12, awaySince: expect.any(String) });
    await db.start();
    await store.pass(LONG_MS);
    await store.pass(250);
    expect([await storedTrades(kysely()), await missingTrades(kysely())]).toEqual(['1-12', '']);
  });

  it('is stopped: waits for the database as long as it may, and stores all when it comes back in time', async () => {
    const store = begin();
    await store.start();
    await db.stop();
    await store.publish(TRADES, ...trades(1, 10));
    await notices(store);
    const stopped = store.stop();
    await db.start();
    await waitOut(store, 4_000, stopped);
    expect(await storedTrades(kysely())).toBe('1-10');
    expect(store.log.entries.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is stopped: logs exactly what it could not store, within one limit for all', async () => {
    const store = begin({ maxHeld: 8 });
    await store.start();
    await store.start('ORDERS');
    await db.stop();
    await store.publish(TRADES, ...trades(1, 5), ...trades(7, 10));
    await store.publish(orders(SYMBOL), anOrderUpdate());
    await notices(store);
    await store.publish(TRADES, aTrade(13));
    const stopped = store.system.stop();
    await waitOut(store, 5_100, stopped);
    const errors = store.log.entries.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(errors.toSorted()).toEqual([
      'ORDERS:XRPUSDT: ended with 1 events not stored: order 1 (hedgehog-1) BUY 10 at 0.5, NEW, 0 executed, created 1000, updated 1000',
      'TRADE_EVENTS:XRPUSDT: ended with 8 events not stored: trades 1-5,7-10,13',
    ]);
  });
});

/** Lets simulated time go on bit by bit, so that real connections get their turn, until the promise is settled. */
async function waitOut({ clock }: Storing, limitMs: number, promise: Promise<unknown>): Promise<void> {
  const state = { settled: false };
  const end = promise.finally(() => {
    state.settled = true;
  });
  for (let passedMs = 0; passedMs < limitMs && !state.settled; passedMs += 50) {
    clock.advance(50);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(state.settled).toBe(true);
  await end;
}
