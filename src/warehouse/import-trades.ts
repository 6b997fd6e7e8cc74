import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import type { TradeEvent } from '../domain/trade-event.js';
import { codeOf } from '../platform/error-facts.js';
import type { Database } from './database.js';
import { ConflictingTrade, findConflict } from './stored-conflict.js';
import { symbolIdOf } from './symbol-ids.js';
import { copyEnd, copyStart, encodeTrades, WRITTEN_COLUMNS } from './trade-rows.js';

/** What became of the rows of an import. */
export interface ImportFigures {
  readonly rows: number;
  /** Rows that were not stored before. */
  readonly inserted: number;
  /** Rows that were stored already, with the same content. */
  readonly duplicates: number;
}

export const NOTHING_IMPORTED: ImportFigures = { rows: 0, inserted: 0, duplicates: 0 };

export const addFigures = (a: ImportFigures, b: ImportFigures): ImportFigures => ({
  rows: a.rows + b.rows,
  inserted: a.inserted + b.inserted,
  duplicates: a.duplicates + b.duplicates,
});

/** Trades as they are sent, a transaction's worth. */
interface Chunk {
  readonly symbolId: number;
  readonly rows: number;
  readonly lowestId: number;
  readonly highestId: number;
  readonly encoded: readonly Buffer[];
}

/** Rows of a transaction: few enough that two of them take some megabytes, many enough that commits cost nothing. */
const CHUNK_ROWS = 20_000;

export interface ImportOptions {
  /** Told after each chunk, with the figures so far. */
  readonly onStored?: (soFar: ImportFigures) => void;
  /** Rows of a transaction; default 20,000. */
  readonly chunkRows?: number;
}

/**
 * Stores trades, chunk by chunk: each is a transaction of its own, so what was stored stays when a later one fails or the
 * process dies, and importing again stores the rest. A chunk is made while the one before it is copied.
 *
 * @throws ConflictingTrade when a trade is stored with different content; nothing of its chunk is stored then
 * @throws what reading `batches` throws, once the chunks before it are stored
 */
export async function importTrades(
  db: Database,
  symbol: string,
  batches: AsyncIterable<readonly TradeEvent[]>,
  { onStored, chunkRows = CHUNK_ROWS }: ImportOptions = {},
): Promise<ImportFigures> {
  const id = await symbolIdOf(db.kysely, symbol);
  let figures = NOTHING_IMPORTED;
  let storing: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of chunksOf(id, batches, chunkRows)) {
      await storing;
      storing = store(chunk);
      // It fails where it is awaited, which may be later.
      storing.catch(() => {});
    }
  } finally {
    // Fails before the reading does: its rows stand first.
    await storing;
  }
  if (figures.inserted > 0) await summariseTimes(db);
  return figures;

  async function store(chunk: Chunk): Promise<void> {
    const inserted = await db.withRetry(() => storeChunk(db, symbol, chunk));
    figures = addFigures(figures, { rows: chunk.rows, inserted, duplicates: chunk.rows - inserted });
    onStored?.(figures);
  }
}

const NOT_THE_OWNER = '42501';

/**
 * Takes the new rows into the index on time, as the server does by itself only a minute or more later: until then, finding a
 * period looks through all of them. Whoever does not own the tables leaves it to the server.
 */
async function summariseTimes({ pool }: Database): Promise<void> {
  try {
    await pool.query(`SELECT brin_summarize_new_values('trade_events_by_time')`);
  } catch (error) {
    if (codeOf(error) !== NOT_THE_OWNER) throw error;
  }
}

async function* chunksOf(
  id: number,
  batches: AsyncIterable<readonly TradeEvent[]>,
  chunkRows: number,
): AsyncGenerator<Chunk> {
  let chunk = new ChunkInMaking(id);
  for await (const events of batches) {
    for (let start = 0; start < events.length; ) {
      const end = start + chunkRows - chunk.rows;
      chunk.add(events.slice(start, end));
      start = end;
      if (chunk.rows < chunkRows) continue;
      yield chunk;
      chunk = new ChunkInMaking(id);
    }
  }
  if (chunk.rows > 0) yield chunk;
}

class ChunkInMaking implements Chunk {
  rows = 0;
  lowestId = Number.POSITIVE_INFINITY;
  highestId = Number.NEGATIVE_INFINITY;
  readonly encoded: Buffer[] = [];

  constructor(readonly symbolId: number) {}

  add(events: readonly TradeEvent[]): void {
    for (const { tradeId } of events) {
      if (tradeId < this.lowestId) this.lowestId = tradeId;
      if (tradeId > this.highestId) this.highestId = tradeId;
    }
    this.rows += events.length;
    this.encoded.push(encodeTrades(this.symbolId, events));
  }
}

/** Returns how many of its rows were not stored before. */
async function storeChunk(db: Database, symbol: string, chunk: Chunk): Promise<number> {
  try {
    const isStored = await inTransaction(db, (client) => copyWhereNothingIs(client, chunk));
    if (isStored) return chunk.rows;
  } catch (error) {
    if (!isOverlap(error)) throw error;
  }
  return inTransaction(db, (client) => mergeChunk(client, symbol, chunk));
}

const UNIQUE_VIOLATION = '23505';
const DEADLOCK = '40P01';
/** Somebody else stored some of the same trades meanwhile. */
const isOverlap = (error: unknown): boolean => [UNIQUE_VIOLATION, DEADLOCK].includes(codeOf(error));

async function inTransaction<T>({ pool }: Database, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((lost: Error) => {
      failure = lost;
    });
    throw error;
  } finally {
    client.release(failure);
  }
}

/** The fast way: straight into the table, when it has none of these ids yet. False when it has. */
async function copyWhereNothingIs(client: pg.PoolClient, chunk: Chunk): Promise<boolean> {
  // Ordered, so that the planner takes the primary key whatever it believes of the table.
  const { rowCount } = await client.query(
    `SELECT trade_id FROM trade_events WHERE symbol_id = $1 AND trade_id BETWEEN $2 AND $3
     ORDER BY symbol_id, trade_id LIMIT 1`,
    [chunk.symbolId, chunk.lowestId, chunk.highestId],
  );
  if (rowCount !== 0) return false;
  await copyInto(client, 'trade_events', chunk);
  return true;
}

/** The careful way: stores what is missing, and holds what is stored against what is given. */
async function mergeChunk(client: pg.PoolClient, symbol: string, chunk: Chunk): Promise<number> {
  await client.query(
    `CREATE TEMPORARY TABLE given_trades ON COMMIT DROP AS SELECT ${WRITTEN_COLUMNS} FROM trade_events WITH NO DATA`,
  );
  await copyInto(client, 'given_trades', chunk);
  const { rowCount } = await client.query(
    `INSERT INTO trade_events (${WRITTEN_COLUMNS}) SELECT ${WRITTEN_COLUMNS} FROM given_trades ORDER BY trade_id
     ON CONFLICT DO NOTHING`,
  );
  // The planner takes a table that was never analysed for nearly empty, and would go through it once for every row.
  await client.query('SET LOCAL enable_nestloop = off');
  // After the insertion, so that what somebody else stored until then is seen too.
  const conflict = await findConflict(client, chunk);
  if (conflict !== undefined) throw new ConflictingTrade(symbol, conflict);
  return rowCount ?? 0;
}

async function copyInto(client: pg.PoolClient, table: string, { encoded }: Chunk): Promise<void> {
  const copy = client.query(from(`COPY ${table} (${WRITTEN_COLUMNS}) FROM STDIN (FORMAT binary)`));
  await pipeline(Readable.from([copyStart, ...encoded, copyEnd]), copy);
}
