import type { Command } from 'commander';
import { LOG_PARTS } from '../../ports/log.js';
import type { LogsOptions } from './logs-run.js';

const WHERE = `
It asks the Hedgehog that runs on the same database: HEDGEHOG_ENV, HEDGEHOG_DATABASE, DATABASE_URL and HEDGEHOG_DATA_DIR
must be what that was started with.`;

const JSON_OPTION = ['--json', 'print one JSON value and nothing else on standard output'] as const;

/** The commands that look into a running Hedgehog, and the one that has an actor of it crash. */
export function addControlCommands(program: Command): void {
  addInspect(program);
  addKill(program);
  addOrders(program);
  addPositionsAndProfit(program);
  addLogs(program);
  addLogLevel(program);
  addApiToken(program);
}

function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('Show the actors of the Hedgehog that runs, or one of them')
    .argument(
      '[path]',
      'the path of an actor, its name, or a part of it that is in no other: all that is known of that one',
    )
    .option('--watch', 'show it again every second until Ctrl-C, also when Hedgehog ends and comes back')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `\nExamples:
  hedgehog inspect
  hedgehog inspect --watch
  hedgehog inspect 'Leader XRPUSDT'
  hedgehog inspect 'Trader 12' --watch
  hedgehog inspect Hedgehog/PubSub --json | jq .lastRestarts
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (path: string | undefined, options: { watch?: true; json?: true }) =>
      (await import('./inspect-run.js')).inspect(path, options),
    );
}

function addKill(program: Command): void {
  program
    .command('kill')
    .description('Have an actor of the Hedgehog that runs crash, and see it recover')
    .argument('<path>', 'the path of the actor, or its name, as hedgehog inspect shows it')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `\nExamples:
  hedgehog kill 'Leader XRPUSDT'
  hedgehog kill Hedgehog/PubSub
${WHERE}`,
    )
    .allowExcessArguments(false)
    .action(async (path: string, options: { json?: true }) =>
      (await import('./inspect-run.js')).kill(path, options.json === true),
    );
}

function addOrders(program: Command): void {
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

export interface OrdersOptions {
  readonly symbol?: string;
  readonly open?: true;
  readonly limit?: string;
  readonly csv?: true;
  readonly json?: true;
}

function addPositionsAndProfit(program: Command): void {
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

function addApiToken(program: Command): void {
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
