import { type Command, Option } from 'commander';
import { EXCHANGES } from '../exchange-names.js';

/** The options as given. */
export interface DoctorOptions {
  readonly exchange?: string;
  readonly json?: true;
}

/** `hedgehog doctor`. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Look for what could be wrong: this machine, the database, the daemon, the exchange')
    .addOption(new Option('--exchange <name>', 'as that of hedgehog start').choices(EXCHANGES))
    .option('--json', 'print one JSON object and nothing else on standard output')
    .addHelpText(
      'after',
      `
A line for each thing that is looked at: ok, warning, problem with the way out, or not checked, where that rests on what
failed. It reads the environment as hedgehog start does, places no order and changes nothing. A database server of Hedgehog's
own that does not run is started for as long as it is asked. Exit codes: 0 no problem; 1 a problem.

Examples:
  hedgehog doctor
  hedgehog doctor --exchange binance-testnet
  hedgehog doctor --json | jq '.checks[] | select(.status != "ok")'`,
    )
    .allowExcessArguments(false)
    .action(async (options: DoctorOptions) => (await import('./doctor-run.js')).doctor(options));
}
