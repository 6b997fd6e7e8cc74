import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import type { TradeColumns } from '../domain/trade-columns.js';
import type { TradeEvent } from '../domain/trade-event.js';
import { codeOf } from '../platform/error-facts.js';
import type { Database } from './database.js';
import { ConflictingTrade, findConflict } from './stored-conflict.js';
import { symbolIdOf } from './symbol-ids.js';
import { TimeIndexUpkeep } from './time-index.js';
import { copyEnd, copyStart, encodeColumns, encodeTrades, WRITTEN_COLUMNS } from './trade-rows.js';

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

/** Trades of one symbol. */
export type TradeBatch = readonly TradeEvent[] | TradeColumns;

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
 * process dies, and importing again stores the rest. A chunk is made while the one before it is copied, and
 * copied while that one commits; they commit in order.
 *
 * @throws ConflictingTrade when a trade is stored with different content; nothing of its chunk is stored then
 * @throws what reading `batches` throws, once the chunks before it are stored
 */
export async function importTrades(
  db: Database,
  symbol: string,
  batches: AsyncIterable<TradeBatch>,
  options: ImportOptions = {},
): Promise<ImportFigures> {
  const connections = db.connectionsApart(PASSAGES);
  const opened = openAll(connections);
  try {
    return await importOver(connections, db, symbol, batches, options);
  } finally {
    await opened;
    await connections.end();
  }
}

/** Opens the connections while the first rows are read. One that fails now is tried again by whoever needs it, and told of there. */
async function openAll(connections: pg.Pool): Promise<void> {
  const clients = await Promise.allSettled(Array.from({ length: PASSAGES }, () => connections.connect()));
  for (const client of clients) if (client.status === 'fulfilled') client.value.release();
}

/** Chunks on their way at a time. Each has one connection at most, so none waits for one that another holds. */
const PASSAGES = 2;

async function importOver(
  connections: pg.Pool,
  db: Database,
  symbol: string,
  batches: AsyncIterable<TradeBatch>,
  { onStored, chunkRows = CHUNK_ROWS }: ImportOptions,
): Promise<ImportFigures> {
  const id = await symbolIdOf(db.kysely, symbol);
  let figures = NOTHING_IMPORTED;
  const timeIndex = new TimeIndexUpkeep(db);
  let [older, newer] = [NOTHING_BEFORE, NOTHING_BEFORE];
  try {
    for await (const chunk of chunksOf(id, batches, chunkRows)) {
      await older.stored;
      [older, newer] = [newer, begin(chunk, newer)];
    }
  } finally {
    await timeIndex.settled();
    // Fails before the reading does: its rows stand first.
    await newer.stored;
  }
  await timeIndex.finish();
  return figures;

  function begin(chunk: Chunk, before: Passage): Passage {
    let tellCopied: (isCopied: boolean) => void = () => {};
    const copied = new Promise<boolean>((resolve) => {
      tellCopied = resolve;
    });
    const tried = copyBehind(connections, chunk, before, tellCopied);
    const stored = store(chunk, before, tried);
    // It fails where it is awaited, which may be later.
    stored.catch(() => {});
    return { copied, tried, stored };
  }

  async function store(chunk: Chunk, before: Passage, tried: Promise<boolean>): Promise<void> {
    const isStored = await tried;
    await before.stored;
    const inserted = isStored ? chunk.rows : await db.withRetry(() => storeChunk(connections, symbol, chunk));
    figures = addFigures(figures, { rows: chunk.rows, inserted, duplicates: chunk.rows - inserted });
    onStored?.(figures);
    timeIndex.added(inserted);
  }
}

/** A chunk on its way, as the one behind it sees it. */
interface Passage {
  /** True once its rows are with the server and nothing but the commit is to come, which waits for nobody. */
  readonly copied: Promise<boolean>;
  /** Whether it went straight into the table. If not, it is stored by itself, with nobody behind it. */
  readonly tried: Promise<boolean>;
  readonly stored: Promise<void>;
}

const NOTHING_BEFORE: Passage = {
  copied: Promise.resolve(true),
  tried: Promise.resolve(true),
  stored: Promise.resolve(),
};

/**
 * Copies the chunk while the one before it commits, so that the server is never idle; it commits only after that one. Nothing of
 * it is stored when this gives false, whatever the reason: whoever stores it then meets the reason again.
 */
async function copyBehind(
  connections: pg.Pool,
  chunk: Chunk,
  before: Passage,
  tellCopied: (isCopied: boolean) => void,
): Promise<boolean> {
  try {
    return await inTransaction(connections, async (client) => {
      if (await isAnyStored(client, chunk)) return false;
      // No rows are locked until here: a chunk that is stored by itself may have to wait for others.
      const isBehind = await before.copied;
      if (!isBehind) await before.stored;
      await copyInto(client, 'trade_events', chunk);
      tellCopied(true);
      if (isBehind && !(await before.tried)) throw new Error('the chunk before is not stored');
      return true;
    });
  } catch {
    return false;
  } finally {
    tellCopied(false);
  }
}

async function* chunksOf(
  id: number,
  batches: AsyncIterable<TradeBatch>,
  chunkRows: number,
): AsyncGenerator<Chunk> {
  let chunk = new ChunkInMaking(id);
  for await (const batch of batches) {
    const rows = 'count' in batch ? batch.count : batch.length;
    for (let start = 0; start < rows; ) {
      const end = Math.min(rows, start + chunkRows - chunk.rows);
      if ('count' in batch) chunk.addColumns(batch, start, end);
      else chunk.addEvents(batch.slice(start, end));
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

  addEvents(events: readonly TradeEvent[]): void {
    for (const { tradeId } of events) this.addId(tradeId);
    this.encoded.push(encodeTrades(this.symbolId, events));
  }

  addColumns(columns: TradeColumns, start: number, end: number): void {
    for (let row = start; row < end; row++) this.addId(columns.tradeIds[row] as number);
    this.encoded.push(encodeColumns(this.symbolId, columns, start, end));
  }

  private addId(id: number): void {
    if (id < this.lowestId) this.lowestId = id;
    if (id > this.highestId) this.highestId = id;
    this.rows++;
  }
}

/** Returns how many of its rows were not stored before. */
async function storeChunk(connections: pg.Pool, symbol: string, chunk: Chunk): Promise<number> {
  try {
    const isStored = await inTransaction(connections, (client) => copyWhereNothingIs(client, chunk));
    if (isStored) return chunk.rows;
  } catch (error) {
    if (!isOverlap(error)) throw error;
  }
  return inTransaction(connections, (client) => mergeChunk(client, symbol, chunk));
}

const UNIQUE_VIOLATION = '23505';
const DEADLOCK = '40P01';
/** Somebody else stored some of the same trades meanwhile. */
const isOverlap = (error: unknown): boolean => [UNIQUE_VIOLATION, DEADLOCK].includes(codeOf(error));

async function inTransaction<T>(
  connections: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await connections.connect();
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
  if (await isAnyStored(client, chunk)) return false;
  await copyInto(client, 'trade_events', chunk);
  return true;
}

async function isAnyStored(client: pg.PoolClient, chunk: Chunk): Promise<boolean> {
  // Ordered, so that the planner takes the primary key whatever it believes of the table.
  const { rowCount } = await client.query(
    `SELECT trade_id FROM trade_events WHERE symbol_id = $1 AND trade_id BETWEEN $2 AND $3
     ORDER BY symbol_id, trade_id LIMIT 1`,
    [chunk.symbolId, chunk.lowestId, chunk.highestId],
  );
  return rowCount !== 0;
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
