import { ordersCsv } from '../../backtest/orders-csv.js';
import { summarise } from '../../backtest/summary.js';
import { openTape } from '../../backtest/tape/tape.js';
import type { Period } from '../../domain/period.js';
import { DEFAULT_SETTINGS, type Settings } from '../../domain/settings.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import { readExchangeInfo } from '../../exchange/exchange-info.js';
import { formatTree } from '../../otp/index.js';
import { refuseTooSmallBudget } from '../../platform/budget-check.js';
import { InputError } from '../../platform/input-error.js';
import { createLog } from '../../platform/log.js';
import { prepareOutput } from '../../platform/output-file.js';
import { describePeriod, parsePeriod } from '../../platform/period-option.js';
import { randomId } from '../../platform/random-id.js';
import { readSettings } from '../../platform/settings-file.js';
import { systemClock } from '../../platform/system-clock.js';
import { describeUnknown } from '../../platform/unknown-symbols.js';
import type { CycleStore } from '../../ports/cycle-store.js';
import { saveRun } from '../../warehouse/backtest-runs.js';
import type { Database } from '../../warehouse/database.js';
import { DatabaseCycleStore, type Retry } from '../../warehouse/database-cycle-store.js';
import { storedExtent, storedSpan, storedTrades } from '../../warehouse/stored-trades.js';
import { type BacktestResult, runBacktest } from '../backtest.js';
import { BUNDLED_EXCHANGE_INFO } from '../project-files.js';
import type { BacktestOptions } from './backtest-command.js';
import { summaryTable } from './backtest-report.js';
import { progressBar } from './progress-bar.js';
import { withDatabase } from './with-database.js';

/** Runs the backtest command. Throws InputError for whatever is wrong with what was given, before anything is traded. */
export async function backtestCommand(options: BacktestOptions): Promise<void> {
  const exchangeInfo = options.exchangeInfo ?? BUNDLED_EXCHANGE_INFO;
  const symbols = await readExchangeInfo(exchangeInfo);
  const info = symbols.get(options.symbol);
  if (info === undefined) {
    const problem = describeUnknown([options.symbol], symbols.keys(), `, by ${exchangeInfo}`);
    throw new InputError(`--symbol ${problem}`);
  }
  const settings = options.settings === undefined ? DEFAULT_SETTINGS : await readSettings(options.settings);
  refuseTooSmallBudget(settings, info, `budget in ${options.settings ?? 'the default settings'}`);

  const source = sourceOf(options);

  const ordersOut = options.ordersOut === undefined ? undefined : await prepareOutput(options.ordersOut);
  const terms: Terms = { settings, symbols };
  const run =
    source.kind === 'tape'
      ? replayTape(source.file, options, terms)
      : replayStored(source.period, options, terms);
  const { result, ...stored } = await run.catch(async (error: unknown) => {
    await ordersOut?.discard();
    throw error;
  });
  await ordersOut?.write(ordersCsv(result.orders));
  print(options, settings, info, result, stored);
}

type Source =
  | { readonly kind: 'tape'; readonly file: string }
  | { readonly kind: 'stored'; readonly period: Period };

/** Where the trades come from: exactly one of a tape and a period. */
function sourceOf({ tape, from, to, sort }: BacktestOptions): Source {
  if (tape !== undefined) {
    if (from === undefined && to === undefined) return { kind: 'tape', file: tape };
    throw new InputError('--tape and --from/--to are given; allowed is one of them');
  }
  if (from === undefined && to === undefined)
    throw new InputError('no trades are named; give --tape FILE, or --from TIME and --to TIME');
  if (from === undefined || to === undefined)
    throw new InputError(
      `--${from === undefined ? 'from' : 'to'} is missing; a period takes --from and --to`,
    );
  if (sort) throw new InputError('--sort goes with --tape; stored trades come in order');
  return { kind: 'stored', period: parsePeriod(from, to) };
}

interface Terms {
  readonly settings: Settings;
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
}

/** What came of it, and the number that it was stored under. */
interface Ran {
  readonly result: BacktestResult;
  readonly runId?: number;
}

