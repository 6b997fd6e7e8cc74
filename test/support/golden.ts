import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BacktestResult, runBacktest } from '../../src/app/backtest.js';
import { openTape } from '../../src/backtest/tape/tape.js';
import type { SymbolInfo } from '../../src/domain/symbol-info.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import type { Scheduler } from '../../src/otp/index.js';
import { readSettings } from '../../src/platform/settings-file.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { Log } from '../../src/ports/log.js';

/** One list of orders that the reference system placed, and where its tape and settings are. */
export interface GoldenList {
  /** `XRPUSDT-synthetic-calm-S1` */
  readonly name: string;
  readonly symbol: string;
  readonly ordersFile: string;
  readonly tapeFile: string;
  readonly settingsFile: string;
}

/** The lists in a folder that holds `*.orders.csv` and `settings-*.json`. */
export function goldenLists(folder: string, tapesFolder: string): GoldenList[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.orders.csv'))
    .map((file) => {
      const name = file.replace('.orders.csv', '');
      const [, tape, settings] = /^(.*)-([^-]+)$/.exec(name) as unknown as [string, string, string];
      return {
        name,
        symbol: tape.split('-')[0] as string,
        ordersFile: join(folder, file),
        tapeFile: join(tapesFolder, `${tape}.csv.gz`),
        settingsFile: join(folder, `settings-${settings}.json`),
      };
    });
}

export const OUR_LISTS = goldenLists('test/fixtures/golden', 'test/fixtures/tapes');

const read = new Map<string, Promise<readonly TradeEvent[]>>();

/** The events of a tape, read once. */
export function eventsOf({ tapeFile, symbol }: GoldenList): Promise<readonly TradeEvent[]> {
  const known = read.get(tapeFile);
  if (known !== undefined) return known;
  const events = (async () => {
    const all: TradeEvent[] = [];
    for await (const batch of openTape(tapeFile, { symbol })) all.push(...batch);
    return all;
  })();
  read.set(tapeFile, events);
  return events;
}

export async function* inBatches(events: readonly TradeEvent[]): AsyncGenerator<readonly TradeEvent[]> {
  for (let start = 0; start < events.length; start += 500) yield events.slice(start, start + 500);
}

const fail = (message: string): never => {
  throw new Error(`nothing was to be logged in a replay, but: ${message}`);
};
const SILENT: Log = { debug: () => {}, info: () => {}, warn: fail, error: fail };

export async function replayGolden(
  list: GoldenList,
  symbols: ReadonlyMap<string, SymbolInfo>,
  scheduler?: Scheduler,
): Promise<BacktestResult> {
  return runBacktest({
    tape: inBatches(await eventsOf(list)),
    symbol: list.symbol,
    settings: await readSettings(list.settingsFile),
    symbols,
    clock: systemClock,
    log: SILENT,
    ...(scheduler === undefined ? {} : { scheduler }),
  });
}

const COLUMNS = ['side', 'price', 'orig_qty', 'final_status', 'placed_index', 'filled_index'] as const;
const plain = (text: string): string =>
  text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;

/** The rows of an order list without ids, decimals without trailing zeros, as a set: sorted. */
export function comparableOrders(csv: string): string[] {
  const [head = '', ...rows] = csv.trim().split('\n');
  const names = head.split(',');
  return rows
    .map((row) => {
      const fields = row.split(',');
      return COLUMNS.map((column) => plain(fields[names.indexOf(column)] as string)).join(',');
    })
    .toSorted();
}

export const goldenOrders = ({ ordersFile }: GoldenList): string[] =>
  comparableOrders(readFileSync(ordersFile, 'utf8'));
