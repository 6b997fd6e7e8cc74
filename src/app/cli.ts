#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { InputError } from '../platform/input-error.js';
import { MachineError } from '../platform/machine-error.js';
import { addBacktestCommand } from './commands/backtest-command.js';
import { addBacktestsCommand } from './commands/backtests-command.js';
import { addControlCommands } from './commands/control-commands.js';
import { addDbCommand } from './commands/db-command.js';
import { addDemoCommand } from './commands/demo-command.js';
import { addImportTradesCommand } from './commands/import-trades-command.js';
import { addPublishCommand } from './commands/publish-command.js';
import { addSettingsCommand } from './commands/settings-command.js';
import { addSimulatorCommand } from './commands/simulator-command.js';
import { addStartCommand } from './commands/start-command.js';
import { addSwitchCommands } from './commands/switch-commands.js';
import { addTradesCommand } from './commands/trades-command.js';
import { VERSION } from './project-files.js';

/** Exit codes: 0 done, 1 a defect or a failure of the machine, 2 a mistake in what was asked for. */
const DEFECT = 1;
const MISTAKE = 2;

const program = new Command('hedgehog')
  .description(
    'An actor-model crypto trading engine. It never touches money unless you give it keys and say so.',
  )
  .version(VERSION)
  .showHelpAfterError('(hedgehog --help shows what there is)')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

addDemoCommand(program);
addStartCommand(program);
addSwitchCommands(program);
addSettingsCommand(program);
addControlCommands(program);
addPublishCommand(program);
addBacktestCommand(program);
addBacktestsCommand(program);
addImportTradesCommand(program);
addTradesCommand(program);
addDbCommand(program);
addSimulatorCommand(program);

// A reader that goes away, as `| head` does, is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // Commander has printed its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISTAKE;
  if (error instanceof InputError) {
    process.stderr.write(`hedgehog: ${error.message}\n`);
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
