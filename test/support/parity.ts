import { ordersCsv } from '../../src/backtest/orders-csv.js';
import { readSettings } from '../../src/platform/settings-file.js';
import { comparableOrders, eventsOf, type GoldenList, goldenOrders } from './golden.js';
import type { GivenSimulator } from './simulator.js';
import { tradeStepped } from './stepped-life.js';

/** A list of orders, the first events of its tape, and the symbol under which they are traded. */
export interface ParityCase {
  readonly list: GoldenList;
  readonly symbol: string;
  readonly events: number;
}

/** The orders of the reference up to an event: those placed by then, those filled later still open. */
export const goldenUntil = (list: GoldenList, events: number): string[] =>
  goldenOrders(list)
    .map((row) => row.split(','))
    .filter(([, , , , placed]) => Number(placed) < events)
    .map((row) => (Number(row[5]) < events ? row : [...row.slice(0, 3), 'NEW', row[4], '']).join(','))
    .toSorted();

/** The orders that are placed over sockets, as those of the reference are compared. */
export async function ordersOverSockets(
  cases: readonly ParityCase[],
  given: Pick<GivenSimulator, 'symbols' | 'document'> = {},
): Promise<string[][]> {
  const traded = await Promise.all(
    cases.map(async ({ list, symbol, events }) => ({
      symbol,
      settings: await readSettings(list.settingsFile),
      events: (await eventsOf(list)).slice(0, events).map((event) => ({ ...event, symbol })),
    })),
  );
  const orders = await tradeStepped(traded, given);
  return cases.map(({ symbol }) => comparableOrders(ordersCsv(orders.get(symbol) ?? [])));
}
