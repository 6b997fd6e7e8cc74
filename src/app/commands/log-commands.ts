import type { Command } from 'commander';
import { LOG_PARTS } from '../../ports/log.js';
import { JSON_OPTION, WHERE } from './asked-options.js';
import type { LogsOptions } from './logs-run.js';

/** `hedgehog logs` and `hedgehog log-level`. */
export function addLogCommands(program: Command): void {
  addLogs(program);
  addLogLevel(program);
}

function addLogs(program: Command): void {
  program
    .command('logs')
    .description('Show the last lines of the log of the Hedgehog that runs')
    .option('--follow', 'and the next ones as they come, until Ctrl-C')
    .option('--level <level>', 'error, warn, info or debug, which is only followed (default: info)')
    .option('--part <part>', 'of one part: trading, streaming; hedgehog log-level names them')
    .option('--symbol <symbol>', 'those that name this symbol: XRPUSDT')
    .option('--json', 'print each as a line of JSON')
    .addHelpText(
      'after',
      `
What the level of its part leaves out is not there at all: to follow at debug, hedgehog log-level trading debug.

Examples:
  hedgehog logs --level warn
  hedgehog logs --follow
  hedgehog logs --part trading --symbol XRPUSDT --json | jq -r .message
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (options: LogsOptions) => (await import('./logs-run.js')).logs(options));
}

function addLogLevel(program: Command): void {
  program
    .command('log-level')
    .description('Show or set how much each part of the Hedgehog that runs says in its log')
    .argument('[part]', `${LOG_PARTS.join(', ')}; or all`)
    .argument('[level]', 'what it is to be: error, warn, info or debug')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `
What is set lasts until that Hedgehog ends; HEDGEHOG_LOG_LEVEL says what it begins with.

Examples:
  hedgehog log-level
  hedgehog log-level trading debug
  hedgehog log-level all info
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (part: string | undefined, level: string | undefined, options: { json?: true }) =>
      (await import('./log-level-run.js')).logLevel(part, level, options),
    );
}
