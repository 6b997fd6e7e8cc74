import { relative } from 'node:path';
import { InputError } from '../../platform/input-error.js';
import { createLog } from '../../platform/log.js';
import type { DaemonLog } from '../../platform/logging/daemon-log.js';
import { logInto } from '../../platform/logging/log-into.js';
import { endByHangUp, onHangUp } from '../../platform/signals.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { parsePace } from '../../streaming/pace.js';
import { runDaemon } from '../daemon.js';
import { withoutShow } from '../demo/crash-for-show.js';
import { Demo, ENDED_EARLY } from '../demo/demo.js';
import { withDemoDatabase } from '../demo/demo-database.js';
import { COMMISSION, demoEnvironment, MADE_UP, MARKET_SEED, variablesFor } from '../demo/demo-terms.js';
import { startSimulatorProcess } from '../demo/simulator-process.js';
import { LiveShow } from '../demo/view/live-show.js';
import { PlainShow } from '../demo/view/plain-show.js';
import { howToShow, type Show } from '../demo/view/show.js';
import type { Ending } from '../ending.js';
import { DEMO_TAPE } from '../project-files.js';
import { readStartConfig } from '../start-config.js';
import { configured } from './configured.js';
import type { DemoCommandOptions } from './demo-command.js';

/** Runs until its tape is over or it is asked to end. */
export async function demo(options: DemoCommandOptions, ending: Ending): Promise<void> {
  checkSpeed(options.speed);
  const show = chooseShow(options);
  const log = quietLog(show);
  let isHungUp = false;
  const forgetHangUp = onHangUp(() => {
    isHungUp = true;
    ending.ask();
  });
  const next = { tape: relative(process.cwd(), DEMO_TAPE), variables: variablesFor(configured()) };
  try {
    await stayAlive(async () => {
      if (ending.isAsked) return show.say(ENDED_EARLY);
      show.say(
        'Hedgehog demo: a simulated Binance, and a Hedgehog that trades there. It takes a moment to set up.',
      );
      const simulator = await startSimulatorProcess({
        args: simulatorArgs(options),
        onDeath: (how) => ending.fail(how),
      });
      try {
        const environment = demoEnvironment(configured(), simulator.url);
        const config = await readStartConfig(environment);
        const shown = new Demo({ simulator, clock: systemClock, ending, show, next });
        await withDemoDatabase(environment, log, async () => {
          if (ending.isAsked) return show.say(ENDED_EARLY);
          await runDaemon({ environment, config, log, ending, watch: shown.watch }, shown);
        });
      } finally {
        await simulator.stop();
      }
    });
  } finally {
    show.close();
    forgetHangUp();
    if (isHungUp) endByHangUp();
  }
}

/** Warnings and errors are shown; what else it says is for `hedgehog logs`. */
const quietLog = (show: Show): DaemonLog => logInto(withoutShow(show.log), 'info', systemClock);

function chooseShow({ plain = false, color }: DemoCommandOptions): Show {
  const { stdout } = process;
  const log = createLog('warn');
  const how = howToShow({ isTerminal: stdout.isTTY, plain, color, environment: configured() });
  return how === 'lines'
    ? new PlainShow({ clock: systemClock, log, write: (text) => stdout.write(text) })
    : new LiveShow({ clock: systemClock, log, terminal: stdout, colours: how.colours });
}

const simulatorArgs = ({ speed, keepRunning }: DemoCommandOptions): readonly string[] => [
  ...['--tape', DEMO_TAPE, '--market', MARKET_SEED, '--symbols', MADE_UP.join(',')],
  ...['--speed', speed, '--fill-model', 'tape', '--commission', COMMISSION],
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
