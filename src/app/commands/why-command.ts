import type { Command } from 'commander';
import { JSON_OPTION, WHERE } from './asked-options.js';

/** `hedgehog why`. */
export function addWhyCommand(program: Command): void {
  program
    .command('why')
    .description('Say why nothing happens: what each symbol that is traded waits for')
    .argument('[symbol]', 'one symbol, traded or not: XRPUSDT')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `
The Hedgehog that runs says the same in its log, once a minute, of symbols on which nothing has happened since.

Examples:
  hedgehog why
  hedgehog why XRPUSDT
  hedgehog why --json | jq -r '.[] | select(.hint) | .hint'
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (symbol: string | undefined, options: { json?: true }) =>
      (await import('./why-run.js')).why(symbol, options.json === true),
    );
}
