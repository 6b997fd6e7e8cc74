import { beforeEach, describe, expect, it } from '@jest/globals';
import { Decimal } from '../../src/domain/decimal.js';
import type { Order, OrderStatus } from '../../src/domain/order.js';
import { publish } from '../../src/otp/index.js';
import { orders, userData } from '../../src/ports/topics.js';
import { newLeg } from '../../src/strategy/leg.js';
import type { Position } from '../../src/strategy/position.js';
import { positionToJson } from '../../src/strategy/position-json.js';
import { storeOrders } from '../../src/warehouse/order-store.js';
import { noteCaughtUp, ordersInDoubt } from '../../src/warehouse/orders-in-doubt.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { aGate } from '../support/actors.js';
import { testDatabase } from '../support/database.js';
import { anOrder, SYMBOL } from '../support/market.js';
import { KnownOrders } from '../support/order-lookup.js';
import { type Storing, storing } from '../support/storing.js';

const db = testDatabase();
const kysely = () => db.database.kysely;
const begin = storing(kysely);
const MINUTE_MS = 60_000;

let symbolId: number;
let exchange: KnownOrders;
beforeEach(async () => {
  await db.empty();
  symbolId = await symbolIdOf(kysely(), SYMBOL);
  exchange = new KnownOrders();
});

const order = (n: number, status: OrderStatus = 'NEW', executedQuantity?: string): Order =>
  anOrder({
    clientOrderId: `hh-${n}`,
    orderId: n,
    status,
    executedQuantity: executedQuantity ?? (status === 'FILLED' ? '10' : '0'),
  });

const leg = (n: number) => newLeg(order(n), 1);
const REBUY = { below: new Decimal('0.4'), status: 'unspent' } as const;
const buying = (n: number): Position => ({ phase: 'buying', buy: leg(n), rebuy: REBUY, ending: false });
const selling = (buy: number, sell: number): Position => ({
  phase: 'selling',
  buy: leg(buy),
  sell: leg(sell),
  earlierSells: [],
  rebuy: REBUY,
});
const closed = (buy: number, sell: number): Position => ({
  phase: 'closed',
  result: { kind: 'sold' },
  rebuy: 'unspent',
  buy: leg(buy),
  sell: leg(sell),
  earlierSells: [],
});

/** A cycle that is open, or ended so long ago. */
async function aCycle(position: Position, endedMsAgo?: number, scope = 'live'): Promise<void> {
  await kysely()
    .insertInto('cycles')
    .values({
      symbol_id: symbolId,
      scope,
      settings: '{}',
      position: JSON.stringify(positionToJson(position)),
      ...(endedMsAgo === undefined ? {} : { ended_at: new Date(Date.now() - endedMsAgo) }),
    })
    .execute();
}

const alreadyStored = (...given: readonly Order[]) => storeOrders(kysely(), symbolId, given);

/** `<order id> <status> <executed>` of every order. */
async function stored(): Promise<string[]> {
  const rows = await kysely().selectFrom('orders').selectAll().orderBy('order_id').execute();
  return rows.map((row) => `${row.order_id} ${row.status} ${new Decimal(row.executed_quantity).toFixed()}`);
}

async function storedUpdates(): Promise<string[]> {
  const rows = await kysely().selectFrom('order_updates').selectAll().orderBy('id').execute();
  return rows.map((row) => `${row.order_id} ${row.status}`);
}

async function begun(): Promise<Storing> {
  const store = begin({ exchange });
  await store.start('ORDERS');
  await store.pass(250);
  return store;
}

/** What the exchange does: it changes first, and tells then. */
function changes(store: Storing, ...changed: readonly Order[]): void {
  exchange.has(...changed);
  for (const each of changed)
    publish(store.system, store.pubsub, orders(SYMBOL), { kind: 'order-update', order: each });
}

async function nextTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const errorsOf = (store: Storing): string[] =>
  store.log.entries.filter(({ level }) => level === 'error').map(({ message }) => message);

