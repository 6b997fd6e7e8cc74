import { Decimal } from '../src/domain/decimal.js';
import type { Order } from '../src/domain/order.js';
import { DEFAULT_SETTINGS } from '../src/domain/settings.js';
import type { Cycle } from '../src/ports/cycle-store.js';
import { type PositionJson, positionFromJson } from '../src/strategy/position-json.js';
import type { Database } from '../src/warehouse/database.js';
import { disagreements, parked, unsettled } from '../test/support/account-books.js';
import { manySymbols } from './many-symbols.js';
import { COMMISSION, type ExchangeBooks, START_BALANCE } from './soak-simulator.js';

/** What the engine has written down otherwise than the exchange, in words; nothing when all is well. */
export async function differences(
  { kysely, pool }: Database,
  { orders: told, balances, lastIds }: ExchangeBooks,
): Promise<readonly string[]> {
  const names = Object.keys(lastIds);
  const { symbols } = await manySymbols(names.length);
  const orders = told.map(revived);
  const rows = await kysely
    .selectFrom('cycles')
    .innerJoin('symbols', 'symbols.id', 'cycles.symbol_id')
    .select(['cycles.id', 'symbol', 'position'])
    .execute();
  const cycles = rows.map(
    ({ id, symbol, position }): Cycle => ({
      ...{ id: Number(id), symbol, settings: DEFAULT_SETTINGS, epoch: 1 },
      position: positionFromJson(position as PositionJson),
    }),
  );
  const start = new Map(balances.map(({ asset }) => [asset, new Decimal(START_BALANCE)]));
  const wrong = disagreements({
    ...{ symbols, orders, start, cycles, commissionRate: new Decimal(COMMISSION) },
    balances: balances.map(({ asset, free, locked }) => ({
      ...{ asset, free: new Decimal(free), locked: new Decimal(locked) },
    })),
  });
  const stored = await pool.query<{ symbol: string; trades: string; first: string; last: string }>(
    `SELECT symbol, count(*) AS trades, min(trade_id) AS first, max(trade_id) AS last
     FROM trade_events JOIN symbols ON symbols.id = symbol_id GROUP BY symbol`,
  );
  const found = new Map(stored.rows.map((row) => [row.symbol, row]));
  const wrongTrades = names.filter((name) => {
    const row = found.get(name);
    return (
      row === undefined ||
      Number(row.last) !== lastIds[name] ||
      Number(row.trades) !== Number(row.last) - Number(row.first) + 1
    );
  });
  return [
    ...wrong,
    ...unsettled(cycles),
    ...parked(cycles),
    ...(await wrongOrders({ pool }, orders)),
    ...wrongTrades.map((name) => `${name}: not every trade up to ${lastIds[name]} is stored once`),
  ];
}

async function wrongOrders(
  { pool }: Pick<Database, 'pool'>,
  orders: readonly Order[],
): Promise<readonly string[]> {
  const { rows } = await pool.query<{
    symbol: string;
    id: string;
    client: string;
    filled: string;
    status: string;
  }>(
    `SELECT symbol, order_id AS id, client_order_id AS client, executed_quantity AS filled, status
     FROM orders JOIN symbols ON symbols.id = symbol_id`,
  );
  const line = (
    symbol: string,
    id: string | number,
    client: string,
    filled: string,
    status: string,
  ): string => [symbol, id, client, new Decimal(filled).toFixed(), status].join(' ');
  const stored = new Set(
    rows.map(({ symbol, id, client, filled, status }) => line(symbol, id, client, filled, status)),
  );
  const there = new Set(
    orders.map((order) =>
      line(order.symbol, order.orderId, order.clientOrderId, order.executedQuantity.toFixed(), order.status),
    ),
  );
  return [
    ...[...there].filter((order) => !stored.has(order)).map((order) => `${order} is not stored so`),
    ...[...stored]
      .filter((order) => !there.has(order))
      .map((order) => `${order} is stored so, and not there`),
  ];
}

/** From one process to the other, decimals are texts. */
const revived = (order: Order): Order => ({
  ...order,
  price: new Decimal(order.price),
  quantity: new Decimal(order.quantity),
  executedQuantity: new Decimal(order.executedQuantity),
  fills: order.fills.map((fill) => ({
    ...fill,
    price: new Decimal(fill.price),
    quantity: new Decimal(fill.quantity),
    commission: new Decimal(fill.commission),
  })),
});
