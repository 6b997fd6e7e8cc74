import { beforeEach, describe, expect, it } from '@jest/globals';
import { InputError } from '../../src/platform/input-error.js';
import { importTrades } from '../../src/warehouse/import-trades.js';
import { ConflictingTrade } from '../../src/warehouse/stored-conflict.js';
import { storedTrades } from '../../src/warehouse/stored-trades.js';
import { forgetCommits, holdCommits, letCommit, untilCommitting } from '../support/commits.js';
import { testDatabase } from '../support/database.js';
import { aTradeEvent, batchesOf, collected, plainTrades, tradesFrom } from '../support/trade-events.js';

const test = testDatabase();
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const stored = (symbol = 'XRPUSDT') => collected(storedTrades(test.database, symbol, ALL));
const importing = (events: readonly ReturnType<typeof aTradeEvent>[], symbol = 'XRPUSDT') =>
  importTrades(test.database, symbol, batchesOf(events), { chunkRows: 5_000 });

beforeEach(() => test.empty());

describe('importTrades', () => {
  it('stores trades exactly', async () => {
    const events = [
      aTradeEvent({ price: '0.00000001', quantity: '99999999999999999999.99999999999999999999' }),
      aTradeEvent({
        tradeId: 2,
        price: '10000',
        quantity: '0.1',
        buyerIsMaker: true,
        tradeTime: 1_559_347_200_123,
      }),
      aTradeEvent({ tradeId: Number.MAX_SAFE_INTEGER, tradeTime: Number.MAX_SAFE_INTEGER, eventTime: 0 }),
    ];
    expect(await importing(events)).toEqual({ rows: 3, inserted: 3, duplicates: 0 });
    expect(plainTrades(await stored())).toEqual(plainTrades(events));
    const { rows } = await test.database.pool.query<{ text: string }>(
      `SELECT concat_ws(' ', trade_id, trade_time, event_time, price, quantity, buyer_is_maker) AS text
       FROM trade_events ORDER BY trade_id`,
    );
    expect(rows.map(({ text }) => text)).toEqual([
      '1 1000 1003 0.00000001 99999999999999999999.99999999999999999999 f',
      '2 1559347200123 2003 10000 0.1 t',
      '9007199254740991 9007199254740991 0 0.431 12.5 f',
    ]);
  });

  it('stores nothing twice', async () => {
    const events = tradesFrom(1, 12_000);
    expect(await importing(events)).toEqual({ rows: 12_000, inserted: 12_000, duplicates: 0 });
    expect(await importing(events)).toEqual({ rows: 12_000, inserted: 0, duplicates: 12_000 });
    expect(await stored()).toHaveLength(12_000);
  });

  it('stores what is missing between what is there', async () => {
    await importing([...tradesFrom(1, 100), ...tradesFrom(5_000, 6_000)]);
    const events = tradesFrom(51, 11_000);
    expect(await importing(events)).toEqual({
      rows: 10_950,
      inserted: 10_950 - 50 - 1_001,
      duplicates: 1_051,
    });
    expect(plainTrades(await stored())).toEqual(plainTrades(tradesFrom(1, 11_000)));
  });

  it('keeps symbols apart', async () => {
    await importing(tradesFrom(1, 10));
    const others = tradesFrom(1, 10).map((event) => ({ ...event, symbol: 'ADAUSDT' }));
    expect(await importing(others, 'ADAUSDT')).toMatchObject({ inserted: 10 });
    expect(plainTrades(await stored('ADAUSDT'))).toEqual(plainTrades(others));
  });

  it('takes a trade told at another time for the same one', async () => {
    await importing([aTradeEvent({ eventTime: 1_003 })]);
    expect(await importing([aTradeEvent({ eventTime: 1_000 })])).toMatchObject({ duplicates: 1 });
    expect((await stored())[0]?.eventTime).toBe(1_003);
  });

  it.each([
    { name: 'price', other: { price: '0.4310001' } },
    { name: 'quantity', other: { quantity: '12.50000001' } },
    { name: 'trade time', other: { tradeTime: 7_000_001 } },
    { name: 'side', other: { buyerIsMaker: false } },
  ])(
    'refuses another $name for a stored id, with nothing of that chunk and all of those before',
    async ({ other }) => {
      const events = tradesFrom(1, 12_000);
      await importing([aTradeEvent({ tradeId: 7_000, ...other })]);
      const error = await importing(events).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ConflictingTrade);
      const { conflict } = error as ConflictingTrade;
      expect(conflict).toMatchObject({ tradeId: '7000', given: { price: '0.4', quantity: '12.5' } });
      const wrong = aTradeEvent({ tradeId: 7_000, ...other });
      expect((error as Error).message).toContain(
        `price ${wrong.price.toFixed()}, quantity ${wrong.quantity.toFixed()}, trade_time ${wrong.tradeTime}, buyer_market_maker ${wrong.buyerIsMaker}`,
      );
      expect((error as Error).message).toContain(
        'price 0.4, quantity 12.5, trade_time 7000000, buyer_market_maker true',
      );
      expect((await stored()).map(({ tradeId }) => tradeId)).toEqual([
        ...tradesFrom(1, 5_000).map(({ tradeId }) => tradeId),
        7_000,
      ]);
    },
  );

  it('keeps the chunks before a row that cannot be read, and says why it ended', async () => {
    async function* broken() {
      yield* batchesOf(tradesFrom(1, 6_000));
      throw new InputError('tape.csv, line 6002: bad');
    }
    const heard: number[] = [];
    const importingBroken = importTrades(test.database, 'XRPUSDT', broken(), {
      chunkRows: 5_000,
      onStored: ({ rows }) => heard.push(rows),
    });
    await expect(importingBroken).rejects.toThrow('line 6002');
    expect(heard).toEqual([5_000]);
    expect(await stored()).toHaveLength(5_000);
  });

  it('lets two imports of the same trades run at once', async () => {
    const events = tradesFrom(1, 30_000);
    const [a, b] = await Promise.all([importing(events), importing(events)]);
    expect(a.inserted + b.inserted).toBe(30_000);
    expect(a.duplicates + b.duplicates).toBe(30_000);
    expect(plainTrades(await stored())).toEqual(plainTrades(events));
  });

  it('goes the careful way when somebody stores the same trade in between', async () => {
    const other = await test.database.pool.connect();
    await importing([aTradeEvent({ tradeId: 1_000_000 })]);
    await other.query('BEGIN');
    await other.query(
      `INSERT INTO trade_events (trade_id, trade_time, event_time, symbol_id, buyer_is_maker, price, quantity)
       VALUES (5, 5000, 5003, 1, false, 0.405, 12.5)`,
    );
    const done = importing(tradesFrom(1, 10));
    // The import waits for the other's transaction, which holds the same key.
    await waitUntilBlocked();
    await other.query('COMMIT');
    other.release();
    expect(await done).toEqual({ rows: 10, inserted: 9, duplicates: 1 });
  });
});

