import { SingleBar } from 'cli-progress';
import { ordersCsv } from '../../backtest/orders-csv.js';
import { summarise } from '../../backtest/summary.js';
import { openTape } from '../../backtest/tape/tape.js';
import { DEFAULT_SETTINGS, type Settings } from '../../domain/settings.js';
import type { SymbolInfo } from '../../domain/symbol-info.js';
import { readExchangeInfo } from '../../exchange/exchange-info.js';
import { formatTree } from '../../otp/index.js';
import { InputError } from '../../platform/input-error.js';
import { createLog } from '../../platform/log.js';
import { prepareOutput } from '../../platform/output-file.js';
import { readSettings } from '../../platform/settings-file.js';
import { systemClock } from '../../platform/system-clock.js';
import { type BacktestResult, runBacktest } from '../backtest.js';
import { BUNDLED_EXCHANGE_INFO } from '../project-files.js';
import type { BacktestOptions } from './backtest-command.js';
import { summaryTable } from './backtest-report.js';
import { refuseTooSmallBudget } from './budget-check.js';
import { shownNames } from './shown-names.js';

/** Runs the backtest command. Throws InputError for whatever is wrong with what was given, before anything is traded. */
export async function backtestCommand(options: BacktestOptions): Promise<void> {
  const exchangeInfo = options.exchangeInfo ?? BUNDLED_EXCHANGE_INFO;
  const symbols = await readExchangeInfo(exchangeInfo);
  const info = symbols.get(options.symbol);
  if (info === undefined) {
    const listed = shownNames(symbols.keys()) || 'no symbol';
    throw new InputError(`--symbol ${options.symbol}: not in ${exchangeInfo}, which lists ${listed}`);
  }
  const settings = options.settings === undefined ? DEFAULT_SETTINGS : await readSettings(options.settings);
  refuseTooSmallBudget(settings, info, `budget in ${options.settings ?? 'the default settings'}`);

  const ordersOut = options.ordersOut === undefined ? undefined : await prepareOutput(options.ordersOut);
  const result = await run(options, settings, symbols).catch(async (error: unknown) => {
    await ordersOut?.discard();
    throw error;
  });
  await ordersOut?.write(ordersCsv(result.orders));
  print(options, settings, info, result);
}

async function run(
  options: BacktestOptions,
  settings: Settings,
  symbols: ReadonlyMap<string, SymbolInfo>,
): Promise<BacktestResult> {
  const { symbol } = options;
  const bar = progressBar();
  const tape = openTape(options.tape, {
    symbol,
    sort: options.sort ?? false,
    onBytes: (read, total) => {
      bar.setTotal(total);
      bar.update(read);
    },
  });
  try {
    return await runBacktest({
      tape,
      symbol,
      settings,
      symbols,
      clock: systemClock,
      log: createLog(options.logLevel),
    });
  } finally {
    bar.stop();
  }
}

/** On standard error, and only on a terminal: nothing is drawn into a file or a pipe. */
function progressBar(): SingleBar {
  const bar = new SingleBar({
    format: 'replaying {bar} {percentage}% | {duration_formatted}',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    noTTYOutput: false,
  });
  bar.start(1, 0);
  return bar;
}

function print(options: BacktestOptions, settings: Settings, info: SymbolInfo, result: BacktestResult): void {
  const summary = summarise(result);
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else {
    const terms = { feeRate: settings.fee.toFixed(), quoteAsset: info.quoteAsset };
    process.stdout.write(`${summaryTable(summary, terms)}\n`);
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
