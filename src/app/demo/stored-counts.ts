import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../warehouse/schema.js';

/** What the database holds of a symbol. */
export interface StoredCounts {
  readonly trades: number;
  readonly orders: number;
  readonly rebuys: number;
}

const count = sql<string>`count(*)`.as('count');

export async function storedCounts(db: Kysely<Tables>, symbol: string): Promise<StoredCounts> {
  const { id } = await db
    .selectFrom('symbols')
    .select('id')
    .where('symbol', '=', symbol)
    .executeTakeFirstOrThrow();
  const trades = db.selectFrom('trade_events').select(count).where('symbol_id', '=', id);
  const orders = db.selectFrom('orders').select(count).where('symbol_id', '=', id);
  const rebuys = db
    .selectFrom('cycles')
    .select(count)
    .where('symbol_id', '=', id)
    .where('rebuy_of', 'is not', null);
  return {
    trades: Number((await trades.executeTakeFirstOrThrow()).count),
    orders: Number((await orders.executeTakeFirstOrThrow()).count),
    rebuys: Number((await rebuys.executeTakeFirstOrThrow()).count),
  };
}
