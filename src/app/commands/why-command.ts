import type { Command } from 'commander';

/** `hedgehog why`. */
export function addWhyCommand(program: Command): void {
  program
    .command('why')
    .description('Say why nothing happens: what each symbol that is traded waits for')
    .argument('[symbol]', 'one symbol, traded or not: XRPUSDT')
    .option('--json', 'print one JSON value and nothing else on standard output')
    .addHelpText(
      'after',
      `
The Hedgehog that runs says the same in its log, once a minute, of symbols on which nothing has happened since.

Examples:
  hedgehog why
  hedgehog why XRPUSDT
  hedgehog why --json | jq -r '.[] | select(.hint) | .hint'

It asks the Hedgehog that runs on the same database: HEDGEHOG_ENV, HEDGEHOG_DATABASE, DATABASE_URL and HEDGEHOG_DATA_DIR
must be what that was started with.`,
    )
    .allowExcessArguments(false)
    .action(async (symbol: string | undefined, options: { json?: true }) =>
      (await import('./why-run.js')).why(symbol, options.json === true),
    );
}
