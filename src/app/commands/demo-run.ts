import { InputError } from '../../platform/input-error.js';
import { everyPartAt } from '../../platform/logging/log-levels.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { parsePace } from '../../streaming/pace.js';
import { runDaemon } from '../daemon.js';
import { Demo, ENDED_EARLY } from '../demo/demo.js';
import { withDemoDatabase } from '../demo/demo-database.js';
import { COMMISSION, demoEnvironment } from '../demo/demo-terms.js';
import { startSimulatorProcess } from '../demo/simulator-process.js';
import { Ending } from '../ending.js';
import { DEMO_TAPE } from '../project-files.js';
import { runningLog } from '../running-log.js';
import { readStartConfig } from '../start-config.js';
import { configured } from './configured.js';
import type { DemoCommandOptions } from './demo-command.js';

/** Runs until its tape is over or it is asked to end. */
export async function demo(options: DemoCommandOptions): Promise<void> {
  checkSpeed(options.speed);
  // What else it says is for hedgehog logs.
  const log = runningLog({ levels: everyPartAt('info'), files: null }, configured(), 'warn');
  const ending = new Ending(log);
  try {
    await stayAlive(async () => {
      say(
        'Hedgehog demo: a simulated Binance, and a Hedgehog that trades there. It takes a moment to set up.',
      );
      const simulator = await startSimulatorProcess({
        args: simulatorArgs(options),
        onDeath: (how) => ending.fail(how),
      });
      try {
        const environment = demoEnvironment(configured(), simulator.url);
        const config = await readStartConfig(environment);
        const shown = new Demo({ simulator, clock: systemClock, ending, say });
        await withDemoDatabase(environment, log, async () => {
          if (ending.isAsked) return say(ENDED_EARLY);
          await runDaemon({ environment, config, log, ending, watch: shown.watch }, shown);
        });
      } finally {
        await simulator.stop();
      }
    });
  } finally {
    ending.forget();
  }
}

const simulatorArgs = ({ speed, keepRunning }: DemoCommandOptions): readonly string[] => [
  ...['--tape', DEMO_TAPE, '--speed', speed, '--fill-model', 'tape', '--commission', COMMISSION],
  ...(keepRunning ? ['--loop'] : []),
];

function checkSpeed(speed: string): void {
  try {
    parsePace(speed);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`--speed is ${error.message}`);
  }
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
