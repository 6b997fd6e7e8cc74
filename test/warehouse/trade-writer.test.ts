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
  ids = await Promise.all(['AUSDT', 'BUSDT', 'CUSDT'].map((symbol) => symbolIdOf(kysely(), symbol)));
});

const idOf = (index: number): number => ids[index] as number;
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

  it('waits for another writer of the same symbols, in whichever order they are given', async () => {
    const parts = ids.map((symbolId) => ({ symbolId, trades: trades(1, 200) }));
    const rounds = Array.from({ length: 10 }, (_, round) =>
      storeTradesOf(kysely(), round % 2 === 0 ? parts : parts.toReversed()),
    );
    const inserted = (await Promise.all(rounds)).flat().map((result) => result.inserted);
    expect(inserted.reduce((sum, count) => sum + count, 0)).toBe(600);
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
