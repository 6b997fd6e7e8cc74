#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { InputError } from '../platform/input-error.js';
import { MachineError } from '../platform/machine-error.js';
import { endWithOutput } from '../platform/output-gone.js';
import { addAccountCommands } from './commands/account-commands.js';
import { addActorCommands } from './commands/actor-commands.js';
import { addApiTokenCommand } from './commands/api-token-command.js';
import { addBacktestCommand } from './commands/backtest-command.js';
import { addBacktestsCommand } from './commands/backtests-command.js';
import { addCompletionCommands } from './commands/completion-command.js';
import { addConfigCommand } from './commands/config-command.js';
import { addConsoleCommand } from './commands/console-command.js';
import { addDbCommand } from './commands/db-command.js';
import { addDemoCommand } from './commands/demo-command.js';
import { addDoctorCommand } from './commands/doctor-command.js';
import { FIRST_HELP } from './commands/first-help.js';
import { addImportTradesCommand } from './commands/import-trades-command.js';
import { addLogCommands } from './commands/log-commands.js';
import { addOrderCommand } from './commands/order-command.js';
import { addOrdersCommand } from './commands/orders-command.js';
import { addPublishCommand } from './commands/publish-command.js';
import { addSettingsCommand } from './commands/settings-command.js';
import { addSimulatorCommand } from './commands/simulator-command.js';
import { addStartCommand } from './commands/start-command.js';
import { addSwitchCommands } from './commands/switch-commands.js';
import { addTradesCommand } from './commands/trades-command.js';
import { addWhyCommand } from './commands/why-command.js';
import { nameConfigFile, refuseMissingFile } from './configuration/named-file.js';
import { VERSION } from './project-files.js';

const DEFECT = 1;
const MISTAKE = 2;

const MORE = `
What a command is told beside its arguments comes from the environment, and beneath that from hedgehog.config.json in the
working directory, or the file that --config names. hedgehog config show tells what counts and where it is from.

Exit codes:
  0    done
  1    a defect, or this machine failed or refused something
  2    a mistake in what was asked for: the message names it, and nothing was begun
  130  ended at once by SIGINT (Ctrl-C), and 143 by SIGTERM. start, demo and simulator end in order on the first one, with
       0, and at once on the second`;

const program = new Command('hedgehog')
  .description(
    'An actor-model crypto trading engine. It never touches money unless you give it keys and say so.',
  )
  .version(VERSION)
  .option('--config <file>', 'the configuration, in place of hedgehog.config.json in the working directory')
  .hook('preAction', (command, asked) => {
    nameConfigFile(command.opts<{ config?: string }>().config);
    // The doctor tells of it among all else that is wrong.
    if (asked.name() !== 'doctor') refuseMissingFile();
  })
  .addHelpText('after', MORE)
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

program.commandsGroup('Run:');
addDemoCommand(program);
addStartCommand(program);
addSimulatorCommand(program);

program.commandsGroup('Steer:');
addSwitchCommands(program);
addSettingsCommand(program);
addOrderCommand(program);
addPublishCommand(program);

program.commandsGroup('Look at orders and money:');
addOrdersCommand(program);
addAccountCommands(program);
addWhyCommand(program);

program.commandsGroup('Look into the Hedgehog that runs:');
addActorCommands(program);
addLogCommands(program);
addConsoleCommand(program);
addApiTokenCommand(program);

program.commandsGroup('Backtest, and trades for it:');
addBacktestCommand(program);
addBacktestsCommand(program);
addImportTradesCommand(program);
addTradesCommand(program);

program.commandsGroup('Look after it:');
addDoctorCommand(program);
addConfigCommand(program);
addDbCommand(program);
addCompletionCommands(program);
pointToHelp(program, 'hedgehog');

// A reader that goes away, as `| head` does, is no failure of ours.
endWithOutput();

try {
  if (process.argv.length <= 2) {
    process.stderr.write(FIRST_HELP);
    process.exitCode = MISTAKE;
  } else await program.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}

/** Whoever misuses a command is pointed to the help of that one. */
function pointToHelp(command: Command, called: string): void {
  command.showHelpAfterError(`(${called} --help shows what there is)`);
  for (const one of command.commands) pointToHelp(one, `${called} ${one.name()}`);
}

async function report(error: unknown): Promise<number> {
  // Commander has printed its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISTAKE;
  if (error instanceof InputError) {
    const { asTheUserSaid } = await import('./commands/configured.js');
    process.stderr.write(`hedgehog: ${asTheUserSaid(error.message)}\n`);
    return MISTAKE;
  }
  if (error instanceof MachineError) {
    process.stderr.write(`hedgehog: ${error.message}\n`);
    return DEFECT;
  }
  process.stderr.write(
    `hedgehog: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return DEFECT;
}
