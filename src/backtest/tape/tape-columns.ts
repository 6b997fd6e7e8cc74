import type { TradeColumns } from '../../domain/trade-columns.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import { type Refuse, refuseIn } from './csv-lines.js';
import { DUMP_ROLES, dumpRows, headedRoles, headedRows, isDumpRow } from './rows.js';
import { type Before, noTrades, openTape, restOfTape, type TapeOptions } from './tape.js';
import { tapeBytes } from './tape-bytes.js';
import { type Place, ROW_BYTES_MAX, TradeScan } from './trade-scan.js';

/** Trades of a tape, in whichever of the two forms they could be read; columns are good until the next batch is asked for. */
export type TapeBatch = TradeColumns | readonly TradeEvent[];

/**
 * The same trades as those of `openTape`, in the same order and with the same refusals, for whoever has no need of an event for
 * each: they are read several times as fast. From the first row on that is not plain (it has quotes, or is wrong), it is
 * `openTape`'s way that goes on; so it is for a tape that must be sorted.
 *
 * @throws InputError as `openTape` does
 */
export async function* openTapeColumns(
  file: string,
  options: TapeOptions,
): AsyncGenerator<TapeBatch, void, void> {
  if (options.sort === true) return yield* openTape(file, options);
  const bytes = tapeBytes(file, options.onBytes, READ_BYTES);
  let isEmpty = true;
  try {
    for await (const batch of batchesOf(bytes, options.symbol, refuseIn(file))) {
      isEmpty = false;
      yield batch;
    }
  } finally {
    await bytes.return();
  }
  if (isEmpty) throw noTrades(file);
}

// Some thousand rows: reading is mostly waiting.
const READ_BYTES = 256 * 1024;

async function* batchesOf(
  bytes: AsyncGenerator<Buffer, void, void>,
  symbol: string,
  refuse: Refuse,
): AsyncGenerator<TapeBatch, void, void> {
  const first = await bytes.next();
  if (first.done === true) return;
  const start = startOf(first.value, symbol, refuse);
  let coming = nextOf(bytes);
  if (start === undefined) return yield* restOfTape(following(first.value, coming, bytes), symbol, refuse);

  const { scan, decode, place } = start;
  const before = (): Before => ({
    decode,
    lines: place.line,
    last: place.tradeId < 0 ? undefined : { line: place.line, event: { ...place } },
  });
  let left = first.value.subarray(start.end);
  for (;;) {
    const { columns, end } = scan.rowsOf(left, place);
    if (columns.count > 0) {
      yield columns;
      left = left.subarray(end);
      continue;
    }
    // A whole row that is left is not plain, and neither is an endless one.
    if (left.length > ROW_BYTES_MAX || left.includes('\n')) break;
    const next = await coming;
    if (next.done === true) break;
    coming = nextOf(bytes);
    left = left.length === 0 ? next.value : Buffer.concat([left, next.value]);
  }
  if (left.length > 0) yield* restOfTape(following(left, coming, bytes), symbol, refuse, before());
}

/** How to read the rows that follow the first one, if that is plain. */
function startOf(bytes: Buffer, symbol: string, refuse: Refuse) {
  const firstEnd = bytes.indexOf('\n') + 1;
  // A byte order mark is left to the careful reader, like whatever else is not plain ASCII.
  const text = bytes.toString('latin1', 0, firstEnd).replace(/\r?\n$/, '');
  if (!PLAIN.test(text) || !PLAIN.test(symbol) || symbol.includes(',')) return undefined;
  const row = { line: 1, fields: text.split(',') };
  const place: Place = { line: 0, tradeId: -1, tradeTime: -1 };
  if (isDumpRow(row))
    return { scan: new TradeScan(DUMP_ROLES, symbol), decode: dumpRows(symbol, refuse), place, end: 0 };
  const decode = headedRows(row, symbol, refuse);
  place.line = 1;
  return { scan: new TradeScan(headedRoles(row), symbol), decode, place, end: firstEnd };
}

const PLAIN = /^[\x20\x21\x23-\x7e]+$/;

/** Read while what came before it is used. */
function nextOf(bytes: AsyncGenerator<Buffer, void, void>): Promise<IteratorResult<Buffer, void>> {
  const next = bytes.next();
  // It fails where it is awaited, which may be later.
  next.catch(() => {});
  return next;
}

async function* following(
  first: Buffer,
  coming: Promise<IteratorResult<Buffer, void>>,
  bytes: AsyncGenerator<Buffer, void, void>,
) {
  yield first;
  const next = await coming;
  if (next.done === true) return;
  yield next.value;
  yield* bytes;
}
