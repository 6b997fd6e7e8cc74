import { beforeEach, describe, expect, it } from '@jest/globals';
import { SymbolIds, symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { describeConflict, noteTradeIds, storeTrades } from '../../src/warehouse/trade-store.js';
import { testDatabase } from '../support/database.js';
import { aTrade, SYMBOL, trades } from '../support/market.js';

const db = testDatabase();
const kysely = () => db.database.kysely;
let symbolId: number;

beforeEach(async () => {
  await db.empty();
  symbolId = await symbolIdOf(kysely(), SYMBOL);
});

const storedIds = async (): Promise<number[]> =>
  (await kysely().selectFrom('trade_events').select('trade_id').orderBy('trade_id').execute()).map((row) =>
    Number(row.trade_id),
  );

describe('storeTrades', () => {
  it('keeps every digit', async () => {
    const quantity = '12345678901234567.00000001';
    const largest = Number.MAX_SAFE_INTEGER;
    await storeTrades(kysely(), symbolId, [aTrade(largest, { quantity, buyerIsMaker: true, tradeTime: 7 })]);
    const [row] = await kysely().selectFrom('trade_events').selectAll().execute();
    expect(row).toMatchObject({
      symbol_id: symbolId,
      trade_id: String(largest),
      trade_time: '7',
      price: '0.5',
      quantity,
      buyer_is_maker: true,
    });
  });

  it('stores nothing when there is nothing', async () => {
    expect(await storeTrades(kysely(), symbolId, [])).toEqual({ inserted: 0, duplicates: 0, conflicts: [] });
  });

  it('ignores what is stored already with the same content', async () => {
    await storeTrades(kysely(), symbolId, trades(1, 3));
    const again = [aTrade(2, { price: '0.50', eventTime: 0 }), ...trades(3, 5), aTrade(5)];
    expect(await storeTrades(kysely(), symbolId, again)).toEqual({
      inserted: 2,
      duplicates: 3,
      conflicts: [],
    });
    expect(await storedIds()).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([{ price: '0.6' }, { quantity: '11' }, { tradeTime: 1 }, { buyerIsMaker: true }])(
    'names both contents when a stored id comes with %j, and stores the others',
    async (different) => {
      await storeTrades(kysely(), symbolId, trades(1, 2));
      const result = await storeTrades(kysely(), symbolId, [aTrade(2, different), aTrade(3)]);
      expect(result).toMatchObject({ inserted: 1, duplicates: 0 });
      expect(result.conflicts).toHaveLength(1);
      expect(await storedIds()).toEqual([1, 2, 3]);
      const [stored] = await kysely()
        .selectFrom('trade_events')
        .selectAll()
        .where('trade_id', '=', '2')
        .execute();
      expect(stored).toMatchObject({
        price: '0.5',
        quantity: '10',
        trade_time: '2000',
        buyer_is_maker: false,
      });
    },
  );

  it('says a conflict in words, also one within a batch', async () => {
    const { conflicts } = await storeTrades(kysely(), symbolId, [aTrade(2), aTrade(2, { price: '0.6' })]);
    expect(conflicts.map(describeConflict)).toEqual([
      'trade 2 is stored as 10 at 0.5, time 2000, buyer is taker; it came again as 10 at 0.6, time 2000, buyer is taker',
    ]);
  });

  it('keeps symbols apart', async () => {
    const other = await symbolIdOf(kysely(), 'BTCUSDT');
    await storeTrades(kysely(), symbolId, trades(1, 2));
    expect(await storeTrades(kysely(), other, [aTrade(1, { price: '9' })])).toMatchObject({ inserted: 1 });
  });

  it('lets two writers store the same trades at the same time', async () => {
    const forwards = trades(1, 2_000);
    const results = await Promise.all([
      storeTrades(kysely(), symbolId, forwards),
      storeTrades(kysely(), symbolId, forwards.toReversed()),
    ]);
    expect(results.reduce((total, { inserted }) => total + inserted, 0)).toBe(2_000);
    expect(results.flatMap(({ conflicts }) => conflicts)).toEqual([]);
  });
});

it('writes a range of missing trades once', async () => {
  const ranges = [
    { from: 5, to: 9 },
    { from: 12, to: 12 },
  ];
  await noteTradeIds(kysely(), 'missing_trades', symbolId, ranges);
  await noteTradeIds(kysely(), 'missing_trades', symbolId, ranges);
  const rows = await kysely().selectFrom('missing_trades').selectAll().orderBy('id').execute();
  expect(rows.map((row) => [row.from_trade_id, row.to_trade_id])).toEqual([
    ['5', '9'],
    ['12', '12'],
  ]);
});

it('gives a symbol one id, whoever asks first', async () => {
  const one = new SymbolIds(kysely());
  const other = new SymbolIds(kysely());
  const ids = await Promise.all([one.idOf('NEW'), other.idOf('NEW'), one.idOf('NEW'), one.idOf(SYMBOL)]);
  expect(new Set(ids.slice(0, 3)).size).toBe(1);
  expect(ids[3]).toBe(symbolId);
  expect(await other.idOf('NEW')).toBe(ids[0]);
});
