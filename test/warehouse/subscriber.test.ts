import { beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { describeRanges } from '../../src/domain/id-range.js';
import { subscribersOf } from '../../src/otp/index.js';
import { ohlc, orders, tradeEvents } from '../../src/ports/topics.js';
import { IdRanges } from '../../src/warehouse/id-ranges.js';
import { testDatabase } from '../support/database.js';
import { aCandleUpdate, anOrderUpdate, aTrade, SYMBOL, trades } from '../support/market.js';
import { missingTrades, storedTrades } from '../support/stored.js';
import { storing } from '../support/storing.js';

const db = testDatabase();
const kysely = () => db.database.kysely;
const begin = storing(kysely);
const TRADES = tradeEvents(SYMBOL);
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => db.empty());

describe('a subscriber', () => {
  it('writes as soon as a batch is full', async () => {
    const store = begin({ batching: { maxBatch: 5 } });
    await store.start();
    await store.publish(TRADES, ...trades(1, 4));
    expect(await storedTrades(kysely())).toBe('');
    await store.publish(TRADES, aTrade(5));
    expect(await storedTrades(kysely())).toBe('1-5');
  });

  it('writes what has waited long enough', async () => {
    const store = begin({ batching: { maxBatch: 500, maxWaitMs: 250 } });
    await store.start();
    await store.publish(TRADES, ...trades(1, 3));
    await store.pass(249);
    expect(await storedTrades(kysely())).toBe('');
    await store.pass(1);
    expect(await storedTrades(kysely())).toBe('1-3');
  });

  it('takes messages while a batch is being written, one batch at a time', async () => {
    const store = begin({ batching: { maxBatch: 10 } });
    await store.start();
    await store.publish(TRADES, ...trades(1, 1_005));
    expect(await storedTrades(kysely())).toBe('1-1000');
    await store.pass(250);
    expect(await storedTrades(kysely())).toBe('1-1005');
    expect(store.inspect()).toMatchObject({ activity: 'idle', held: 0, stored: 1_005 });
  });

  it('stores all that was published when it is stopped, and nothing after', async () => {
    const store = begin();
    await store.start();
    void store.publish(TRADES, ...trades(1, 1_200));
    expect(await store.stop()).toBe(true);
    await store.publish(TRADES, aTrade(1_201));
    expect(await storedTrades(kysely())).toBe('1-1200');
    expect(await store.stop()).toBe(false);
    expect(store.log.entries).toEqual([]);
  });

  it('stores all that was published when the whole tree is stopped', async () => {
    const store = begin();
    await store.start();
    await store.start('ORDERS');
    void store.publish(TRADES, ...trades(1, 700));
    void store.publish(orders(SYMBOL), anOrderUpdate());
    await store.system.stop();
    expect(await storedTrades(kysely())).toBe('1-700');
    expect(await kysely().selectFrom('orders').selectAll().execute()).toHaveLength(1);
  });

  it('never stores a mock print', async () => {
    const store = begin();
    await store.start();
    await store.publish(TRADES, aTrade(1), aTrade(-1, { origin: 'mock-print' }), aTrade(2));
    await store.pass(250);
    expect(await storedTrades(kysely())).toBe('1-2');
  });

  it('ignores a trade that is stored already', async () => {
    const store = begin();
    await store.start();
    await store.publish(TRADES, ...trades(1, 3), aTrade(2));
    await store.pass(250);
    await store.publish(TRADES, aTrade(3), aTrade(4));
    await store.pass(250);
    expect(await storedTrades(kysely())).toBe('1-4');
    expect(store.inspect()).toMatchObject({ stored: 4, duplicates: 2, conflicts: 0 });
    expect(store.log.entries).toEqual([]);
  });

  it('logs both contents of an id that comes back different, shows them, and goes on', async () => {
    const store = begin();
    await store.start();
    await store.publish(TRADES, ...trades(1, 3));
    await store.pass(250);
    await store.publish(TRADES, aTrade(2, { price: '0.6' }), aTrade(4));
    await store.pass(250);
    const text = expect.stringMatching(/trade 2 is stored as 10 at 0\.5, .* it came again as 10 at 0\.6, /);
    expect(store.log.entries).toEqual([{ level: 'error', message: text, fields: { topic: TRADES } }]);
    expect(store.inspect()).toMatchObject({ held: 0, stored: 4, conflicts: 1, lastConflicts: [text] });
    expect(await storedTrades(kysely())).toBe('1-4');
    expect(store.crashes).toEqual([]);
  });

  it('stores orders and how they changed', async () => {
    const store = begin();
    await store.start('ORDERS');
    await store.publish(
      orders(SYMBOL),
      anOrderUpdate(),
      anOrderUpdate({ status: 'FILLED', executedQuantity: '10' }),
      anOrderUpdate({ clientOrderId: 'hedgehog-2', orderId: 2 }),
    );
    await store.pass(250);
    const rows = await kysely()
      .selectFrom('orders')
      .select(['order_id', 'status'])
      .orderBy('order_id')
      .execute();
    expect(rows).toEqual([
      { order_id: '1', status: 'FILLED' },
      { order_id: '2', status: 'NEW' },
    ]);
    expect(await kysely().selectFrom('order_updates').select('id').execute()).toHaveLength(3);
  });

  it('stores complete candles only', async () => {
    const store = begin();
    await store.start('OHLC');
    await store.publish(
      ohlc(SYMBOL),
      aCandleUpdate({ openTime: 0 }, false),
      aCandleUpdate({ openTime: 60_000 }),
    );
    await store.pass(250);
    const rows = await kysely().selectFrom('candles').select('open_time').execute();
    expect(rows).toEqual([{ open_time: '60000' }]);
  });

  it('is started once per topic', async () => {
    const store = begin();
    await store.start();
    await expect(store.start()).rejects.toThrow('has a child Subscriber TRADE_EVENTS:XRPUSDT already');
  });
});