async function replayTape(file: string, options: BacktestOptions, terms: Terms): Promise<Ran> {
  const { symbol } = options;
  const sort = options.sort === true;
  const open = (onProgress: OnProgress) => openTape(file, { symbol, sort, onBytes: onProgress });
  const result = options.durable
    ? await withDatabase((db) => tradeDurably(db, options, terms, open), options.logLevel)
    : await trade(options, terms, open);
  return { result };
}

function replayStored(period: Period, options: BacktestOptions, terms: Terms): Promise<Ran> {
  const { symbol } = options;
  return withDatabase(async (db) => {
    const extent = await storedExtent(db, symbol, period);
    if (extent === undefined) throw await nothingStored(db, symbol, period);
    const startedAt = new Date(systemClock.wallMs());
    const open = (onProgress: OnProgress) =>
      counted(storedTrades(db, symbol, period, extent), (read) => onProgress(read, extent.count));
    const result = options.durable
      ? await tradeDurably(db, options, terms, open)
      : await trade(options, terms, open);
    const { orders } = result;
    const { settings } = terms;
    return {
      result,
      runId: await saveRun(db, { period, settings, summary: summarise(result), orders, startedAt }),
    };
  }, options.logLevel);
}

async function* counted(batches: AsyncIterable<readonly TradeEvent[]>, onRead: (events: number) => void) {
  let read = 0;
  for await (const events of batches) {
    yield events;
    read += events.length;
    onRead(read);
  }
}

type OnProgress = (done: number, total: number) => void;
type Open = (onProgress: OnProgress) => AsyncIterable<readonly TradeEvent[]>;

/** With its cycles in the database, as live ones are; apart from those, and deleted in the end. */
async function tradeDurably(
  db: Database,
  options: BacktestOptions,
  terms: Terms,
  open: Open,
): Promise<BacktestResult> {
  const retry: Retry = (work) => db.withRetry(work);
  const cycles = await DatabaseCycleStore.open(db.kysely, retry, `backtest ${randomId(8)}`);
  try {
    return await trade(options, terms, open, cycles);
  } finally {
    await cycles.forget();
  }
}

async function trade(
  { symbol, logLevel, fillModel }: BacktestOptions,
  { settings, symbols }: Terms,
  open: Open,
  cycles?: CycleStore,
): Promise<BacktestResult> {
  const bar = progressBar('replaying');
  const tape = open((done, total) => {
    bar.setTotal(total);
    bar.update(done);
  });
  try {
    return await runBacktest({
      tape,
      symbol,
      settings,
      symbols,
      fillModel,
      clock: systemClock,
      log: createLog(logLevel),
      ...(cycles === undefined ? {} : { cycles }),
    });
  } finally {
    bar.stop();
  }
}

async function nothingStored(db: Database, symbol: string, period: Period): Promise<InputError> {
  const span = await storedSpan(db, symbol);
  if (span === undefined)
    return new InputError(`no trades of ${symbol} are stored; hedgehog import-trades stores them`);
  return new InputError(
    `no trades of ${symbol} are stored from ${describePeriod(period)}; stored ones are from ${describePeriod(span)}`,
  );
}

function print(
  options: BacktestOptions,
  settings: Settings,
  info: SymbolInfo,
  result: BacktestResult,
  stored: { readonly runId?: number },
): void {
  const summary = summarise(result);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...summary, ...stored })}\n`);
  else {
    const terms = { feeRate: settings.fee.toFixed(), quoteAsset: info.quoteAsset };
    process.stdout.write(`${summaryTable(summary, terms)}\n`);
    if (stored.runId !== undefined) process.stdout.write(`stored as backtest ${stored.runId}\n`);
    if (options.ordersOut !== undefined) process.stdout.write(`orders written to ${options.ordersOut}\n`);
  }
  if (result.crashes > 0) {
    process.stderr.write(
      `hedgehog: ${result.crashes} actors crashed and were started again; see the log above\n`,
    );
  }
  if (options.inspect) {
    const stream = options.json ? process.stderr : process.stdout;
    stream.write(`\nThe actors at the end of the tape:\n${formatTree(result.tree)}\n`);
  }
}
