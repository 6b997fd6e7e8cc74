import type { Command } from 'commander';

/** `hedgehog streaming`, `hedgehog trading` and `hedgehog storing`. */
export function addSwitchCommands(program: Command): void {
  const streaming = program
    .command('streaming')
    .description('Which symbols are streamed')
    .addHelpText('after', FOLLOWED);
  symbolsCommand(streaming, 'start', 'publish the trades of these symbols').action(
    async (symbols: string[]) => (await load()).switchStreaming(symbols, 'on'),
  );
  symbolsCommand(streaming, 'stop', 'publish no more trades of these symbols').action(
    async (symbols: string[]) => (await load()).switchStreaming(symbols, 'off'),
  );
  listCommand(streaming, 'streaming_settings');

  const trading = program
    .command('trading')
    .description('Which symbols are traded')
    .addHelpText('after', FOLLOWED);
  symbolsCommand(trading, 'start', 'trade these symbols, beginning with the cycles they have').action(
    async (symbols: string[]) => (await load()).switchTrading(symbols, 'on'),
  );
  symbolsCommand(
    trading,
    'stop',
    'stop trading these symbols at once; their orders stay where they are',
  ).action(async (symbols: string[]) => (await load()).switchTrading(symbols, 'off'));
  symbolsCommand(
    trading,
    'shutdown',
    'start nothing new, cancel buys that are not filled, sell what was bought; then off',
  ).action(async (symbols: string[]) => (await load()).switchTrading(symbols, 'shutdown'));
  listCommand(trading, 'trading_settings');

  const storing = program
    .command('storing')
    .description('What is stored: TRADE_EVENTS, ORDERS or OHLC, by symbol')
    .addHelpText('after', FOLLOWED);
  topicCommand(storing, 'start', 'store what is published on this topic for these symbols').action(
    async (topic: string, symbols: string[]) => (await load()).switchStoring(topic, symbols, 'on'),
  );
  topicCommand(storing, 'stop', 'store it no more; what is stored stays').action(
    async (topic: string, symbols: string[]) => (await load()).switchStoring(topic, symbols, 'off'),
  );
  listCommand(storing, 'storing_settings');
}

const FOLLOWED = `
The command writes to the database. A Hedgehog that runs follows at once, and one that is started later starts what is on.`;

const symbolsCommand = (group: Command, name: string, description: string): Command =>
  group
    .command(name)
    .description(description)
    .argument('<symbols...>', 'as the exchange writes them: XRPUSDT; all of them or none');

const topicCommand = (group: Command, name: string, description: string): Command =>
  group
    .command(name)
    .description(description)
    .argument('<topic>', 'TRADE_EVENTS, ORDERS or OHLC')
    .argument('<symbols...>', 'as the exchange writes them: XRPUSDT; all of them or none');

const listCommand = (
  group: Command,
  table: 'streaming_settings' | 'trading_settings' | 'storing_settings',
): Command =>
  group
    .command('list')
    .description('show what is on and off, and how it stands in the Hedgehog that runs')
    .option('--json', 'print one JSON list and nothing else on standard output')
    .allowExcessArguments(false)
    .action(async (options: { json?: true }) => (await load()).list(table, options.json === true));

// Loaded only when it is run, so that help and mistakes are answered at once.
const load = () => import('./switch-run.js');
