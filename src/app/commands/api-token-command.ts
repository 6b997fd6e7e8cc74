import type { Command } from 'commander';
import { JSON_OPTION, WHERE } from './asked-options.js';

/** `hedgehog api-token`. */
export function addApiTokenCommand(program: Command): void {
  program
    .command('api-token')
    .description('Tell which file the token of the local API is in')
    .option('--read-only', 'the one that looks and changes nothing')
    .option('--show', 'print the token itself')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `\nExamples:
  hedgehog api-token
  curl -H "Authorization: Bearer $(hedgehog api-token --read-only --show)" http://127.0.0.1:7749/v1/positions
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (options: { readOnly?: true; show?: true; json?: true }) =>
      (await import('./api-token-run.js')).apiToken(options),
    );
}
