import { type Kysely, sql } from 'kysely';
import { missingTrades } from './missing-trades.js';
import type { Tables } from './schema.js';

/** What is stored of a symbol's trades. */
export interface StoredSymbol {
  readonly symbol: string;
  readonly trades: number;
  readonly firstTradeId: number;
  readonly lastTradeId: number;
  /** Of the first and last trade by time, Unix milliseconds. */
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
  /** Ids between the first and the last that are not stored, for whatever reason. */
  readonly notStored: number;
  /** As many of them as were seen, and could not be stored. */
  readonly missing: number;
}

interface InventoryRow {
  readonly symbol_id: number;
  readonly symbol: string;
  readonly trades: string;
  readonly first_id: string;
  readonly last_id: string;
  readonly first_time: string;
  readonly last_time: string;
}

/** All symbols of which trades are stored, by symbol. Goes through all trades once. */
export async function tradeInventory(db: Kysely<Tables>): Promise<readonly StoredSymbol[]> {
  const { rows } = await sql<InventoryRow>`
    SELECT symbol_id, symbol, trades, first_id, last_id, first_time, last_time
    FROM (
      SELECT symbol_id, count(*) AS trades, min(trade_id) AS first_id, max(trade_id) AS last_id,
        min(trade_time) AS first_time, max(trade_time) AS last_time
      FROM trade_events GROUP BY symbol_id
    ) AS stored JOIN symbols ON symbols.id = symbol_id
    ORDER BY symbol`.execute(db);
  const inventory: StoredSymbol[] = [];
  for (const row of rows) {
    const [firstTradeId, lastTradeId, trades] = [
      Number(row.first_id),
      Number(row.last_id),
      Number(row.trades),
    ];
    const missing = await missingTrades(db, row.symbol_id, { from: firstTradeId, to: lastTradeId });
    inventory.push({
      symbol: row.symbol,
      trades,
      firstTradeId,
      lastTradeId,
      firstTimeMs: Number(row.first_time),
      lastTimeMs: Number(row.last_time),
      notStored: lastTradeId - firstTradeId + 1 - trades,
      missing: missing.ids,
    });
  }
  return inventory;
}
