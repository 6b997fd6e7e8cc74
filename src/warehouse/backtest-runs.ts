import type { RecordedOrder } from '../backtest/order-recorder.js';
import type { Summary } from '../backtest/summary.js';
import { Decimal } from '../domain/decimal.js';
import type { Period } from '../domain/period.js';
import { type Settings, type SettingsJson, settingsToJson } from '../domain/settings.js';
import type { Database } from './database.js';

/** A backtest over stored trades, as it was stored. */
export interface StoredRun {
  readonly id: number;
  readonly symbol: string;
  readonly period: Period;
  readonly settings: SettingsJson;
  readonly summary: Summary;
  readonly startedAt: Date;
}

export interface BacktestRun {
  readonly period: Period;
  readonly settings: Settings;
  readonly summary: Summary;
  readonly orders: readonly RecordedOrder[];
  readonly startedAt: Date;
}

// A statement takes 65,535 values, and a row has eight.
const ORDERS_PER_STATEMENT = 5_000;

/** Stores a run with its orders, all or nothing. Returns its id. */
export function saveRun({ kysely }: Database, run: BacktestRun): Promise<number> {
  const { period, settings, summary, orders, startedAt } = run;
  return kysely.transaction().execute(async (transaction) => {
    const { id } = await transaction
      .insertInto('backtest_runs')
      .values({
        symbol: summary.symbol,
        from_time: period.fromMs,
        to_time: period.toMs,
        settings: JSON.stringify(settingsToJson(settings)),
        summary: JSON.stringify(summary),
        started_at: startedAt,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    for (let start = 0; start < orders.length; start += ORDERS_PER_STATEMENT) {
      const rows = orders.slice(start, start + ORDERS_PER_STATEMENT).map((order) => ({
        run_id: id,
        order_id: order.orderId,
        side: order.side,
        status: order.status,
        placed_index: order.placedIndex,
        filled_index: order.filledIndex,
        price: order.price,
        quantity: order.quantity,
      }));
      await transaction.insertInto('backtest_orders').values(rows).execute();
    }
    return Number(id);
  });
}

/** All runs, the latest first. */
export async function storedRuns(db: Database): Promise<readonly StoredRun[]> {
  return (await selectRuns(db).orderBy('id', 'desc').execute()).map(toRun);
}

/** One run; undefined when there is none of this id. */
export async function storedRun(db: Database, id: number): Promise<StoredRun | undefined> {
  const row = await selectRuns(db).where('id', '=', String(id)).executeTakeFirst();
  return row === undefined ? undefined : toRun(row);
}

const selectRuns = ({ kysely }: Database) => kysely.selectFrom('backtest_runs').selectAll();

function toRun(
  row: Awaited<ReturnType<ReturnType<typeof selectRuns>['executeTakeFirstOrThrow']>>,
): StoredRun {
  return {
    id: Number(row.id),
    symbol: row.symbol,
    period: { fromMs: Number(row.from_time), toMs: Number(row.to_time) },
    settings: inOrder(SETTINGS_KEYS, row.settings as SettingsJson),
    summary: inOrder(SUMMARY_KEYS, row.summary as Summary),
    startedAt: row.started_at,
  };
}

// jsonb keeps its keys in an order of its own.
const SETTINGS_KEYS = [
  'chunks',
  'budget',
  'buy_down_interval',
  'profit_interval',
  'rebuy_interval',
  'fee',
] as const;
const SUMMARY_KEYS = [
  'symbol',
  'events',
  'orders',
  'fills',
  'cycles',
  'openOrders',
  'grossProfit',
  'fees',
  'netProfit',
  'elapsedMs',
  'eventsPerSecond',
  'ordersHash',
] as const;

const inOrder = <T extends object>(keys: readonly (keyof T)[], value: T): T =>
  Object.fromEntries(keys.map((key) => [key, value[key]])) as T;

/** The orders of a run, in order of placement. */
export async function storedOrders({ kysely }: Database, runId: number): Promise<readonly RecordedOrder[]> {
  const rows = await kysely
    .selectFrom('backtest_orders')
    .selectAll()
    .where('run_id', '=', String(runId))
    .orderBy('order_id')
    .execute();
  return rows.map((row) => ({
    orderId: Number(row.order_id),
    side: row.side,
    price: new Decimal(row.price).toFixed(),
    quantity: new Decimal(row.quantity).toFixed(),
    status: row.status,
    placedIndex: Number(row.placed_index),
    filledIndex: row.filled_index === null ? null : Number(row.filled_index),
  }));
}
