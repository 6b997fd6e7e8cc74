import { type Kysely, sql } from 'kysely';
import type { IdRange } from '../domain/id-range.js';
import { IdRanges } from './id-ranges.js';
import type { Tables } from './schema.js';

/** Trade ids that were seen, could not be stored, and are not stored now. */
export interface MissingTrades {
  readonly ids: number;
  /** Ascending; a part of each may have been stored since. */
  readonly ranges: readonly IdRange[];
}

/** What is missing of a symbol's trades as far as it was noted, among the ids from one to another. */
export async function missingTrades(
  db: Kysely<Tables>,
  symbolId: number,
  { from, to }: IdRange,
): Promise<MissingTrades> {
  const notes = await db
    .selectFrom('missing_trades')
    .select(['from_trade_id', 'to_trade_id'])
    .where('symbol_id', '=', symbolId)
    .where('from_trade_id', '<=', String(to))
    .where('to_trade_id', '>=', String(from))
    .execute();
  const noted = new IdRanges();
  for (const note of notes)
    noted.add(Math.max(from, Number(note.from_trade_id)), Math.min(to, Number(note.to_trade_id)));
  const ranges = noted.list();
  if (ranges.length === 0) return { ids: 0, ranges };
  const { rows } = await sql<{ left: string }>`
    SELECT "to" - "from" + 1 - stored.count AS left
    FROM unnest(${ranges.map((range) => range.from)}::bigint[], ${ranges.map((range) => range.to)}::bigint[])
      WITH ORDINALITY AS noted ("from", "to", place),
    LATERAL (
      SELECT count(*) FROM trade_events WHERE symbol_id = ${symbolId} AND trade_id BETWEEN "from" AND "to"
    ) AS stored
    ORDER BY place`.execute(db);
  const left = rows.map((row) => Number(row.left));
  return {
    ids: left.reduce((sum, ids) => sum + ids, 0),
    ranges: ranges.filter((_range, index) => left[index] !== 0),
  };
}
