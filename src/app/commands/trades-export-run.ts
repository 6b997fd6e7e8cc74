import { TAPE_HEADER, tapeRows } from '../../backtest/tape/tape-text.js';
import { describeRanges, type IdRange } from '../../domain/id-range.js';
import type { Period } from '../../domain/period.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import { InputError } from '../../platform/input-error.js';
import { prepareOutput } from '../../platform/output-file.js';
import { packed } from '../../platform/packed.js';
import { describePeriod, parsePeriod } from '../../platform/period-option.js';
import type { Database } from '../../warehouse/database.js';
import { missingTrades } from '../../warehouse/missing-trades.js';
import { type StoredExtent, storedExtent, storedSpan, storedTrades } from '../../warehouse/stored-trades.js';
import { progressBar } from './progress-bar.js';
import { withReadyDatabase } from './ready-database.js';
import { say } from './say.js';
import type { ExportOptions } from './trades-command.js';

/** Throws InputError for whatever is wrong with what was asked for, before anything is written. */
export async function exportTrades(options: ExportOptions): Promise<void> {
  const { symbol, output, force, json } = options;
  const period = periodOf(options);
  if (json && output === undefined)
    throw new InputError('--json goes with --output: without a file, the tape is what is printed');
  if (force && output === undefined) throw new InputError('--force goes with --output');
  await withReadyDatabase(async (db) => {
    const extent = await storedExtent(db, symbol, period);
    if (extent === undefined) throw await nothingStored(db, symbol, period, options);
    const told = new Told();
    const tape = () => tapeOf(told.watched(storedTrades(db, symbol, period, extent)), extent.count);
    if (output === undefined) await toStandardOutput(tape());
    else await toFile(output, force === true, tape);
    await report(db, options, extent, told);
  });
}

const FIRST = '1970-01-01';
const LAST = '9999-12-31';

/** An end that is not given is as far away as a trade can be. */
const periodOf = ({ from = FIRST, to = LAST }: Pick<ExportOptions, 'from' | 'to'>): Period =>
  parsePeriod(from, to);

/** What is seen of the trades on their way. */
class Told {
  trades = 0;
  first: TradeEvent | undefined;
  last: TradeEvent | undefined;
  /** Trades whose time is before that of an earlier id. */
  backwards = 0;

  async *watched(batches: AsyncIterable<readonly TradeEvent[]>) {
    for await (const events of batches) {
      for (const event of events) {
        if (this.last !== undefined && event.tradeTime < this.last.tradeTime) this.backwards++;
        this.last = event;
      }
      this.first ??= events[0];
      this.trades += events.length;
      yield events;
    }
    if (this.trades === 0) throw new InputError('the trades were deleted while they were to be exported');
  }
}

async function* tapeOf(batches: AsyncIterable<readonly TradeEvent[]>, total: number): AsyncGenerator<Buffer> {
  const bar = progressBar('exporting');
  bar.setTotal(total);
  try {
    yield Buffer.from(TAPE_HEADER);
    for await (const events of batches) {
      yield Buffer.from(tapeRows(events));
      bar.increment(events.length);
    }
  } finally {
    bar.stop();
  }
}

async function toFile(file: string, replace: boolean, tape: () => AsyncIterable<Buffer>): Promise<void> {
  const output = await prepareOutput(file, { replace });
  await output.writeAll(file.endsWith('.gz') ? packed(tape()) : tape());
}

async function toStandardOutput(tape: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of tape)
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
}

async function nothingStored(
  db: Database,
  symbol: string,
  period: Period,
  { from, to }: ExportOptions,
): Promise<InputError> {
  const span = await storedSpan(db, symbol);
  if (span === undefined)
    return new InputError(`no trades of ${symbol} are stored; hedgehog trades list shows what there is`);
  const asked =
    from === undefined ? `up to ${to}` : to === undefined ? `from ${from} on` : describePeriod(period);
  return new InputError(`no trades of ${symbol} are stored ${asked}; stored are ${describePeriod(span)}`);
}

async function report(
  { kysely }: Database,
  { symbol, output, json }: ExportOptions,
  { symbolId }: StoredExtent,
  { trades, first, last, backwards }: Told,
): Promise<void> {
  if (first === undefined || last === undefined) throw new Error('nothing was exported');
  const ids: IdRange = { from: first.tradeId, to: last.tradeId };
  const missing = await missingTrades(kysely, symbolId, ids);
  if (missing.ids > 0)
    warn(
      `${count(missing.ids)} trades of ${symbol} were seen in this period and are not stored; ids ${shortened(missing.ranges)}`,
    );
  if (backwards > 0)
    warn(
      `${count(backwards)} trades have a time before that of an earlier id; reading the tape takes --sort`,
    );
  if (output === undefined) return;
  const [from, to] = [first, last].map(({ tradeTime }) => new Date(tradeTime).toISOString());
  say(
    json
      ? JSON.stringify({
          ...{ symbol, output, trades, firstTradeId: ids.from, lastTradeId: ids.to, from, to },
          missing: missing.ids,
          missingRanges: missing.ranges,
          backwards,
        })
      : `${symbol}: ${count(trades)} trades, ${from} to ${to}, written to ${output}`,
  );
}

const MOST_RANGES = 10;

const shortened = (ranges: readonly IdRange[]): string =>
  describeRanges(ranges.slice(0, MOST_RANGES)) +
  (ranges.length > MOST_RANGES ? ` and ${ranges.length - MOST_RANGES} more ranges` : '');

const count = (number: number): string => number.toLocaleString('en-US');

const warn = (text: string): void => {
  process.stderr.write(`hedgehog: ${text}\n`);
};
