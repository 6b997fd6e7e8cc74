import { beforeAll, describe, expect, it } from '@jest/globals';
import { ordersCsv, ordersHash } from '../../src/backtest/orders-csv.js';
import type { SymbolInfo } from '../../src/domain/symbol-info.js';
import { readExchangeInfo } from '../../src/exchange/exchange-info.js';
import { comparableOrders, goldenOrders, OUR_LISTS, replayGolden } from '../support/golden.js';
import { randomYields } from '../support/random-yields.js';

describe('replay places exactly the orders of the reference system', () => {
  let symbols: ReadonlyMap<string, SymbolInfo>;
  beforeAll(async () => {
    symbols = await readExchangeInfo('seeds/exchange-info.json');
  });

  it('has all nine lists', () => {
    expect(OUR_LISTS).toHaveLength(9);
  });

  it.each(OUR_LISTS)('$name', async (list) => {
    const { orders } = await replayGolden(list, symbols);
    expect(comparableOrders(ordersCsv(orders))).toEqual(goldenOrders(list));
  });

  it.each(OUR_LISTS)('$name, again and with actors that pause at random', async (list) => {
    const first = await replayGolden(list, symbols);
    const again = await replayGolden(list, symbols);
    const shuffled = await replayGolden(list, symbols, randomYields(7));
    expect(ordersHash(again.orders)).toBe(ordersHash(first.orders));
    expect(ordersHash(shuffled.orders)).toBe(ordersHash(first.orders));
    expect(ordersCsv(again.orders)).toBe(ordersCsv(first.orders));
  });
});
