import { type Kysely, sql } from 'kysely';
import { Decimal } from '../domain/decimal.js';
import type { MinuteOfTrades, TradeHistory } from '../ports/trade-history.js';
import type { Tables } from './schema.js';
import { symbolIdOf } from './symbol-ids.js';

interface MinuteRow {
  readonly open_time: string;
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly trade_count: string;
  readonly lowest_id: string;
  readonly highest_id: string;
}

/** Stored trades, summed up by the minute in the database: a day is a few thousand rows, whatever was traded. */
export const tradeHistory = (db: Kysely<Tables>): TradeHistory => ({
  async minutes(symbol, fromTime, beforeTradeId) {
    const symbolId = await symbolIdOf(db, symbol);
    const minutes = await readMinutes(db, symbolId, fromTime, beforeTradeId);
    const lowestId = minutes.reduce((lowest, { lowestId: id }) => Math.min(lowest, id), beforeTradeId);
    const before = await db
      .selectFrom('trade_events')
      .select('trade_id')
      .where('symbol_id', '=', symbolId)
      .where('trade_id', '=', sql<string>`${lowestId - 1}::bigint`)
      .executeTakeFirst();
    return { minutes, reachesBack: before !== undefined };
  },
});

async function readMinutes(
  db: Kysely<Tables>,
  symbolId: number,
  fromTime: number,
  beforeTradeId: number,
): Promise<readonly MinuteOfTrades[]> {
  // The first and last trade of a minute are found as the least and greatest (time, id); their prices by primary key.
  const { rows } = await sql<MinuteRow>`
    WITH minutes AS (
      SELECT trade_time - trade_time % 60000 AS open_time,
        min(ARRAY[trade_time, trade_id]) AS first, max(ARRAY[trade_time, trade_id]) AS last,
        max(price) AS high, min(price) AS low, sum(quantity) AS volume, count(*) AS trade_count,
        min(trade_id) AS lowest_id, max(trade_id) AS highest_id
      FROM trade_events
      WHERE symbol_id = ${symbolId} AND trade_time >= ${fromTime} AND trade_id < ${beforeTradeId}
      GROUP BY 1
    )
    SELECT minutes.*, opening.price AS open, closing.price AS close
    FROM minutes
    JOIN trade_events opening ON opening.symbol_id = ${symbolId} AND opening.trade_id = minutes.first[2]
    JOIN trade_events closing ON closing.symbol_id = ${symbolId} AND closing.trade_id = minutes.last[2]
    ORDER BY open_time`.execute(db);
  return rows.map(minuteOf);
}

const minuteOf = (row: MinuteRow): MinuteOfTrades => ({
  openTime: Number(row.open_time),
  open: new Decimal(row.open),
  high: new Decimal(row.high),
  low: new Decimal(row.low),
  close: new Decimal(row.close),
  volume: new Decimal(row.volume),
  tradeCount: Number(row.trade_count),
  first: placeOf(row.first),
  last: placeOf(row.last),
  lowestId: Number(row.lowest_id),
  highestId: Number(row.highest_id),
});

const placeOf = ([time, id]: readonly string[]) => ({ time: Number(time), id: Number(id) });
