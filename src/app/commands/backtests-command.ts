import type { Command } from 'commander';

/** The options as given; nothing in them has been looked at yet. Each command takes some of them. */
export interface BacktestsOptions {
  readonly json?: true;
  readonly ordersOut?: string;
}

const EXAMPLES = `
Examples:
  hedgehog backtests list
  hedgehog backtests list --json | jq '.[0].summary.netProfit'
  hedgehog backtests show 1 --orders-out orders.csv`;

export function addBacktestsCommand(program: Command): void {
  const backtests = program
    .command('backtests')
    .description('Backtests over stored trades (backtest --from --to), as they were stored')
    .addHelpText('after', EXAMPLES);

  backtests
    .command('list')
    .description('all of them, the latest first')
    .option('--json', 'print one JSON list and nothing else on standard output')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .action(async (options: BacktestsOptions) => (await load()).listBacktests(options));

  backtests
    .command('show')
    .description('one of them: its settings, its result and, on request, its orders')
    .argument('<id>', 'the number that the backtest, or backtests list, gave')
    .option('--json', 'print one JSON object and nothing else on standard output')
    .option('--orders-out <file>', 'write every order as CSV')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .action(async (id: string, options: BacktestsOptions) => (await load()).showBacktest(id, options));
}

// Loaded only when it is run, so that help and mistakes are answered at once.
const load = () => import('./backtests-run.js');
