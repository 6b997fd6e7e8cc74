import Table from 'cli-table3';
import type { Summary } from '../../backtest/summary.js';

/**
 * The summary as a person reads it.
 *
 * @param above facts that stand above it
 */
export function summaryTable(
  summary: Summary,
  { feeRate, quoteAsset }: { readonly feeRate: string; readonly quoteAsset?: string },
  above: readonly (readonly [string, string])[] = [],
): string {
  const table = new Table({
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right'],
  });
  const money = (amount: string): string => (quoteAsset === undefined ? amount : `${amount} ${quoteAsset}`);
  table.push(
    ...above.map((fact) => [...fact]),
    ['symbol', summary.symbol],
    ['events', count(summary.events)],
    ['cycles closed', count(summary.cycles)],
    ['orders', count(summary.orders)],
    ['fills', count(summary.fills)],
    ['open orders', count(summary.openOrders)],
    ['gross result', money(summary.grossProfit)],
    [`fees at ${feeRate}`, money(summary.fees)],
    ['net result', money(summary.netProfit)],
    ['time', `${(summary.elapsedMs / 1_000).toFixed(2)} s`],
    ['events/s', count(summary.eventsPerSecond)],
  );
  return `${table.toString()}\norders hash ${summary.ordersHash}`;
}

export const count = (number: number): string => number.toLocaleString('en-US');
