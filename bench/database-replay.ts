import { runBacktest } from '../src/app/backtest.js';
import { ordersHash } from '../src/backtest/orders-csv.js';
import { systemClock } from '../src/platform/system-clock.js';
import type { Database } from '../src/warehouse/database.js';
import { importTrades } from '../src/warehouse/import-trades.js';
import { storedTrades } from '../src/warehouse/stored-trades.js';
import type { Benchmark } from './benchmark.js';
import { withBenchDatabase } from './database-support.js';
import { interleaved, perSecond, ratios } from './measure.js';
import { type BacktestInput, QUIET_LOG, type RunResult, runReplay } from './replay-runs.js';
import { type Figure, figure } from './report.js';
import { batchesOf, loadTapes, readGoldenSettings, readSymbols, SYMBOL } from './tapes.js';

const NAME = 'database-replay';
const EVENTS = 'events/s';
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

/** The same replay, from the first look at the period on. */
async function replayStored(
  db: Database,
  { events, symbol, settings, symbols }: BacktestInput,
): Promise<RunResult> {
  const result = await runBacktest({
    tape: storedTrades(db, symbol, ALL),
    symbol,
    settings,
    symbols,
    clock: systemClock,
    log: QUIET_LOG,
  });
  return {
    eventsPerSecond: (events.length * 1_000) / result.elapsedMs,
    ordersHash: ordersHash(result.orders),
  };
}

async function scan(db: Database, rows: number): Promise<number> {
  let seen = 0;
  const rate = await perSecond(rows, async () => {
    for await (const events of storedTrades(db, SYMBOL, ALL)) seen += events.length;
  });
  if (seen !== rows) throw new Error(`${seen} of ${rows} rows were read`);
  return rate;
}

/** Replays of stored trades, beside those of the same trades in memory; both must place the same orders. */
export const benchDatabaseReplay: Benchmark = async (effort) => {
  const symbols = await readSymbols();
  const figures: Figure[] = [];
  for (const { name, events } of await loadTapes(effort)) {
    figures.push(
      ...(await withBenchDatabase(async (db) => {
        await importTrades(db, SYMBOL, batchesOf(events));
        const ofTape: Figure[] = [];
        for (const settingsName of ['S1', 'S4'] as const) {
          const input = { events, symbol: SYMBOL, settings: await readGoldenSettings(settingsName), symbols };
          const on = `${name} ${settingsName}`;
          effort.tell(`${NAME}: ${on}`);
          const hashes = new Set<string>();
          const rate = ({ ordersHash: hash, eventsPerSecond }: RunResult): number => {
            hashes.add(hash);
            return eventsPerSecond;
          };
          const samples = await interleaved(effort.isQuick ? 3 : 7, {
            memory: async () => rate(await runReplay(input)),
            stored: async () => rate(await replayStored(db, input)),
            scan: () => scan(db, events.length),
          });
          if (hashes.size !== 1)
            throw new Error(`${on}: stored trades and those in memory placed different orders`);
          ofTape.push(
            figure(NAME, on, 'from memory', EVENTS, samples.memory),
            figure(NAME, on, 'from the database', EVENTS, samples.stored),
            figure(NAME, on, 'reading alone', EVENTS, samples.scan),
            figure(NAME, on, 'database / memory', 'ratio', ratios(samples.stored, samples.memory), {
              atLeast: 0.6,
            }),
          );
        }
        return ofTape;
      })),
    );
  }
  return figures;
};
