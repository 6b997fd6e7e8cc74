import type { Command } from 'commander';

/** What every switch takes. */
export interface SwitchOptions {
  readonly json?: true;
  /** False: do not look at what becomes of it. `until-off` is for a shutdown. Otherwise some seconds. */
  readonly wait?: boolean | 'until-off';
}

/** `hedgehog streaming`, `hedgehog trading` and `hedgehog storing`. */
export function addSwitchCommands(program: Command): void {
  addStreaming(program);
  addTrading(program);
  addStoring(program);
}

const FOLLOWED = `
Several symbols are switched all or none. The Hedgehog that runs follows at once, and the command tells what became of it:
running, waiting, or given up with the reason, which it waits for up to 3 seconds; it ends with 1 when something was given up.
When none runs, the command writes to the database, and the next hedgehog start begins with what is on.`;

const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;

function addStreaming(program: Command): void {
  const of = [
    'hedgehog streaming start XRPUSDT BTCUSDT',
    'hedgehog streaming stop XRPUSDT --json',
    'hedgehog streaming list',
  ];
  const streaming = group(program, 'streaming', 'Which symbols are streamed', of);
  symbolsCommand(streaming, 'start', 'publish the trades of these symbols', of[0]).action(
    async (symbols: string[], options: SwitchOptions) =>
      (await load()).switchAndTell({ service: 'streaming', symbols, status: 'on' }, options),
  );
  symbolsCommand(streaming, 'stop', 'publish no more trades of these symbols', of[1]).action(
    async (symbols: string[], options: SwitchOptions) =>
      (await load()).switchAndTell({ service: 'streaming', symbols, status: 'off' }, options),
  );
  listCommand(streaming, 'streaming');
}

function addTrading(program: Command): void {
  const of = [
    'hedgehog trading start XRPUSDT',
    'hedgehog trading stop XRPUSDT BTCUSDT',
    'hedgehog trading shutdown XRPUSDT --wait',
    'hedgehog trading list',
  ];
  const trading = group(program, 'trading', 'Which symbols are traded', of);
  symbolsCommand(trading, 'start', 'trade these symbols, beginning with the cycles they have', of[0]).action(
    async (symbols: string[], options: SwitchOptions) =>
      (await load()).switchAndTell({ service: 'trading', symbols, status: 'on' }, options),
  );
  symbolsCommand(
    trading,
    'stop',
    'stop trading these symbols at once; their orders stay where they are',
    of[1],
  ).action(async (symbols: string[], options: SwitchOptions) =>
    (await load()).switchAndTell({ service: 'trading', symbols, status: 'off' }, options),
  );
  symbolsCommand(
    trading,
    'shutdown',
    'start nothing new, cancel buys that are not filled, sell what was bought; then off',
    of[2],
  ).action(async (symbols: string[], options: SwitchOptions) => {
    const wait = options.wait === true ? 'until-off' : (options.wait ?? true);
    await (await load()).switchAndTell(
      { service: 'trading', symbols, status: 'shutdown' },
      { ...options, wait },
    );
  });
  listCommand(trading, 'trading');
}

function addStoring(program: Command): void {
  const of = [
    'hedgehog storing start ORDERS XRPUSDT BTCUSDT',
    'hedgehog storing stop TRADE_EVENTS XRPUSDT',
    'hedgehog storing list --json',
  ];
  const storing = group(program, 'storing', 'What is stored: TRADE_EVENTS, ORDERS or OHLC, by symbol', of);
  topicCommand(storing, 'start', 'store what is published on this topic for these symbols', of[0]).action(
    async (topic: string, symbols: string[], options: SwitchOptions) =>
      (await load()).switchAndTell({ service: 'storing', topic, symbols, status: 'on' }, options),
  );
  topicCommand(storing, 'stop', 'store it no more; what is stored stays', of[1]).action(
    async (topic: string, symbols: string[], options: SwitchOptions) =>
      (await load()).switchAndTell({ service: 'storing', topic, symbols, status: 'off' }, options),
  );
  listCommand(storing, 'storing');
}

const group = (program: Command, name: string, description: string, of: readonly string[]): Command =>
  program
    .command(name)
    .description(description)
    .addHelpText('after', `${FOLLOWED}\n${examples(...of)}`);

const switchCommand = (of: Command, name: string, description: string, example = ''): Command =>
  waitOptions(of.command(name).description(description))
    .option('--json', 'print one JSON object and nothing else on standard output')
    .addHelpText('after', `${FOLLOWED}\n${examples(example)}`);

/** A shutdown may be waited for; said first, so that `--no-wait` makes it no default. */
function waitOptions(command: Command): Command {
  if (command.name() === 'shutdown')
    command.option('--wait', 'until everything is sold and the symbols are off, however long it takes');
  return command.option('--no-wait', 'do not wait to tell what became of it');
}

const symbolsCommand = (of: Command, name: string, description: string, example?: string): Command =>
  switchCommand(of, name, description, example).argument(
    '<symbols...>',
    'as the exchange writes them: XRPUSDT',
  );

const topicCommand = (of: Command, name: string, description: string, example?: string): Command =>
  switchCommand(of, name, description, example)
    .argument('<topic>', 'TRADE_EVENTS, ORDERS or OHLC')
    .argument('<symbols...>', 'as the exchange writes them: XRPUSDT');

const listCommand = (of: Command, service: 'streaming' | 'trading' | 'storing'): Command =>
  of
    .command('list')
    .description('show what is on and off, and how it stands in the Hedgehog that runs')
    .option('--json', 'print one JSON list and nothing else on standard output')
    .addHelpText('after', examples(`hedgehog ${service} list`, `hedgehog ${service} list --json`))
    .allowExcessArguments(false)
    .action(async (options: { json?: true }) => (await load()).list(service, options.json === true));

// Loaded only when it is run, so that help and mistakes are answered at once.
const load = () => import('./switch-run.js');