describe('a subscriber of orders that begins', () => {
  it('looks nothing up when everything is final', async () => {
    await alreadyStored(order(1, 'FILLED'), order(2, 'CANCELED'));
    await aCycle(selling(1, 2));
    await aCycle(closed(1, 2), MINUTE_MS);
    const store = await begun();
    expect(exchange.lookedUp()).toEqual([]);
    expect(await stored()).toEqual(['1 FILLED 10', '2 CANCELED 0']);
    expect(store.inspect('ORDERS')).toMatchObject({ catchingUp: 'over', toLookUp: 0 });
  });

  it('stores what the open cycles and those that have just ended name, both legs', async () => {
    exchange.has(
      order(1, 'FILLED'),
      order(2, 'FILLED'),
      order(3, 'FILLED'),
      order(4, 'FILLED'),
      order(5, 'FILLED'),
    );
    await aCycle(buying(1));
    await aCycle(selling(2, 3));
    await aCycle(closed(4, 5), MINUTE_MS);
    await aCycle({ phase: 'flat', attempt: 1, rebuy: 'unspent' });
    await begun();
    expect(exchange.lookedUp()).toEqual(['hh-1', 'hh-2', 'hh-3', 'hh-4', 'hh-5']);
    expect(await stored()).toEqual([1, 2, 3, 4, 5].map((n) => `${n} FILLED 10`));
    expect(await storedUpdates()).toEqual([1, 2, 3, 4, 5].map((n) => `${n} FILLED`));
  });

  it('looks up what is stored as open, and leaves what is stored as final', async () => {
    await alreadyStored(order(1), order(2, 'PARTIALLY_FILLED', '3'), order(3, 'FILLED'));
    exchange.has(order(1, 'CANCELED'), order(2, 'FILLED'), order(3, 'FILLED'));
    await begun();
    expect(exchange.lookedUp()).toEqual(['hh-1', 'hh-2']);
    expect(await stored()).toEqual(['1 CANCELED 0', '2 FILLED 10', '3 FILLED 10']);
  });

  it('finds what is stored as open by the exchange’s own id: somebody else may have cancelled it under another', async () => {
    await alreadyStored(order(5));
    exchange.has({ ...order(5, 'CANCELED'), clientOrderId: 'web_4f2a' });
    const store = await begun();
    expect(await stored()).toEqual(['5 CANCELED 0']);
    expect(errorsOf(store)).toEqual([]);
    await store.stop();
  });

  it('stores what the exchange lists as open, and looks none of that up once more', async () => {
    await alreadyStored(order(1));
    exchange.has(order(1, 'PARTIALLY_FILLED', '4'), order(2));
    await aCycle(selling(1, 2));
    await begun();
    expect(exchange.asked).toEqual(['open']);
    expect(await stored()).toEqual(['1 PARTIALLY_FILLED 4', '2 NEW 0']);
  });

  it('has no eye for another symbol, for backtests, or for cycles that ended long ago', async () => {
    await aCycle(closed(1, 2), 0, 'a backtest');
    await aCycle(closed(3, 4), 2 * 24 * 60 * MINUTE_MS);
    const other = await symbolIdOf(kysely(), 'BTCUSDT');
    await storeOrders(kysely(), other, [anOrder({ clientOrderId: 'hh-9', orderId: 9 })]);
    await begun();
    expect(exchange.lookedUp()).toEqual([]);
  });

  it('goes back to when it was last caught up with, however long ago, and no further', async () => {
    exchange.has(...[1, 2, 3, 4].map((n) => order(n, 'FILLED')));
    await noteCaughtUp(kysely(), symbolId, new Date(Date.now() - 10 * 24 * 60 * MINUTE_MS));
    await aCycle(closed(1, 2), 9 * 24 * 60 * MINUTE_MS);
    await aCycle(closed(3, 4), 11 * 24 * 60 * MINUTE_MS);
    await begun();
    expect(exchange.lookedUp()).toEqual(['hh-1', 'hh-2']);
    const { asOf } = await ordersInDoubt(kysely(), symbolId);
    const noted = await kysely().selectFrom('order_catch_ups').selectAll().executeTakeFirstOrThrow();
    expect(asOf.getTime() - noted.caught_up_at.getTime()).toBeLessThan(MINUTE_MS);
  });

  it('notes that it has caught up only when all that it found is stored', async () => {
    exchange.has(order(1, 'FILLED'));
    await aCycle(closed(1, 2), MINUTE_MS);
    const store = begin({ exchange });
    await store.start('ORDERS');
    expect(exchange.lookedUp()).toEqual(['hh-1', 'hh-2']);
    expect(store.inspect('ORDERS')).toMatchObject({ catchingUp: 'storing', toLookUp: 0, held: 1 });
    const noted = () => kysely().selectFrom('order_catch_ups').selectAll().execute();
    expect(await noted()).toEqual([]);
    await store.pass(250);
    expect(await noted()).toHaveLength(1);
    expect(store.inspect('ORDERS')).toMatchObject({ catchingUp: 'over' });
  });

  it('shows how many orders it has to look up, and stores meanwhile what it hears', async () => {
    await alreadyStored(order(1), order(2), order(3));
    exchange.has(order(1, 'FILLED'), order(2, 'FILLED'), order(3, 'FILLED'));
    exchange.first.push({ kind: 'unavailable', retryAfterMs: 5_000 });
    const store = begin({ exchange });
    await store.start('ORDERS');
    expect(store.inspect('ORDERS')).toMatchObject({ catchingUp: 'looking-up', toLookUp: 3 });
    changes(store, order(7));
    await store.settle();
    await store.pass(250);
    expect(await stored()).toEqual(['1 NEW 0', '2 NEW 0', '3 NEW 0', '7 NEW 0']);
    await store.pass(5_000);
    await store.pass(250);
    expect(await stored()).toEqual(['1 FILLED 10', '2 FILLED 10', '3 FILLED 10', '7 NEW 0']);
  });
});

