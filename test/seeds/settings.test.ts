import { beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { readExchangeInfo } from '../../src/exchange/exchange-info.js';
import { STORED_TOPICS } from '../../src/warehouse/schema.js';
import { testDatabase } from '../support/database.js';

const db = testDatabase();
const TWO = ['BTCUSDT', 'XRPUSDT'];

beforeEach(() => db.empty());

describe('seedSettings', () => {
  it('gives every symbol of the bundled exchange info the default settings, switched off', async () => {
    const symbols = [...(await readExchangeInfo('seeds/exchange-info.json')).keys()];
    const count = symbols.length;
    expect(await seedSettings(db.database.kysely, symbols)).toEqual({
      symbols: count,
      tradingSettings: count,
      streamingSettings: count,
      storingSettings: count * STORED_TOPICS.length,
    });
    const { kysely } = db.database;
    const rows = await kysely
      .selectFrom('trading_settings')
      .innerJoin('symbols', 'symbols.id', 'symbol_id')
      .selectAll()
      .execute();
    expect(rows.map(({ symbol }) => symbol).toSorted()).toEqual(symbols.toSorted());
    for (const row of rows) {
      expect(row).toMatchObject({
        chunks: 5,
        budget: '1000',
        buy_down_interval: '0.0001',
        profit_interval: '-0.0012',
        rebuy_interval: '0.001',
        fee: '0.001',
        status: 'off',
      });
    }
    const storing = await kysely
      .selectFrom('storing_settings')
      .select(['topic', 'status'])
      .distinct()
      .execute();
    expect(storing.toSorted((a, b) => a.topic.localeCompare(b.topic))).toEqual(
      [...STORED_TOPICS].toSorted().map((topic) => ({ topic, status: 'off' })),
    );
  });

  it('adds nothing the second time, and uses up no ids', async () => {
    const { kysely } = db.database;
    await seedSettings(kysely, TWO);
    const again = await seedSettings(kysely, TWO);
    expect(again).toEqual({ symbols: 0, tradingSettings: 0, streamingSettings: 0, storingSettings: 0 });
    await seedSettings(kysely, [...TWO, 'ETHUSDT']);
    const ids = await kysely.selectFrom('symbols').select('id').orderBy('id').execute();
    expect(ids.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('leaves what a user changed as it is, and fills in what a user removed', async () => {
    const { kysely } = db.database;
    await seedSettings(kysely, TWO);
    await kysely
      .updateTable('trading_settings')
      .set({ budget: '20', status: 'on' })
      .where('symbol_id', '=', 1)
      .execute();
    await kysely
      .updateTable('storing_settings')
      .set({ status: 'on' })
      .where('topic', '=', 'ORDERS')
      .execute();
    await kysely.deleteFrom('streaming_settings').where('symbol_id', '=', 2).execute();
    expect(await seedSettings(kysely, TWO)).toMatchObject({
      streamingSettings: 1,
      tradingSettings: 0,
      storingSettings: 0,
    });
    const changed = await kysely
      .selectFrom('trading_settings')
      .select(['budget', 'status'])
      .orderBy('symbol_id')
      .execute();
    expect(changed).toEqual([
      { budget: '20', status: 'on' },
      { budget: '1000', status: 'off' },
    ]);
    const stored = await kysely
      .selectFrom('storing_settings')
      .select('topic')
      .where('status', '=', 'on')
      .distinct()
      .execute();
    expect(stored).toEqual([{ topic: 'ORDERS' }]);
  });

  it('takes more symbols than a statement takes parameters', async () => {
    const many = Array.from({ length: 15_000 }, (_, index) => `S${index}`);
    expect(await seedSettings(db.database.kysely, many)).toMatchObject({
      symbols: 15_000,
      storingSettings: 45_000,
    });
  });

  it('seeds once when two processes seed at the same time', async () => {
    const { kysely } = db.database;
    const seeded = await Promise.all([seedSettings(kysely, TWO), seedSettings(kysely, TWO)]);
    expect(seeded.map(({ symbols }) => symbols).toSorted((a, b) => a - b)).toEqual([0, 2]);
    const { count } = await kysely
      .selectFrom('storing_settings')
      .select((eb) => eb.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(TWO.length * STORED_TOPICS.length);
  });
});