describe('importTrades over a pool that is small, or in use', () => {
  it.each([1, 2])('of %d stores all, one chunk after another and pipelined', async (size) => {
    const small = await test.open(undefined, size);
    const first = await importTrades(small, 'XRPUSDT', batchesOf(tradesFrom(1, 12_000)), {
      chunkRows: 1_000,
    });
    expect(first.inserted).toBe(12_000);
    // Half of them are stored already, so every second chunk is stored by itself.
    await test.database.pool.query('DELETE FROM trade_events WHERE trade_id / 1000 % 2 = 0');
    const second = await importTrades(small, 'XRPUSDT', batchesOf(tradesFrom(1, 14_000)), {
      chunkRows: 1_000,
    });
    await small.close();
    expect(second).toMatchObject({ rows: 14_000 });
    expect(plainTrades(await stored())).toEqual(plainTrades(tradesFrom(1, 14_000)));
  });

  it.each([1, 2])('of %d lets three imports run at once', async (size) => {
    const small = await test.open(undefined, size);
    const symbols = ['XRPUSDT', 'ADAUSDT', 'BTCUSDT'];
    const done = await Promise.all(
      symbols.map((symbol) =>
        importTrades(small, symbol, batchesOf(tradesFrom(1, 10_000)), { chunkRows: 1_000 }),
      ),
    );
    await small.close();
    expect(done.map(({ inserted }) => inserted)).toEqual([10_000, 10_000, 10_000]);
  });

  it('copies a chunk while the one before it commits, whatever the size', async () => {
    const small = await test.open(undefined, 1);
    const other = await test.database.pool.connect();
    await holdCommits(other);
    try {
      const done = importTrades(small, 'XRPUSDT', batchesOf(tradesFrom(1, 3_000)), { chunkRows: 1_000 });
      await untilCommitting(test.database, 'COPY');
      await letCommit(other);
      expect(await done).toMatchObject({ inserted: 3_000 });
    } finally {
      await forgetCommits(other);
      other.release();
      await small.close();
    }
  });
});

async function waitUntilBlocked(): Promise<void> {
  for (;;) {
    const { rows } = await test.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