describe('an answer that cannot be given', () => {
  it('is asked for again after its wait and no sooner, and keeps nothing else waiting', async () => {
    await alreadyStored(order(1), order(2));
    exchange.has(order(1, 'FILLED'), order(2, 'FILLED'));
    exchange.first.push({ kind: 'unavailable', retryAfterMs: 2_000 });
    const store = await begun();
    await store.pass(1_749);
    expect(exchange.lookedUp()).toEqual(['hh-1']);
    await store.pass(1);
    expect(exchange.lookedUp()).toEqual(['hh-2', 'hh-1']);
    await store.pass(250);
    expect(await stored()).toEqual(['1 FILLED 10', '2 FILLED 10']);
  });

  it('is never asked for in a tight loop, whatever wait the exchange names', async () => {
    await alreadyStored(order(1));
    exchange.first.push(
      ...Array.from({ length: 50 }, () => ({ kind: 'unavailable', retryAfterMs: 0 }) as const),
    );
    const store = begin({ exchange });
    await store.start('ORDERS');
    for (let passedMs = 0; passedMs < 1_000; passedMs += 50) await store.pass(50);
    expect(exchange.lookedUp().length).toBeLessThanOrEqual(11);
    // Nor when it is told again and again that it may have missed something.
    for (let times = 0; times < 20; times++) await store.publish(userData, { kind: 'user-data-resumed' });
    expect(exchange.asked).toEqual([]);
  });

  it('because the exchange crashed is waited for slower and slower, shown, and said once', async () => {
    await alreadyStored(order(1));
    exchange.has(order(1, 'FILLED'));
    exchange.first.push(new Error('crash 1'), new Error('crash 2'), new Error('crash 3'));
    const store = begin({ exchange });
    await store.start('ORDERS');
    for (const [waitMs, asked] of [
      [99, 1],
      [1, 2],
      [199, 2],
      [1, 3],
    ] as const) {
      await store.pass(waitMs);
      expect(exchange.asked.filter((what) => what !== 'open')).toHaveLength(asked);
    }
    expect(store.inspect('ORDERS')).toMatchObject({ toLookUp: 1, catchUpError: 'crash 3' });
    await store.pass(400);
    await store.pass(250);
    expect(await stored()).toEqual(['1 FILLED 10']);
    expect(store.inspect('ORDERS')).not.toHaveProperty('catchUpError');
    expect(store.log.entries.map(({ level }) => level)).toEqual(['warn']);
    expect(store.crashes).toEqual([]);
  });
});

describe('an order that the exchange does not know', () => {
  it('and that is stored as open is an error, said once, and not asked for again', async () => {
    await alreadyStored(order(1));
    const store = await begun();
    const said = [
      'ORDERS:XRPUSDT: hh-1 is stored as open, and the exchange knows no such order; it stays as it is',
    ];
    expect(errorsOf(store)).toEqual(said);
    expect(exchange.lookedUp()).toEqual(['hh-1']);
    await store.publish(userData, { kind: 'user-data-resumed' });
    store.system.kill(store.subscriber('ORDERS'));
    await store.settle();
    await store.pass(5_000);
    expect(exchange.asked).toEqual(['open', 'open']);
    expect(errorsOf(store)).toEqual(said);
    expect(await stored()).toEqual(['1 NEW 0']);
  });

  it('and that is only named by a cycle was never placed, which is no error', async () => {
    await aCycle(buying(1));
    const store = await begun();
    expect(exchange.lookedUp()).toEqual(['hh-1']);
    expect(store.log.entries).toEqual([]);
    expect(store.inspect('ORDERS')).toMatchObject({ catchingUp: 'over' });
    // It is placed later, and missed then.
    exchange.has(order(1, 'FILLED'));
    await store.publish(userData, { kind: 'user-data-resumed' });
    await store.pass(250);
    expect(await stored()).toEqual(['1 FILLED 10']);
  });
});

