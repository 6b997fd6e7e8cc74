import { join } from 'node:path';
import { openTape } from '../src/backtest/tape/tape.js';
import type { Settings } from '../src/domain/settings.js';
import type { SymbolInfo } from '../src/domain/symbol-info.js';
import type { TradeEvent } from '../src/domain/trade-event.js';
import { readExchangeInfo } from '../src/exchange/exchange-info.js';
import { readSettings } from '../src/platform/settings-file.js';
import type { Effort } from './benchmark.js';

export const SYMBOL = 'XRPUSDT';

const FIXTURES = 'test/fixtures';
export const EXCHANGE_INFO = 'seeds/exchange-info.json';
const VOLATILE_TAPE = join(FIXTURES, 'tapes/XRPUSDT-synthetic-volatile.csv.gz');
const REAL_TAPE = 'tapes/XRPUSDT-2019-06-01.csv.gz';
const QUICK_EVENTS = 5_000;
const BATCH_EVENTS = 500;

/** A tape in memory. */
export interface LoadedTape {
  readonly name: string;
  readonly events: readonly TradeEvent[];
}

export const readSymbols = (): Promise<ReadonlyMap<string, SymbolInfo>> => readExchangeInfo(EXCHANGE_INFO);

export const readGoldenSettings = (name: string): Promise<Settings> =>
  readSettings(join(FIXTURES, `golden/settings-${name}.json`));

async function load(name: string, file: string, most = Infinity): Promise<LoadedTape> {
  const events: TradeEvent[] = [];
  for await (const batch of openTape(file, { symbol: SYMBOL })) {
    events.push(...batch);
    if (events.length >= most) break;
  }
  return { name, events: events.slice(0, most) };
}

export const loadVolatile = (most?: number): Promise<LoadedTape> =>
  load(most === undefined ? 'volatile' : 'volatile, start', VOLATILE_TAPE, most);

/** The tapes to replay: the synthetic one, and the real one when its folder is given. */
export async function loadTapes({ isQuick, tapesFolder }: Effort): Promise<readonly LoadedTape[]> {
  if (isQuick) return [await loadVolatile(QUICK_EVENTS)];
  const synthetic = await loadVolatile();
  if (tapesFolder === undefined) return [synthetic];
  return [synthetic, await load('real 2019-06-01', join(tapesFolder, REAL_TAPE))];
}

/** Events in batches as a tape gives them, without any reading. */
export async function* batchesOf(events: readonly TradeEvent[]): AsyncGenerator<readonly TradeEvent[]> {
  for (let start = 0; start < events.length; start += BATCH_EVENTS)
    yield events.slice(start, start + BATCH_EVENTS);
}
