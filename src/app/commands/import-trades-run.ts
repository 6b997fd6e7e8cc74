import { stat } from 'node:fs/promises';
import { openTape } from '../../backtest/tape/tape.js';
import { InputError, quoted } from '../../platform/input-error.js';
import { unreadable } from '../../platform/input-file.js';
import { systemClock } from '../../platform/system-clock.js';
import type { Database } from '../../warehouse/database.js';
import {
  addFigures,
  type ImportFigures,
  importTrades,
  NOTHING_IMPORTED,
} from '../../warehouse/import-trades.js';
import { ConflictingTrade } from '../../warehouse/stored-conflict.js';
import type { ImportTradesOptions } from './import-trades-command.js';
import { progressBar } from './progress-bar.js';
import { withDatabase } from './with-database.js';

/** Runs the import-trades command. Throws InputError for whatever is wrong with what was given. */
export async function importTradesCommand(
  files: readonly string[],
  options: ImportTradesOptions,
): Promise<void> {
  const { symbol } = options;
  if (symbol === '' || symbol !== symbol.toUpperCase() || /\s/.test(symbol)) {
    throw new InputError(
      `--symbol is ${quoted(symbol)}; allowed is what the exchange writes, such as XRPUSDT`,
    );
  }
  const sizes = await Promise.all(files.map(sizeOf));
  const startedMs = systemClock.monotonicMs();
  const figures = await withDatabase(async (db) => {
    const bar = progressBar('importing');
    bar.setTotal(sizes.reduce((sum, size) => sum + size, 0));
    let figuresSoFar = NOTHING_IMPORTED;
    let bytesBefore = 0;
    try {
      for (const [index, file] of files.entries()) {
        const imported = await importFile(db, file, options, (bytes) => bar.update(bytesBefore + bytes));
        figuresSoFar = addFigures(figuresSoFar, imported);
        bytesBefore += sizes[index] as number;
      }
    } finally {
      bar.stop();
    }
    return figuresSoFar;
  });
  const elapsedMs = Math.round(systemClock.monotonicMs() - startedMs);
  const text = options.json
    ? JSON.stringify({ symbol, ...figures, elapsedMs })
    : report(symbol, figures, elapsedMs);
  process.stdout.write(`${text}\n`);
}

async function sizeOf(file: string): Promise<number> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return size;
}

async function importFile(
  db: Database,
  file: string,
  { symbol, sort }: ImportTradesOptions,
  onBytes: (read: number) => void,
): Promise<ImportFigures> {
  let stored = NOTHING_IMPORTED;
  try {
    return await importTrades(db, symbol, openTape(file, { symbol, sort: sort === true, onBytes }), {
      onStored: (soFar) => {
        stored = soFar;
      },
    });
  } catch (error) {
    if (error instanceof ConflictingTrade) throw stoppedAt(`${file}: ${error.message}`, stored, error);
    if (error instanceof InputError) throw stoppedAt(error.message, stored, error);
    throw error;
  }
}

/** A mistake in a file, and what it means for the rows before it. */
const stoppedAt = (problem: string, { rows }: ImportFigures, cause: Error): InputError =>
  new InputError(
    `${problem}\n  the first ${count(rows)} rows of this file are stored and stay, none of the others is; once it is mended, import again`,
    { cause },
  );

function report(symbol: string, { rows, inserted, duplicates }: ImportFigures, elapsedMs: number): string {
  const rate = Math.round((rows * 1_000) / Math.max(elapsedMs, 1));
  return (
    `${symbol}: ${count(rows)} rows, ${count(inserted)} of them new, ${count(duplicates)} stored already; ` +
    `${(elapsedMs / 1_000).toFixed(2)} s, ${count(rate)} rows/s`
  );
}

const count = (number: number): string => number.toLocaleString('en-US');
