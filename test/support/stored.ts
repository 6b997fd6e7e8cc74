import type { Kysely } from 'kysely';
import { describeRanges } from '../../src/domain/id-range.js';
import { IdRanges } from '../../src/warehouse/id-ranges.js';
import type { Tables } from '../../src/warehouse/schema.js';

/** Stored trade ids as ranges; an id stored twice would show as a count that is too high. */
export async function storedTrades(db: Kysely<Tables>): Promise<string> {
  const rows = await db.selectFrom('trade_events').select('trade_id').execute();
  const ids = new IdRanges();
  for (const row of rows) ids.add(Number(row.trade_id), Number(row.trade_id));
  if (ids.count !== rows.length) throw new Error(`${rows.length} rows for ${ids.count} ids`);
  return describeRanges(ids.list());
}

/** Ids recorded as missing, as ranges. */
export async function missingTrades(db: Kysely<Tables>): Promise<string> {
  const ids = new IdRanges();
  for (const row of await db.selectFrom('missing_trades').selectAll().execute())
    ids.add(Number(row.from_trade_id), Number(row.to_trade_id));
  return describeRanges(ids.list());
}
