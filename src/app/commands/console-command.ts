import type { Command } from 'commander';

/** The options as given. */
export interface ConsoleOptions {
  readonly eval?: string;
  readonly readOnly?: true;
}

/** `hedgehog console`. */
export function addConsoleCommand(program: Command): void {
  program
    .command('console')
    .description('A JavaScript prompt with an object hedgehog that does what the commands do')
    .option('-e, --eval <expression>', 'evaluate it, print what it gives, and end')
    .option('--read-only', 'look and change nothing: what changes anything is refused')
    .addHelpText(
      'after',
      `
hedgehog.help() lists the functions; the tab key completes them, symbols and actors' paths. What is typed is kept in the
file console_history beside the tokens of the local API. It asks the Hedgehog that runs on the same database: HEDGEHOG_ENV,
HEDGEHOG_DATABASE, DATABASE_URL and HEDGEHOG_DATA_DIR must be what that was started with.

What is piped in is evaluated line by line, up to the first line that fails; values are then printed as JSON, texts as they
are, and messages go to standard error. Exit codes: 0 done; 1 an expression failed; 2 no Hedgehog runs.

Examples:
  hedgehog console
  hedgehog console --read-only
  hedgehog console -e 'await hedgehog.positions()' | jq length
  echo 'await hedgehog.startTrading("XRPUSDT")' | hedgehog console`,
    )
    .allowExcessArguments(false)
    .action(async (options: ConsoleOptions) => (await import('./console-run.js')).runConsole(options));
}
