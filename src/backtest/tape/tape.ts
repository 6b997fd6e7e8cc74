import type { TradeEvent } from '../../domain/trade-event.js';
import { InputError } from '../../platform/input-error.js';
import { type CsvLine, csvLines, type Refuse, refuseIn } from './csv-lines.js';
import { orderCheck, sorted, type TapeRow, type Told } from './row-order.js';
import { type DecodeRow, dumpRows, headedRows, isDumpRow } from './rows.js';
import { type OnBytes, tapeBytes } from './tape-bytes.js';

export interface TapeOptions {
  /** The pair whose trades the tape holds, as the exchange writes it. A row of another one is refused. */
  readonly symbol: string;
  /** Sort by trade time, then trade id, instead of refusing rows out of order. Holds the whole tape in memory. */
  readonly sort?: boolean;
  /** Told how far the file has been read, for a progress bar. */
  readonly onBytes?: OnBytes;
}

const BATCH_EVENTS = 500;

/**
 * The trades of a tape in batches of up to 500, by trade time and trade id.
 *
 * A tape is a CSV file with a header row, or one of Binance's trade dumps; plain, gzip, or a zip of one file. It is read as
 * it is consumed, so memory does not grow with it (unless it is sorted); an error late in the file comes after the batches
 * before it. The file is opened when the iteration begins and closed when it ends, early too.
 *
 * @throws InputError naming the file, and the line counted from 1, when it cannot be read, is empty or holds a wrong row
 */
export async function* openTape(
  file: string,
  options: TapeOptions,
): AsyncGenerator<readonly TradeEvent[], void, void> {
  const refuse = refuseIn(file);
  const batches = decoded(csvLines(tapeBytes(file, options.onBytes), refuse), options.symbol, refuse);
  let isEmpty = true;
  for await (const events of options.sort === true
    ? sortedBatches(batches, refuse)
    : orderedBatches(batches, refuse)) {
    isEmpty = false;
    yield events;
  }
  if (isEmpty) throw noTrades(file);
}

export const noTrades = (file: string): InputError =>
  new InputError(`${file} is empty: it holds no trades; a tape has at least one`);

/** What came before the rows that are left of a tape. */
export interface Before {
  /** Told by the first row already. */
  readonly decode: DecodeRow;
  readonly lines: number;
  readonly last: Told | undefined;
}

/** The trades of what is left of a tape. Ending the iteration, early too, ends that of `bytes`. */
export const restOfTape = (
  bytes: AsyncGenerator<Buffer, void, void>,
  symbol: string,
  refuse: Refuse,
  before?: Before,
): AsyncGenerator<readonly TradeEvent[], void, void> =>
  orderedBatches(
    decoded(csvLines(bytes, refuse, (before?.lines ?? 0) + 1), symbol, refuse, before?.decode),
    refuse,
    before?.last,
  );

async function* decoded(
  batches: AsyncIterable<readonly CsvLine[]>,
  symbol: string,
  refuse: Refuse,
  decode?: DecodeRow,
) {
  for await (const lines of batches) {
    const rows: TapeRow[] = [];
    for (const line of lines) {
      if (decode === undefined) {
        const isDump = isDumpRow(line);
        decode = isDump ? dumpRows(symbol, refuse) : headedRows(line, symbol, refuse);
        if (!isDump) continue;
      }
      rows.push({ line: line.line, event: decode(line) });
    }
    if (rows.length > 0) yield rows;
  }
}

async function* orderedBatches(batches: AsyncIterable<readonly TapeRow[]>, refuse: Refuse, last?: Told) {
  const check = orderCheck(refuse, last);
  for await (const rows of batches) {
    yield rows.map((row) => {
      check(row);
      return row.event;
    });
  }
}

async function* sortedBatches(batches: AsyncIterable<readonly TapeRow[]>, refuse: Refuse) {
  const rows: TapeRow[] = [];
  for await (const batch of batches) for (const row of batch) rows.push(row);
  const events = sorted(rows, refuse);
  for (let start = 0; start < events.length; start += BATCH_EVENTS)
    yield events.slice(start, start + BATCH_EVENTS);
}