describe('updates that a subscriber lost', () => {
  it('in its mailbox, the last ones of their orders, are found by the next one', async () => {
    await aCycle(selling(1, 2));
    const store = await begun();
    changes(store, order(1, 'FILLED'), order(2), order(2, 'FILLED'));
    // PubSub has taken the first of them at the most.
    await nextTurns(1);
    store.system.kill(store.subscriber('ORDERS'), 'killed');
    await store.settle();
    await store.pass(250);
    expect(await stored()).toEqual(['1 FILLED 10', '2 FILLED 10']);
  });

  it('while none was there are found when storing is switched on', async () => {
    exchange.has(order(1));
    const store = await begun();
    expect(await store.stop('ORDERS')).toBe(true);
    await aCycle(closed(1, 2), 0);
    changes(store, order(1, 'FILLED'), order(2), order(2, 'FILLED'));
    await store.settle();
    expect(await stored()).toEqual(['1 NEW 0']);
    await store.start('ORDERS');
    await store.pass(250);
    expect(await stored()).toEqual(['1 FILLED 10', '2 FILLED 10']);
  });

  it('when the exchange itself missed them, are found when it tells that it may have', async () => {
    const store = await begun();
    changes(store, order(1));
    await store.settle();
    await store.pass(250);
    exchange.has(order(1, 'FILLED'), order(2));
    await store.publish(userData, { kind: 'user-data-resumed' });
    await store.pass(250);
    expect(await stored()).toEqual(['1 FILLED 10', '2 NEW 0']);
  });

  it('while it was looking up are found by looking up anew', async () => {
    const store = await begun();
    await alreadyStored(order(1), order(2));
    exchange.has(order(1), order(2, 'FILLED'));
    const gate = aGate();
    exchange.onAsked = (what) => {
      if (what !== 'hh-2') return;
      // The first was listed as open a moment ago.
      exchange.onAsked = () => {};
      exchange.gate = gate.promise;
      exchange.has(order(1, 'FILLED'));
      publish(store.system, store.pubsub, userData, { kind: 'user-data-resumed' });
      void nextTurns(10).then(() => gate.open());
    };
    await store.publish(userData, { kind: 'user-data-resumed' });
    await store.pass(250);
    expect(await stored()).toEqual(['1 FILLED 10', '2 FILLED 10']);
  });

  it('by a change that came while it was looked up, go back behind nothing', async () => {
    await alreadyStored(order(1));
    exchange.has(order(1, 'PARTIALLY_FILLED', '5'));
    const store = begin({ exchange });
    // Listed as half filled, and filled before that was heard of.
    exchange.onAsked = () => {
      exchange.onAsked = () => {};
      publish(store.system, store.pubsub, orders(SYMBOL), {
        kind: 'order-update',
        order: order(1, 'FILLED'),
      });
    };
    await store.start('ORDERS');
    await store.pass(250);
    expect(await stored()).toEqual(['1 FILLED 10']);
  });

  it('at any moment of a stream of changes leave every order as the exchange has it', async () => {
    for (let turns = 0; turns < 24; turns++) {
      await db.empty();
      symbolId = await symbolIdOf(kysely(), SYMBOL);
      exchange = new KnownOrders();
      await aCycle(selling(1, 2));
      await aCycle(closed(3, 4), 0);
      const store = await begun();
      for (const n of [1, 2, 3, 4]) changes(store, order(n));
      for (const n of [1, 2, 3, 4]) changes(store, order(n, 'PARTIALLY_FILLED', '5'), order(n, 'FILLED'));
      await nextTurns(turns);
      store.system.kill(store.subscriber('ORDERS'), 'killed');
      await store.settle();
      await store.pass(250);
      await store.pass(250);
      expect({ turns, stored: await stored() }).toEqual({
        turns,
        stored: [1, 2, 3, 4].map((n) => `${n} FILLED 10`),
      });
    }
  });
});
