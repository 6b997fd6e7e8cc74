import { beforeAll, describe, expect, it } from '@jest/globals';
import { ordersCsv } from '../../src/backtest/orders-csv.js';
import type { SymbolInfo } from '../../src/domain/symbol-info.js';
import { readExchangeInfo } from '../../src/exchange/exchange-info.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';
import { CRASH_POINTS, Crasher, replayWithCrashes, VICTIMS } from '../support/crashes.js';
import { comparableOrders, goldenOrders, OUR_LISTS } from '../support/golden.js';

const list = OUR_LISTS.find(
  ({ name }) => name === 'XRPUSDT-synthetic-volatile-S2',
) as (typeof OUR_LISTS)[number];
const cases = VICTIMS.flatMap((victim) => CRASH_POINTS.map((point) => ({ victim, point })));

describe('a crash at any point of a cycle changes no order', () => {
  let symbols: ReadonlyMap<string, SymbolInfo>;
  beforeAll(async () => {
    symbols = await readExchangeInfo('seeds/exchange-info.json');
  });

  it.each(cases)('$victim crashes, $point', async ({ victim, point }) => {
    const crasher = new Crasher(point, victim);
    const { orders } = await replayWithCrashes(list, symbols, new MemoryCycleStore(), crasher);
    expect(crasher.crashes).toBeGreaterThan(3);
    expect(comparableOrders(ordersCsv(orders))).toEqual(goldenOrders(list));
  });
});
