import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openTape } from '../src/backtest/tape/tape.js';
import type { Database } from '../src/warehouse/database.js';
import { importTrades } from '../src/warehouse/import-trades.js';
import { storedExtent, storedSpan, storedTrades } from '../src/warehouse/stored-trades.js';
import type { Benchmark } from './benchmark.js';
import { withBenchDatabase, writeTape } from './database-support.js';
import { figure } from './report.js';
import { SYMBOL } from './tapes.js';

const NAME = 'database-scale';
const FULL_ROWS = 10_000_000;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1_000;
}

async function megabytes({ pool }: Database, size: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(`SELECT ${size} AS bytes`);
  return Number(rows[0]?.bytes) / 1e6;
}

/** One long tape: how long it takes in and out, and what it takes up. HEDGEHOG_BENCH_FULL=1 makes it ten million rows. */
export const benchDatabaseScale: Benchmark = ({ isQuick, tell }) =>
  withBenchDatabase(async (db, folder) => {
    const wanted = process.env.HEDGEHOG_BENCH_FULL === '1' ? FULL_ROWS : isQuick ? 100_000 : 1_000_000;
    const file = join(folder, 'tape.csv');
    const rows = await writeTape(file, wanted);
    const on = `${rows} rows`;
    tell(`${NAME}: ${on}`);
    const importing = await seconds(() => importTrades(db, SYMBOL, openTape(file, { symbol: SYMBOL })));
    await rm(file);
    const again = async () => {
      for await (const events of storedTrades(db, SYMBOL, all)) seen += events.length;
    };
    const all = (await storedSpan(db, SYMBOL)) ?? { fromMs: 0, toMs: 0 };
    const middleMs = Math.floor((all.fromMs + all.toMs) / 2);
    const hundredthMs = Math.floor((all.toMs - all.fromMs) / 100);
    const part = { fromMs: middleMs, toMs: middleMs + hundredthMs };
    let seen = 0;
    const finding = await seconds(() => storedExtent(db, SYMBOL, part));
    const found = (await storedExtent(db, SYMBOL, part))?.count ?? 0;
    const findingAll = await seconds(() => storedExtent(db, SYMBOL, all));
    const reading = await seconds(again);
    if (seen !== rows) throw new Error(`${seen} of ${rows} rows were read`);
    const one = (name: string, unit: string, value: number) => figure(NAME, on, name, unit, [value]);
    return [
      one('import of a file', 's', importing),
      one('import of a file', 'rows/s', rows / importing),
      one('table', 'MB', await megabytes(db, "pg_table_size('trade_events')")),
      one('primary key', 'MB', await megabytes(db, "pg_table_size('trade_events_pkey')")),
      one('index on time', 'MB', await megabytes(db, "pg_table_size('trade_events_by_time')")),
      one(`finding a hundredth by time (${found} rows)`, 'ms', finding * 1_000),
      one('finding all by time', 'ms', findingAll * 1_000),
      one('reading all by id', 'rows/s', rows / reading),
      one('peak memory of the process', 'MB', process.resourceUsage().maxRSS / 1_024),
    ];
  });
