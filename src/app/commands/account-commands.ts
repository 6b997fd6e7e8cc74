import type { Command } from 'commander';
import { JSON_OPTION, WHERE } from './asked-options.js';

/** `hedgehog positions` and `hedgehog profit`. */
export function addAccountCommands(program: Command): void {
  program
    .command('positions')
    .description('Show the cycles that have not ended: what is bought, what rests, how far from the price')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `\nExamples:
  hedgehog positions
  hedgehog positions --json | jq '.[] | select(.phase == "selling")'
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (options: { json?: true }) =>
      (await import('./account-run.js')).positions(options.json === true),
    );
  program
    .command('profit')
    .description('Show what was earned, by symbol and in total: realised, fees, and of what is still open')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `
Realised is what was bought and sold; fees are the set rate on both legs. Open is what would be earned at the last price,
before fees.

Examples:
  hedgehog profit
  hedgehog profit --json
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (options: { json?: true }) =>
      (await import('./account-run.js')).profit(options.json === true),
    );
}
