import type { Command } from 'commander';
import { JSON_OPTION, WHERE } from './asked-options.js';

export interface OrdersOptions {
  readonly symbol?: string;
  readonly open?: true;
  readonly limit?: string;
  readonly csv?: true;
  readonly json?: true;
}

/** `hedgehog orders`. */
export function addOrdersCommand(program: Command): void {
  program
    .command('orders')
    .description('Show orders, the newest first')
    .option('--symbol <symbol>', 'of one symbol: XRPUSDT')
    .option('--open', 'those that still rest on the book')
    .option('--limit <count>', 'at most so many, up to 1000 (default: 100)')
    .option('--csv', 'print them as CSV, with a line of column names')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `
Orders are stored for symbols whose ORDERS are (hedgehog storing start ORDERS XRPUSDT); of others those that open
positions wait for are shown.

Examples:
  hedgehog orders --symbol XRPUSDT --open
  hedgehog orders --limit 1000 --csv > orders.csv
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (options: OrdersOptions) => (await import('./account-run.js')).orders(options));
}
