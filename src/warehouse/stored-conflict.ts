import type pg from 'pg';

/** What makes a trade the trade it is. When it was told is no part of that: dumps do not say it. */
export interface TradeContent {
  readonly price: string;
  readonly quantity: string;
  /** Unix milliseconds. */
  readonly tradeTime: string;
  readonly buyerIsMaker: boolean;
}

export interface Conflict {
  readonly tradeId: string;
  readonly stored: TradeContent;
  readonly given: TradeContent;
}

const shown = ({ price, quantity, tradeTime, buyerIsMaker }: TradeContent): string =>
  `price ${price}, quantity ${quantity}, trade_time ${tradeTime}, buyer_market_maker ${buyerIsMaker}`;

/** A trade is stored already, with other content. */
export class ConflictingTrade extends Error {
  override readonly name = 'ConflictingTrade';

  constructor(
    readonly symbol: string,
    readonly conflict: Conflict,
  ) {
    super(
      `trade_id ${conflict.tradeId} of ${symbol} is stored with ${shown(conflict.stored)}; given is ${shown(conflict.given)}`,
    );
  }
}

interface ConflictRow {
  readonly trade_id: string;
  readonly stored: TradeContent;
  readonly given: TradeContent;
}

const content = (table: string): string =>
  `json_build_object('price', trim_scale(${table}.price)::text, 'quantity', trim_scale(${table}.quantity)::text,
     'tradeTime', ${table}.trade_time::text, 'buyerIsMaker', ${table}.buyer_is_maker)`;

/** The first trade of `given_trades` that is stored with other content; undefined when there is none. */
export async function findConflict(
  client: pg.PoolClient,
  { symbolId, lowestId, highestId }: { symbolId: number; lowestId: number; highestId: number },
): Promise<Conflict | undefined> {
  const { rows } = await client.query<ConflictRow>(
    `SELECT g.trade_id, ${content('t')} AS stored, ${content('g')} AS given
     FROM given_trades g JOIN trade_events t ON t.trade_id = g.trade_id
     WHERE t.symbol_id = $1 AND t.trade_id BETWEEN $2 AND $3
       AND (t.price, t.quantity, t.trade_time, t.buyer_is_maker) <> (g.price, g.quantity, g.trade_time, g.buyer_is_maker)
     ORDER BY g.trade_id LIMIT 1`,
    [symbolId, lowestId, highestId],
  );
  const [row] = rows;
  return row === undefined ? undefined : { tradeId: row.trade_id, stored: row.stored, given: row.given };
}
