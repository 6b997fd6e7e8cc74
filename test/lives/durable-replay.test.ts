import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ordersCsv } from '../../src/backtest/orders-csv.js';
import type { SymbolInfo } from '../../src/domain/symbol-info.js';
import { readExchangeInfo } from '../../src/exchange/exchange-info.js';
import { DatabaseCycleStore } from '../../src/warehouse/database-cycle-store.js';
import { CRASH_POINTS, Crasher, replayWithCrashes, VICTIMS } from '../support/crashes.js';
import { testDatabase } from '../support/database.js';
import { comparableOrders, type GoldenList, goldenOrders, OUR_LISTS } from '../support/golden.js';

const named = (name: string): GoldenList => OUR_LISTS.find((list) => list.name === name) as GoldenList;
const test = testDatabase();

describe('a durable replay', () => {
  let symbols: ReadonlyMap<string, SymbolInfo>;
  beforeAll(async () => {
    symbols = await readExchangeInfo('seeds/exchange-info.json');
  });
  beforeEach(() => test.empty());

  const replay = async (list: GoldenList, crasher: Crasher): Promise<string[]> => {
    const { kysely } = test.database;
    await kysely.insertInto('symbols').values({ symbol: list.symbol }).execute();
    const store = await DatabaseCycleStore.open(
      kysely,
      (work) => test.database.withRetry(work),
      'a backtest',
    );
    const { orders } = await replayWithCrashes(list, symbols, store, crasher);
    return comparableOrders(ordersCsv(orders));
  };

  it.each(['XRPUSDT-e2e-E2E', 'XRPUSDT-synthetic-calm-S4', 'XRPUSDT-synthetic-volatile-S1'])(
    'places the orders of the reference: %s',
    async (name) => {
      expect(await replay(named(name), new Crasher(null, 'trader'))).toEqual(goldenOrders(named(name)));
    },
  );

  it.each(VICTIMS.flatMap((victim) => CRASH_POINTS.map((point) => ({ victim, point }))))(
    'places them too when the $victim crashes, $point',
    async ({ victim, point }) => {
      const list = named('XRPUSDT-synthetic-volatile-S3');
      const crasher = new Crasher(point, victim);
      expect(await replay(list, crasher)).toEqual(goldenOrders(list));
      expect(crasher.crashes).toBeGreaterThan(0);
    },
  );
});
