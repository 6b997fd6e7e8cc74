import { beforeEach, describe, expect, it } from '@jest/globals';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { storeTradesOf } from '../../src/warehouse/trade-store.js';
import { TradeWriter } from '../../src/warehouse/trade-writer.js';
import { testDatabase } from '../support/database.js';
import { aTrade, trades } from '../support/market.js';

const db = testDatabase();
const kysely = () => db.database.kysely;
let ids: readonly number[];

beforeEach(async () => {
  await db.empty();
  const found = await Promise.all(['AUSDT', 'BUSDT', 'CUSDT'].map((symbol) => symbolIdOf(kysely(), symbol)));
  ids = found.toSorted((a, b) => a - b);
});

const idOf = (index: number): number => ids[index] as number;
const part = (index: number, ...tradeIds: readonly number[]) => ({
  symbolId: idOf(index),
  trades: tradeIds.map((id) => aTrade(id)),
});
const ALL_NEW = { duplicates: 0, conflicts: [] };

async function stored(): Promise<Readonly<Record<number, readonly number[]>>> {
  const rows = await kysely()
    .selectFrom('trade_events')
    .select(['symbol_id', 'trade_id'])
    .orderBy('trade_id')
    .execute();
  return Object.fromEntries(
    ids.map((id) => [id, rows.filter((row) => row.symbol_id === id).map((row) => Number(row.trade_id))]),
  );
}

/** How many transactions have written trades so far. */
async function transactions(): Promise<number> {
  const rows = await kysely().selectFrom('trade_events').select('stored_at').distinct().execute();
  return rows.length;
}

describe('storing trades of several symbols', () => {
  it('tells for each symbol apart what is new, known or in conflict', async () => {
    await storeTradesOf(kysely(), [
      { symbolId: idOf(0), trades: trades(1, 3) },
      { symbolId: idOf(1), trades: trades(2, 2) },
    ]);
    const results = await storeTradesOf(kysely(), [
      { symbolId: idOf(1), trades: [aTrade(3), aTrade(2, { price: '0.6' }), aTrade(1)] },
      { symbolId: idOf(2), trades: [aTrade(7), aTrade(7)] },
      { symbolId: idOf(0), trades: trades(2, 5) },
    ]);
    expect(results).toMatchObject([
      { inserted: 2, duplicates: 0, conflicts: [{ tradeId: 2 }] },
      { inserted: 1, duplicates: 1, conflicts: [] },
      { inserted: 2, duplicates: 2, conflicts: [] },
    ]);
    expect(await stored()).toEqual({
      [idOf(0)]: [1, 2, 3, 4, 5],
      [idOf(1)]: [1, 2, 3],
      [idOf(2)]: [7],
    });
  });

  it.each([
    {
      order: 'symbol',
      given: () => [part(2, 1), part(0, 1)],
      first: () => [idOf(0), 1],
      second: () => [idOf(2), 1],
    },
    {
      order: 'trade id',
      given: () => [part(0, 2, 1)],
      first: () => [idOf(0), 1],
      second: () => [idOf(0), 2],
    },
  ])('writes in the order of $order, so that two writers never wait in a circle', async (writers) => {
    const other = await db.database.pool.connect();
    const insert = (row: readonly (number | undefined)[]) =>
      other.query(
        `INSERT INTO trade_events (symbol_id, trade_id, trade_time, event_time, price, quantity, buyer_is_maker)
         VALUES ($1, $2, 1, 1, 1, 1, true)`,
        [...row],
      );
    try {
      await other.query('BEGIN');
      await insert(writers.first());
      const storing = storeTradesOf(kysely(), writers.given());
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await other.query(waiting)).rowCount === 0);
      await insert(writers.second());
      await other.query('COMMIT');
      expect((await storing).map(({ inserted }) => inserted)).toEqual(writers.given().map(() => 0));
    } finally {
      other.release();
    }
  });
});

describe('a trade writer', () => {
  it('stores what comes while it writes with one statement', async () => {
    const writer = new TradeWriter(kysely());
    const results = await Promise.all(
      ids.map((symbolId, index) => writer.store({ symbolId, trades: trades(1, index + 1) })),
    );
    expect(results).toEqual([1, 2, 3].map((inserted) => ({ ...ALL_NEW, inserted })));
    // The first went alone, as nothing was under way.
    expect(await transactions()).toBe(2);
    expect(await stored()).toEqual({ [idOf(0)]: [1], [idOf(1)]: [1, 2], [idOf(2)]: [1, 2, 3] });
  });

  it('goes on after it had nothing to do', async () => {
    const writer = new TradeWriter(kysely());
    await writer.store({ symbolId: idOf(0), trades: trades(1, 1) });
    expect(await writer.store({ symbolId: idOf(0), trades: trades(2, 2) })).toEqual({
      ...ALL_NEW,
      inserted: 1,
    });
  });

  it('refuses only what the database refuses', async () => {
    const writer = new TradeWriter(kysely());
    const refused = aTrade(1, { tradeTime: Number.NaN });
    const results = await Promise.allSettled([
      writer.store({ symbolId: idOf(0), trades: trades(1, 1) }),
      writer.store({ symbolId: idOf(0), trades: trades(2, 2) }),
      writer.store({ symbolId: idOf(1), trades: [refused] }),
      writer.store({ symbolId: idOf(2), trades: trades(1, 2) }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await stored()).toEqual({ [idOf(0)]: [1, 2], [idOf(1)]: [], [idOf(2)]: [1, 2] });
    expect(await writer.store({ symbolId: idOf(1), trades: trades(1, 1) })).toMatchObject({ inserted: 1 });
  });

  it('tells everyone of a connection that is at fault, and goes on with the next', async () => {
    const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    let isAway = true;
    let asked = 0;
    const flaky = new Proxy(kysely(), {
      get(target, name) {
        if (isAway && name === 'getExecutor') {
          asked++;
          throw lost;
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const writer = new TradeWriter(flaky);
    const results = await Promise.allSettled(
      ids.map((symbolId) => writer.store({ symbolId, trades: trades(1, 1) })),
    );
    expect(results).toEqual(ids.map(() => ({ status: 'rejected', reason: lost })));
    expect(asked).toBe(2);
    isAway = false;
    expect(await writer.store({ symbolId: idOf(0), trades: trades(1, 1) })).toMatchObject({ inserted: 1 });
  });
});
