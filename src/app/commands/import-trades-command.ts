import type { Command } from 'commander';

/** The options as given; nothing in them has been looked at yet. */
export interface ImportTradesOptions {
  readonly symbol: string;
  readonly sort?: true;
  readonly json?: true;
}

const NOTES = `
Files are what backtest --tape takes: CSV with a header row, or Binance's public trade dumps; plain, .gz or .zip.

A trade that is stored already is left as it is, so a file may be imported again, and one that overlaps another too. When the
same id is stored with another price, quantity, trade time or side, the import ends there and says so. Rows are stored some
20,000 at a time: after a failure, or when the process was killed, import again and the rest is stored.

Examples:
  hedgehog import-trades XRPUSDT-trades-2024-05-01.zip --symbol XRPUSDT
  hedgehog import-trades 2024-05-*.zip --symbol XRPUSDT --json | jq .inserted`;

export function addImportTradesCommand(program: Command): void {
  program
    .command('import-trades')
    .description('Store the trades of tapes in the database, for backtests over any period')
    .argument('<file...>', 'trade tapes')
    .requiredOption('--symbol <symbol>', 'whose trades they are, as the exchange writes it: XRPUSDT')
    .option('--sort', 'take rows in any order; holds a whole file in memory')
    .option('--json', 'print one JSON object and nothing else on standard output')
    .addHelpText('after', NOTES)
    .action(async (files: readonly string[], options: ImportTradesOptions) => {
      // Loaded only when it is run, so that help and mistakes are answered at once.
      const { importTradesCommand } = await import('./import-trades-run.js');
      await importTradesCommand(files, options);
    });
}
