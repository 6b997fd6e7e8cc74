import type { Command } from 'commander';

/** The options as given; nothing in them has been looked at yet. */
export interface ExportOptions {
  readonly symbol: string;
  readonly from?: string;
  readonly to?: string;
  readonly output?: string;
  readonly force?: true;
  readonly json?: true;
}

/** The same. */
export interface PruneOptions {
  readonly olderThan: string;
  readonly symbol?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const EXPORT_NOTES = `
The tape is what import-trades, backtest --tape and HEDGEHOG_TAPE read: CSV with a row of column names, every decimal as it is
stored. A file whose name ends in .gz is packed. It is complete or not there: nothing is replaced until the last trade is
written. Both ends belong to the period; trades are chosen by trade time, and come by trade id.

Examples:
  hedgehog trades export --symbol XRPUSDT --output XRPUSDT.csv.gz
  hedgehog trades export --symbol XRPUSDT --from 2024-05-01 --to 2024-05-31 --output may.csv.gz --json
  hedgehog trades export --symbol XRPUSDT --from 2024-05-01T12:00:00Z | head`;

const LIST_NOTES = `
Of the ids between a symbol's first and last trade, "not stored" counts those that are not stored, and "missing" as many of
them as were seen, and could not be stored.

Examples:
  hedgehog trades list
  hedgehog trades list --json | jq '.[] | select(.missing > 0)'`;

const PRUNE_NOTES = `
The age of a trade is that of its trade time: a tape of 2019 is years old on the day it is imported. The newest trade of a symbol
stays, as streaming goes on after it. Orders, cycles, candles and settings are never deleted. A Hedgehog that runs is not
held up. HEDGEHOG_KEEP_TRADES has hedgehog start do the same every hour.

Examples:
  hedgehog trades prune --older-than 30d --dry-run
  hedgehog trades prune --older-than 12h --symbol XRPUSDT --json`;

/** `hedgehog trades`. What each does is loaded only when it is run, so that help and mistakes are answered at once. */
export function addTradesCommand(program: Command): void {
  const trades = program
    .command('trades')
    .description('The stored trades: what there is, as a tape, and how long it is kept')
    .addHelpText('after', '\nExamples:\n  hedgehog trades list\n  hedgehog trades export --help');

  trades
    .command('list')
    .description('of which symbols trades are stored, how many, from when to when, and what is missing')
    .option('--json', 'print one JSON array and nothing else on standard output')
    .addHelpText('after', LIST_NOTES)
    .allowExcessArguments(false)
    .action(async (options: { readonly json?: true }) =>
      (await import('./trades-list-run.js')).listTrades(options),
    );

  trades
    .command('export')
    .description('write the stored trades of a symbol as a tape')
    .requiredOption('--symbol <symbol>', 'whose trades, as the exchange writes it: XRPUSDT')
    .option(
      '--from <time>',
      'a UTC day, or an instant such as 2019-06-01T12:00:00Z (default: the first trade)',
    )
    .option('--to <time>', 'the same; the end belongs to the period (default: the last trade)')
    .option('--output <file>', 'a .csv, or a .csv.gz that is packed (default: standard output, plain)')
    .option('--force', 'replace the file when it is there already')
    .option('--json', 'with --output: print one JSON object and nothing else on standard output')
    .addHelpText('after', EXPORT_NOTES)
    .allowExcessArguments(false)
    .action(async (options: ExportOptions) => (await import('./trades-export-run.js')).exportTrades(options));

  trades
    .command('prune')
    .description('delete stored trades that are older than so long')
    .requiredOption('--older-than <age>', 'days or hours: 30d, 12h')
    .option('--symbol <symbol>', 'of this symbol alone (default: of all)')
    .option('--dry-run', 'tell what would be deleted, and delete nothing')
    .option('--json', 'print one JSON object and nothing else on standard output')
    .addHelpText('after', PRUNE_NOTES)
    .allowExcessArguments(false)
    .action(async (options: PruneOptions) => (await import('./trades-prune-run.js')).pruneCommand(options));
}
