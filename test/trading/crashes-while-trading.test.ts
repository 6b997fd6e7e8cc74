import { beforeAll, describe, expect, it } from '@jest/globals';
import { runBacktest } from '../../src/app/backtest.js';
import { ordersCsv } from '../../src/backtest/orders-csv.js';
import type { SymbolInfo } from '../../src/domain/symbol-info.js';
import { readExchangeInfo } from '../../src/exchange/exchange-info.js';
import { readSettings } from '../../src/platform/settings-file.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';
import { CRASH_POINTS, Crasher, crashingExchange, crashingStore, VICTIMS } from '../support/crashes.js';
import { comparableOrders, eventsOf, goldenOrders, inBatches, OUR_LISTS } from '../support/golden.js';

const OFTEN = { maxRestarts: 1e9, periodMs: 1 };
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
    const { orders } = await runBacktest({
      tape: inBatches(await eventsOf(list)),
      symbol: list.symbol,
      settings: await readSettings(list.settingsFile),
      symbols,
      clock: systemClock,
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      cycles: crashingStore(new MemoryCycleStore(), crasher),
      faults: {
        wrapExchange: crashingExchange(crasher),
        intensity: { traders: OFTEN, tree: OFTEN, symbols: OFTEN },
      },
    });
    expect(crasher.crashes).toBeGreaterThan(3);
    expect(comparableOrders(ordersCsv(orders))).toEqual(goldenOrders(list));
  });
});
