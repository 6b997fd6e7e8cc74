import type { Command } from 'commander';

const KEYS = `
Keys: chunks, budget, buy_down_interval, profit_interval, rebuy_interval, fee. New settings apply to cycles that begin from
now on.

Examples:
  hedgehog settings show XRPUSDT
  hedgehog settings set XRPUSDT chunks=5 budget=100 profit_interval=0.001`;

/** `hedgehog settings`. */
export function addSettingsCommand(program: Command): void {
  const settings = program
    .command('settings')
    .description('How each symbol is traded')
    .addHelpText('after', KEYS);
  settings
    .command('show')
    .description('show the settings of one symbol, or of all')
    .argument('[symbol]', 'as the exchange writes it: XRPUSDT')
    .option('--json', 'print one JSON list and nothing else on standard output')
    .allowExcessArguments(false)
    .action(async (symbol: string | undefined, options: { json?: true }) =>
      (await load()).showSettings(symbol, options.json === true),
    );
  settings
    .command('set')
    .description('change settings of a symbol, all that are given or none')
    .argument('<symbol>', 'as the exchange writes it: XRPUSDT')
    .argument('<assignments...>', 'key=value')
    .addHelpText('after', KEYS)
    .action(async (symbol: string, assignments: string[]) => (await load()).setSettings(symbol, assignments));
}

// Loaded only when it is run, so that help and mistakes are answered at once.
const load = () => import('./settings-run.js');
