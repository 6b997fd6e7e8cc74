import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from } from 'pg-copy-streams';
import { openTape } from '../src/backtest/tape/tape.js';
import { openTapeColumns } from '../src/backtest/tape/tape-columns.js';
import type { Database } from '../src/warehouse/database.js';
import { importTrades } from '../src/warehouse/import-trades.js';
import { copyEnd, copyStart, encodeTrades, WRITTEN_COLUMNS } from '../src/warehouse/trade-rows.js';
import type { Benchmark } from './benchmark.js';
import { serverCpuMs, withBenchDatabase, writeTape } from './database-support.js';
import { interleaved, perSecond, ratios, spreadOf } from './measure.js';
import { type Figure, figure } from './report.js';
import { SYMBOL } from './tapes.js';

const NAME = 'database-import';
const UNIT = 'rows/s';
const TARGET = { atLeast: 0.8 };

/** The rows of the tape, ready to be sent in both of COPY's formats. */
async function encoded(file: string): Promise<{ readonly binary: Buffer[]; readonly text: Buffer[] }> {
  const binary: Buffer[] = [copyStart];
  const text: Buffer[] = [];
  for await (const events of openTape(file, { symbol: SYMBOL })) {
    binary.push(encodeTrades(1, events));
    const lines = events.map(({ tradeId, tradeTime, eventTime, buyerIsMaker, price, quantity }) =>
      [tradeId, tradeTime, eventTime, 1, buyerIsMaker, price.toFixed(), quantity.toFixed()].join('\t'),
    );
    text.push(Buffer.from(`${lines.join('\n')}\n`));
  }
  binary.push(copyEnd);
  return { binary, text };
}

/** One COPY into an empty table of the same definition, keys and indexes included. */
async function plainCopy(
  db: Database,
  rows: number,
  chunks: readonly Buffer[],
  format: string,
): Promise<number> {
  await emptied(db, 'plain_trades');
  const client = await db.pool.connect();
  const rate = await perSecond(rows, () =>
    pipeline(
      Readable.from(chunks),
      client.query(from(`COPY plain_trades (${WRITTEN_COLUMNS}) FROM STDIN (FORMAT ${format})`)),
    ),
  );
  client.release();
  return rate;
}

async function wholeImport(db: Database, rows: number, file: string): Promise<number> {
  await emptied(db, 'trade_events');
  return perSecond(rows, async () => {
    const { inserted } = await importTrades(db, SYMBOL, openTapeColumns(file, { symbol: SYMBOL }));
    if (inserted !== rows) throw new Error(`${inserted} of ${rows} rows were stored`);
  });
}

type CpuPerRow = Readonly<Record<'client' | 'server', number[]>>;

/** Notes the processor time that a run takes on both sides, so that figures from a busy machine can be judged. */
function noting(db: Database, rows: number, notes: CpuPerRow, run: () => Promise<number>) {
  return async () => {
    const serverBefore = await serverCpuMs(db);
    const before = process.cpuUsage();
    const rate = await run();
    const { user, system } = process.cpuUsage(before);
    const server = await serverCpuMs(db);
    notes.client.push((user + system) / rows);
    if (server !== undefined && serverBefore !== undefined)
      notes.server.push(((server - serverBefore) * 1_000) / rows);
    return rate;
  };
}

const newNotes = (): CpuPerRow => ({ client: [], server: [] });

const cpuFigures = (on: string, of: string, notes: CpuPerRow): Figure[] =>
  (['client', 'server'] as const)
    .filter((side) => notes[side].length > 0)
    .map((side) => figure(NAME, on, `${of}, processor time of the ${side}`, 'us/row', notes[side]));

/** A checkpoint now, so that none is due in the middle of one of the runs. */
async function emptied({ pool }: Database, table: string): Promise<void> {
  await pool.query(`TRUNCATE ${table}`);
  await pool.query('CHECKPOINT');
}

/** Reading, decoding and storing a tape file, beside a plain COPY of its decoded rows. */
export const benchDatabaseImport: Benchmark = ({ isQuick, tell }) =>
  withBenchDatabase(async (db, folder) => {
    const file = join(folder, 'tape.csv');
    const rows = await writeTape(file, isQuick ? 100_000 : 1_500_000);
    const { binary, text } = await encoded(file);
    await db.pool.query('CREATE TABLE plain_trades (LIKE trade_events INCLUDING ALL)');
    const on = `${rows} rows`;
    tell(`${NAME}: ${on}`);
    const cpu = { import: newNotes(), text: newNotes(), binary: newNotes() };
    const samples = await interleaved(isQuick ? 3 : 7, {
      import: noting(db, rows, cpu.import, () => wholeImport(db, rows, file)),
      text: noting(db, rows, cpu.text, () => plainCopy(db, rows, text, 'text')),
      binary: noting(db, rows, cpu.binary, () => plainCopy(db, rows, binary, 'binary')),
    });
    const toText = ratios(samples.import, samples.text);
    const toBinary = ratios(samples.import, samples.binary);
    const isTextHarder = spreadOf(toText).median <= spreadOf(toBinary).median;
    return [
      figure(NAME, on, 'import of a file', UNIT, samples.import),
      figure(NAME, on, 'plain COPY, text', UNIT, samples.text),
      figure(NAME, on, 'plain COPY, binary', UNIT, samples.binary),
      ...cpuFigures(on, 'import of a file', cpu.import),
      ...cpuFigures(on, 'plain COPY, text', cpu.text),
      ...cpuFigures(on, 'plain COPY, binary', cpu.binary),
      figure(NAME, on, 'import / plain COPY, text', 'ratio', toText, isTextHarder ? TARGET : undefined),
      figure(NAME, on, 'import / plain COPY, binary', 'ratio', toBinary, isTextHarder ? undefined : TARGET),
    ];
  });
