import { Decimal } from '../../src/domain/decimal.js';
import type { Order } from '../../src/domain/order.js';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.js';
import type { Cycle } from '../../src/ports/cycle-store.js';
import { type PositionJson, positionFromJson } from '../../src/strategy/position-json.js';
import { disagreements, parked, unsettled } from './account-books.js';
import type { TestDatabase } from './database.js';
import type { ExchangeAccount } from './exchange-account.js';
import { LISTED } from './simulator.js';

/** What `hedgehog simulator` gives its demo account of every asset. */
const BALANCE = new Decimal('1000000');
const COMMISSION = new Decimal('0.001');
const RETRY_MS = 3_000;

/** What a daemon has in its database, to be compared with what the simulator has. */
export class DaemonBooks {
  constructor(
    private readonly db: TestDatabase,
    private readonly exchange: Pick<ExchangeAccount, 'orders' | 'balances' | 'lastTrade'>,
    private readonly symbols: readonly string[],
  ) {}

  /** How many orders are stored. */
  async orders(): Promise<number> {
    return (await Promise.all(this.symbols.map((symbol) => this.storedOrders(symbol)))).flat().length;
  }

  /** What the database says otherwise than the exchange, in words. */
  async wrong(): Promise<string[]> {
    const { symbols, exchange } = this;
    const orders = await Promise.all(symbols.map((symbol) => exchange.orders(symbol)));
    const cycles = await this.cycles();
    const assets = symbols.flatMap((symbol) => [
      LISTED.get(symbol)?.baseAsset,
      LISTED.get(symbol)?.quoteAsset,
    ]);
    const start = new Map(assets.map((asset) => [asset ?? '', BALANCE]));
    const books = {
      symbols: LISTED,
      orders: orders.flat(),
      balances: await exchange.balances(),
      start,
      cycles,
    };
    const problems = [
      ...disagreements({ ...books, commissionRate: COMMISSION }),
      ...unsettled(cycles),
      ...parked(cycles),
    ];
    for (const [index, symbol] of symbols.entries()) {
      const stored = await this.storedOrders(symbol);
      const there = (orders[index] ?? []).map(orderText);
      problems.push(
        ...there.filter((order) => !stored.includes(order)).map((order) => `${order} is not stored`),
        ...stored.filter((order) => !there.includes(order)).map((order) => `${order} is stored only`),
        ...(await this.wrongTrades(symbol)),
      );
    }
    return problems;
  }

  /** Waits until nothing is wrong; answers what still is when that takes too long. */
  async settled(patienceMs: number): Promise<string[]> {
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      const wrong = await this.wrong();
      if (wrong.length === 0 || performance.now() > untilMs) return wrong;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** Each trade from the first one stored on is stored; once, as the table has a key. */
  private async wrongTrades(symbol: string): Promise<string[]> {
    const { rows } = await this.db.database.pool.query<{ count: string; first: string }>(
      `SELECT count(*) AS count, coalesce(min(trade_id), 1) AS first FROM trade_events JOIN symbols ON symbols.id = symbol_id
       WHERE symbol = $1`,
      [symbol],
    );
    const [{ count, first } = { count: '0', first: '1' }] = rows;
    const last = await this.exchange.lastTrade(symbol);
    const traded = last - Number(first) + 1;
    return Number(count) === traded
      ? []
      : [`${symbol}: ${count} trades are stored of the ${traded} to ${last}`];
  }

  /** Every cycle that there was. */
  async cycles(): Promise<readonly Cycle[]> {
    const rows = await this.db.database.kysely
      .selectFrom('cycles')
      .innerJoin('symbols', 'symbols.id', 'cycles.symbol_id')
      .select(['cycles.id', 'symbol', 'position'])
      .execute();
    return rows.map(({ id, symbol, position }) => ({
      id: Number(id),
      symbol,
      position: positionFromJson(position as PositionJson),
      settings: DEFAULT_SETTINGS,
      epoch: 1,
    }));
  }

  private async storedOrders(symbol: string): Promise<string[]> {
    const rows = await this.db.database.kysely
      .selectFrom('orders')
      .innerJoin('symbols', 'symbols.id', 'orders.symbol_id')
      .selectAll('orders')
      .where('symbol', '=', symbol)
      .orderBy('order_id')
      .execute();
    return rows.map((row) =>
      [
        ...[row.order_id, row.client_order_id, row.side, plain(row.price), plain(row.quantity)],
        ...[plain(row.executed_quantity), row.status],
      ].join(' '),
    );
  }
}

const plain = (text: string): string => new Decimal(text).toFixed();

const orderText = (order: Order): string =>
  [order.orderId, order.clientOrderId, order.side, order.price, order.quantity, order.executedQuantity]
    .map((field) => (field instanceof Decimal ? field.toFixed() : field))
    .concat(order.status)
    .join(' ');
