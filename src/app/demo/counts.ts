import { type Kysely, sql } from 'kysely';
import type { BinanceRest } from '../../exchange/binance/binance-rest.js';
import { MOST_TRADES, myTrades, openOrders } from '../../exchange/binance/rest/requests.js';
import type { Tables } from '../../warehouse/schema.js';

/** What the database holds of the demo. */
export interface StoredCounts {
  readonly trades: number;
  readonly orders: number;
  readonly rebuys: number;
}

export async function storedTrades(db: Kysely<Tables>): Promise<number> {
  const { count } = await db
    .selectFrom('trade_events')
    .select(sql<string>`count(*)`.as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function storedCounts(db: Kysely<Tables>): Promise<StoredCounts> {
  const count = sql<string>`count(*)`.as('count');
  const orders = await db.selectFrom('orders').select(count).executeTakeFirstOrThrow();
  const rebuys = await db
    .selectFrom('cycles')
    .select(count)
    .where('rebuy_of', 'is not', null)
    .executeTakeFirstOrThrow();
  return { trades: await storedTrades(db), orders: Number(orders.count), rebuys: Number(rebuys.count) };
}

/** What the exchange itself says of our account. */
export interface ExchangeCounts {
  readonly fills: number;
  readonly openOrders: number;
}

/** Null when it does not answer. */
export async function exchangeCounts(rest: BinanceRest, symbol: string): Promise<ExchangeCounts | null> {
  let fills = 0;
  for (let fromId = 0; ; ) {
    const page = await rest.ask(myTrades(symbol, { fromId }));
    if (page.kind !== 'ok') return null;
    fills += page.value.length;
    const last = page.value.at(-1);
    if (last === undefined || page.value.length < MOST_TRADES) break;
    fromId = last.fill.tradeId + 1;
  }
  const open = await rest.ask(openOrders(symbol));
  return open.kind === 'ok' ? { fills, openOrders: open.value.length } : null;
}
