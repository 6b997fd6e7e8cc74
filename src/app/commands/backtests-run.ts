import Table from 'cli-table3';
import { ordersCsv } from '../../backtest/orders-csv.js';
import { InputError, quoted } from '../../platform/input-error.js';
import { prepareOutput } from '../../platform/output-file.js';
import { describePeriod } from '../../platform/period-option.js';
import { type StoredRun, storedOrders, storedRun, storedRuns } from '../../warehouse/backtest-runs.js';
import { count, summaryTable } from './backtest-report.js';
import type { BacktestsOptions } from './backtests-command.js';
import { say } from './say.js';
import { withDatabase } from './with-database.js';

export async function listBacktests({ json }: BacktestsOptions): Promise<void> {
  const runs = await withDatabase(storedRuns);
  if (json) say(JSON.stringify(runs.map(plain)));
  else say(runs.length === 0 ? 'no backtests are stored; backtest --from --to stores them' : tableOf(runs));
}

export async function showBacktest(id: string, { json, ordersOut }: BacktestsOptions): Promise<void> {
  if (!/^[1-9]\d{0,14}$/.test(id))
    throw new InputError(`ID is ${quoted(id)}; allowed is a whole number from 1`);
  const [run, orders] = await withDatabase(async (db) => {
    const found = await storedRun(db, Number(id));
    if (found === undefined)
      throw new InputError(`there is no backtest ${id}; backtests list shows what there is`);
    return [found, ordersOut === undefined ? [] : await storedOrders(db, found.id)] as const;
  });
  if (ordersOut !== undefined) await (await prepareOutput(ordersOut)).write(ordersCsv(orders));
  if (json) {
    say(JSON.stringify(plain(run)));
    return;
  }
  say(detailsOf(run));
  if (ordersOut !== undefined) say(`orders written to ${ordersOut}`);
}

/** As `--json` prints it; times as UTC, money as decimal strings. */
const plain = ({ id, symbol, period, settings, summary, startedAt }: StoredRun) => ({
  id,
  symbol,
  from: new Date(period.fromMs).toISOString(),
  to: new Date(period.toMs).toISOString(),
  startedAt: startedAt.toISOString(),
  settings,
  summary,
});

function tableOf(runs: readonly StoredRun[]): string {
  const table = new Table({
    head: ['id', 'symbol', 'period', 'events', 'orders', 'net result', 'started'],
    colAligns: ['right', 'left', 'left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { id, symbol, period, summary, startedAt } of runs) {
    const { events, orders, netProfit } = summary;
    const counts = [count(events), count(orders)];
    table.push([id, symbol, describePeriod(period), ...counts, netProfit, startedAt.toISOString()]);
  }
  return table.toString();
}

function detailsOf({ id, period, settings, summary, startedAt }: StoredRun): string {
  return summaryTable(summary, { feeRate: settings.fee }, [
    ['backtest', String(id)],
    ['period', describePeriod(period)],
    ['started', startedAt.toISOString()],
    ...Object.entries(settings).map(([name, value]): [string, string] => [name, String(value)]),
  ]);
}
