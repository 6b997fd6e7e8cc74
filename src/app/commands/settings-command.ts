import type { Command } from 'commander';

export interface SetOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const KEYS = `
Keys: chunks, budget, buy_down_interval, profit_interval, rebuy_interval, fee.`;

const SHOWN = `
Examples:
  hedgehog settings show
  hedgehog settings show XRPUSDT --json`;

const SET = `
New settings apply to cycles that begin from now on; the Hedgehog that runs takes them at once, without a restart. Open cycles
go on with the settings they began with, but a buy that is parked makes room for a cycle with the new ones. What changes is
shown first.

Examples:
  hedgehog settings set XRPUSDT chunks=5 budget=100 profit_interval=0.001
  hedgehog settings set XRPUSDT budget=250 --dry-run`;

/** `hedgehog settings`. */
export function addSettingsCommand(program: Command): void {
  const settings = program
    .command('settings')
    .description('How each symbol is traded')
    .addHelpText('after', `${KEYS}\n${SET}\n  hedgehog settings show XRPUSDT`);
  settings
    .command('show')
    .description('show the settings of one symbol, or of all')
    .argument('[symbol]', 'as the exchange writes it: XRPUSDT')
    .option('--json', 'print one JSON list and nothing else on standard output')
    .addHelpText('after', SHOWN)
    .allowExcessArguments(false)
    .action(async (symbol: string | undefined, options: { json?: true }) =>
      (await load()).showSettings(symbol, options.json === true),
    );
  settings
    .command('set')
    .description('change settings of a symbol, all that are given or none')
    .argument('<symbol>', 'as the exchange writes it: XRPUSDT')
    .argument('<assignments...>', 'key=value')
    .option('--dry-run', 'only show what would change')
    .option('--json', 'print one JSON object and nothing else on standard output')
    .addHelpText('after', `${KEYS}\n${SET}`)
    .action(async (symbol: string, assignments: string[], options: SetOptions) =>
      (await load()).setSettings(symbol, assignments, options),
    );
}

// Loaded only when it is run, so that help and mistakes are answered at once.
const load = () => import('./settings-run.js');
