import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from './schema.js';
import { highestTradeId } from './trade-record.js';

/** Trade ids of an exchange begin at 0. */
const BEFORE_ALL = -1;

/** Rows that one transaction looks at: it is over in some milliseconds, and whoever stores waits for none of it. */
const BATCH_ROWS = 5_000;

/** How far the pruning of one symbol has come. */
export interface PruneStep {
  readonly deleted: number;
  /** Where the next step begins; null when nothing older is left. */
  readonly next: number | null;
}

/**
 * Deletes the symbol's oldest trades, as far as they are older than that and among the next 5,000 by trade id; the newest of the
 * symbol stays, as a stream goes on after it. Notes of ids that were missing or absent go with the trades around them.
 *
 * Trades of one symbol get older as their ids go down, so nothing beyond a batch without an old one is looked at.
 *
 * @param beforeMs trade times before this are too old, Unix milliseconds
 * @param afterId ids up to this have been looked at
 */
export function pruneStep(
  db: Kysely<Tables>,
  symbolId: number,
  beforeMs: number,
  afterId = BEFORE_ALL,
  batchRows = BATCH_ROWS,
): Promise<PruneStep> {
  return db.transaction().execute(async (transaction) => {
    await BY_PRIMARY_KEY.execute(transaction);
    const newest = await highestTradeId(transaction, symbolId);
    const old = await oldAmongNext(transaction, { symbolId, beforeMs, afterId, batchRows });
    if (newest === null || old.lastOld === null) return { deleted: 0, next: null };
    const { numAffectedRows = 0n } = await sql`
      DELETE FROM trade_events
      WHERE symbol_id = ${symbolId} AND trade_id > ${afterId} AND trade_id <= ${Math.min(old.lastOld, newest - 1)}
        AND trade_time < ${beforeMs}`.execute(transaction);
    for (const table of ['missing_trades', 'absent_trades'] as const)
      await transaction
        .deleteFrom(table)
        .where('symbol_id', '=', symbolId)
        .where('to_trade_id', '<=', String(Math.min(old.lastOld, newest - 1)))
        .execute();
    return { deleted: Number(numAffectedRows), next: old.isLast ? null : old.last };
  });
}

// The planner knows little of a table that grows and shrinks, and would go through all of it.
const BY_PRIMARY_KEY = sql`SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off`;

interface NextTrades {
  readonly symbolId: number;
  readonly beforeMs: number;
  readonly afterId: number;
  readonly batchRows: number;
}

async function oldAmongNext(
  db: Transaction<Tables>,
  { symbolId, beforeMs, afterId, batchRows }: NextTrades,
): Promise<{ readonly lastOld: number | null; readonly last: number; readonly isLast: boolean }> {
  const { rows } = await sql<{ last_old: string | null; last: string | null; count: string }>`
    SELECT max(trade_id) FILTER (WHERE trade_time < ${beforeMs}) AS last_old, max(trade_id) AS last, count(*)
    FROM (
      SELECT trade_id, trade_time FROM trade_events WHERE symbol_id = ${symbolId} AND trade_id > ${afterId}
      ORDER BY symbol_id, trade_id LIMIT ${batchRows}
    ) AS next`.execute(db);
  const [row] = rows as [{ last_old: string | null; last: string | null; count: string }];
  return {
    lastOld: row.last_old === null ? null : Number(row.last_old),
    last: Number(row.last),
    isLast: Number(row.count) < batchRows,
  };
}

/** Deletes what is too old, batch by batch, symbol by symbol. A step that failed may be taken again. */
export class PrunePass {
  /** Of each symbol of which something was deleted, how many trades. */
  readonly deleted = new Map<string, number>();
  private left: { readonly id: number; readonly symbol: string }[] | undefined;
  private afterId = BEFORE_ALL;

  /**
   * @param beforeMs trade times before this are too old, Unix milliseconds
   * @param symbol this one alone; else all of which trades are stored
   */
  constructor(
    private readonly db: Kysely<Tables>,
    readonly beforeMs: number,
    private readonly symbol?: string,
  ) {}

  get isOver(): boolean {
    return this.left?.length === 0;
  }

  async step(): Promise<void> {
    this.left ??= (await tradedSymbols(this.db)).filter(({ symbol }) =>
      [symbol, undefined].includes(this.symbol),
    );
    const [current] = this.left;
    if (current === undefined) return;
    const { deleted, next } = await pruneStep(this.db, current.id, this.beforeMs, this.afterId);
    if (deleted > 0) this.deleted.set(current.symbol, (this.deleted.get(current.symbol) ?? 0) + deleted);
    if (next === null) this.left.shift();
    this.afterId = next ?? BEFORE_ALL;
  }
}

/** How many trades of a symbol pruning would delete. */
export async function oldTrades(db: Kysely<Tables>, symbolId: number, beforeMs: number): Promise<number> {
  const newest = await highestTradeId(db, symbolId);
  if (newest === null) return 0;
  const { count } = await db
    .selectFrom('trade_events')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('symbol_id', '=', symbolId)
    .where('trade_time', '<', String(beforeMs))
    .where('trade_id', '<', String(newest))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The symbols of which a trade is stored, found by the primary key: one look for each that there is. */
export async function tradedSymbols(
  db: Kysely<Tables>,
): Promise<readonly { readonly id: number; readonly symbol: string }[]> {
  const { rows } = await sql<{ id: number; symbol: string }>`
    SELECT id, symbol FROM symbols
    WHERE (SELECT trade_id FROM trade_events WHERE symbol_id = symbols.id ORDER BY symbol_id, trade_id LIMIT 1) IS NOT NULL
    ORDER BY symbol`.execute(db);
  return rows;
}
