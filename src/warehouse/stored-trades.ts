import { buffer } from 'node:stream/consumers';
import type { Kysely } from 'kysely';
import { to } from 'pg-copy-streams';
import type { Period } from '../domain/period.js';
import type { TradeEvent } from '../domain/trade-event.js';
import type { Database } from './database.js';
import type { Tables } from './schema.js';
import { decodeTrades, READ_COLUMNS } from './trade-rows.js';

/** What is stored of a symbol in a period. */
export interface StoredExtent {
  readonly symbolId: number;
  readonly firstTradeId: number;
  readonly lastTradeId: number;
  readonly count: number;
}

/** Rows of one page: some 100 bytes each, and two pages are held at a time. */
const PAGE_ROWS = 5_000;

/**
 * The ids between which all trades of a period lie, and how many there are; undefined when there are none. One look at the
 * period by way of the index on time.
 */
export async function storedExtent(
  { kysely }: Database,
  symbol: string,
  { fromMs, toMs }: Period,
): Promise<StoredExtent | undefined> {
  const symbolId = await knownSymbolId(kysely, symbol);
  if (symbolId === undefined) return undefined;
  // The count is asked for in the same breath, so that the planner does not look for the least id from the first one on.
  const { first, last, count } = await kysely
    .selectFrom('trade_events')
    .select(({ fn }) => [
      fn.min('trade_id').as('first'),
      fn.max('trade_id').as('last'),
      fn.countAll<string>().as('count'),
    ])
    .where('symbol_id', '=', symbolId)
    .where('trade_time', '>=', String(fromMs))
    .where('trade_time', '<=', String(toMs))
    .executeTakeFirstOrThrow();
  if (count === '0') return undefined;
  return { symbolId, firstTradeId: Number(first), lastTradeId: Number(last), count: Number(count) };
}

/**
 * The stored trades whose trade time lies in the period, by trade id, in batches. The next page is read while the current one
 * is used, and no statement lasts longer than a page: memory does not grow with the period, and a slow reader holds up nobody.
 *
 * @param extent what {@link storedExtent} said of the same period, when it was asked already
 */
export async function* storedTrades(
  db: Database,
  symbol: string,
  period: Period,
  extent?: StoredExtent,
): AsyncGenerator<readonly TradeEvent[], void, void> {
  const found = extent ?? (await storedExtent(db, symbol, period));
  if (found === undefined) return;
  const pageAfter = (id: number): Promise<TradeEvent[]> => {
    const page = db.withRetry(() => readPage(db, symbol, period, { ...found, firstTradeId: id + 1 }));
    // It fails where it is awaited, which may be later.
    page.catch(() => {});
    return page;
  };
  let next: Promise<TradeEvent[]> | undefined = pageAfter(found.firstTradeId - 1);
  try {
    while (next !== undefined) {
      const events: TradeEvent[] = await next;
      const last = events.at(-1);
      next = last !== undefined && events.length === PAGE_ROWS ? pageAfter(last.tradeId) : undefined;
      if (last !== undefined) yield events;
    }
  } finally {
    await next?.catch(() => {});
  }
}

async function readPage(
  { pool }: Database,
  symbol: string,
  { fromMs, toMs }: Period,
  { symbolId, firstTradeId, lastTradeId }: StoredExtent,
): Promise<TradeEvent[]> {
  // All of these are numbers of ours: COPY takes no parameters.
  const rows = `SELECT ${READ_COLUMNS} FROM trade_events
    WHERE symbol_id = ${symbolId} AND trade_id BETWEEN ${firstTradeId} AND ${lastTradeId}
      AND trade_time BETWEEN ${fromMs} AND ${toMs}
    ORDER BY symbol_id, trade_id LIMIT ${PAGE_ROWS}`;
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query(BY_PRIMARY_KEY);
    const page = await buffer(client.query(to(`COPY (${rows}) TO STDOUT (FORMAT binary)`)));
    await client.query('COMMIT');
    return decodeTrades(symbol, page);
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    // A connection on which something failed is not used again.
    client.release(failure);
  }
}

// What the planner knows of a table that grows is always late. It then believes that few rows are left, and would fetch and
// sort all that are, for every page.
const BY_PRIMARY_KEY =
  'BEGIN READ ONLY; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off';

/** The trade times of a symbol's first and last stored trade; undefined when it has none. */
export async function storedSpan({ kysely }: Database, symbol: string): Promise<Period | undefined> {
  const symbolId = await knownSymbolId(kysely, symbol);
  if (symbolId === undefined) return undefined;
  const end = (direction: 'asc' | 'desc') =>
    kysely
      .selectFrom('trade_events')
      .select('trade_time')
      .where('symbol_id', '=', symbolId)
      .orderBy('trade_id', direction)
      .limit(1)
      .executeTakeFirst();
  const [first, last] = [await end('asc'), await end('desc')];
  if (first === undefined || last === undefined) return undefined;
  return { fromMs: Number(first.trade_time), toMs: Number(last.trade_time) };
}

/** Undefined when nothing of the symbol was ever stored. Reading gives no symbol an id. */
async function knownSymbolId(kysely: Kysely<Tables>, symbol: string): Promise<number | undefined> {
  const row = await kysely.selectFrom('symbols').select('id').where('symbol', '=', symbol).executeTakeFirst();
  return row?.id;
}