describe('a crash', () => {
  it('loses nothing of what a subscriber held, and records what nobody heard', async () => {
    const store = begin();
    await store.start();
    await store.publish(TRADES, ...trades(1, 10));
    const crashed = store.subscriber();
    store.system.kill(crashed, new Error('boom'));
    // Published while no subscriber is there.
    await store.publish(TRADES, ...trades(11, 14));
    expect(store.subscriber()).not.toBe(crashed);
    await store.publish(TRADES, ...trades(15, 16));
    await store.pass(250);
    expect([await storedTrades(kysely()), await missingTrades(kysely())]).toEqual(['1-10,15-16', '11-14']);
  });

  it('in the middle of a write stores each trade once', async () => {
    const store = begin({ batching: { maxBatch: 50 } });
    await store.start();
    for (const trade of trades(1, 200)) void store.publish(TRADES, trade);
    const isWriting = (): boolean => (store.inspect() as { activity: string }).activity === 'writing';
    for (let turns = 0; turns < 10_000 && !isWriting(); turns++) await nextTurn();
    expect(isWriting()).toBe(true);
    store.system.kill(store.subscriber(), 'killed');
    await store.settle();
    await store.publish(TRADES, ...trades(201, 230));
    await store.pass(250);
    // What was in its mailbox, or published before the next one listened, is recorded; together they are all.
    const accounted = new IdRanges();
    for (const range of [await storedTrades(kysely()), await missingTrades(kysely())].join(',').split(',')) {
      const [from, to = from] = range.split('-').map(Number);
      if (from !== undefined && from > 0) accounted.add(from, to as number);
    }
    expect(describeRanges(accounted.list())).toBe('1-230');
    expect(accounted.count).toBe(230);
  });

  it('of the write itself comes back slower and slower, and holds what comes', async () => {
    const store = begin();
    await store.start();
    await sql`ALTER TABLE trade_events RENAME TO gone`.execute(kysely());
    try {
      await store.publish(TRADES, ...trades(1, 3));
      await store.pass(250);
      for (let tries = 0; tries < 20; tries++) await store.pass(250);
      await store.publish(TRADES, ...trades(4, 6));
      expect(store.crashes.length).toBeGreaterThanOrEqual(5);
      expect(store.crashes.length).toBeLessThanOrEqual(8);
      expect(store.inspect()).toMatchObject({
        activity: 'paused',
        held: 6,
        lastError: expect.stringContaining('42P01'),
      });
    } finally {
      await sql`ALTER TABLE gone RENAME TO trade_events`.execute(kysely());
    }
    await store.pass(5_000);
    expect([await storedTrades(kysely()), await missingTrades(kysely())]).toEqual(['1-6', '']);
    expect(store.inspect()).toMatchObject({ held: 0, stored: 6 });
  });

  it('over one value that the database refuses sets that one aside and stores the others', async () => {
    const store = begin();
    await store.start();
    await sql`ALTER TABLE trade_events ADD CONSTRAINT small CHECK (trade_id <> 3)`.execute(kysely());
    try {
      await store.publish(TRADES, ...trades(1, 6));
      for (let tries = 0; tries < 10; tries++) await store.pass(5_000);
    } finally {
      await sql`ALTER TABLE trade_events DROP CONSTRAINT small`.execute(kysely());
    }
    expect([await storedTrades(kysely()), await missingTrades(kysely())]).toEqual(['1-2,4-6', '3']);
    expect(store.inspect()).toMatchObject({ held: 0, setAside: 1 });
    expect(store.log.entries).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('refuses trade 3: 23514') }),
    );
  });

  it('of PubSub or of the supervisor starts the subscribers again, on the new PubSub', async () => {
    const store = begin({ autostart: ['TRADE_EVENTS', 'ORDERS'] });
    await store.settle();
    await store.publish(TRADES, ...trades(1, 2));
    for (const [name, from] of [
      ['PubSub', 3],
      ['DynamicSubscriberSupervisor', 5],
    ] as const) {
      const before = store.subscriber();
      store.system.kill(store.system.registry.lookup(name) as never, new Error('boom'));
      await store.settle();
      expect(store.subscriber()).not.toBe(before);
      const subscribers = await subscribersOf(store.system, store.pubsub, TRADES);
      expect(subscribers).toEqual([store.subscriber()]);
      await store.publish(TRADES, ...trades(from, from + 1));
    }
    await store.pass(250);
    expect([await storedTrades(kysely()), await missingTrades(kysely())]).toEqual(['1-6', '']);
  });
});
