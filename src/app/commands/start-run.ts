import { InputError } from '../../platform/input-error.js';
import type { DaemonLog } from '../../platform/logging/daemon-log.js';
import { MachineError } from '../../platform/machine-error.js';
import type { ShowRequests } from '../../platform/signals.js';
import { stayAlive } from '../../platform/stay-alive.js';
import type { LogFields } from '../../ports/log.js';
import { ActorsInLog } from '../actors-in-log.js';
import { runDaemon } from '../daemon.js';
import { Ending } from '../ending.js';
import { runningLog } from '../running-log.js';
import { readStartConfig, type StartConfig } from '../start-config.js';
import { configuration, exchangeFlag } from './configured.js';
import type { StartOptions } from './start-command.js';

/** Runs until it is asked to end, or cannot go on. */
export async function start({ exchange }: StartOptions, showRequests: ShowRequests): Promise<void> {
  const { environment, problems } = configuration([exchangeFlag(exchange)]);
  const config = await readStartConfig(environment, problems);
  const log = runningLog(config.logs, environment);
  const actors = new ActorsInLog(log);
  showRequests.answerWith(() => actors.show());
  const ending = new Ending(log);
  const attendant = {
    running: async () => log.info('Hedgehog runs', describeExchange(config.exchange)),
    stopped: async () => {
      log.flush();
      log.info('Hedgehog has stopped');
    },
  };
  const onActors = actors.of.bind(actors);
  try {
    await stayAlive(() => runDaemon({ environment, config, log, ending, onActors }, attendant));
  } catch (error) {
    // So that the last line is why it ends.
    log.flush();
    noteFailure(log, error);
    throw error;
  } finally {
    ending.forget();
  }
}

/** For the files: the command tells the terminal. */
function noteFailure(log: DaemonLog, error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const isPlain = error instanceof InputError || error instanceof MachineError;
  log.aside('error', `Hedgehog ends: ${message}`, isPlain || stack === undefined ? {} : { stack });
}

function describeExchange(exchange: StartConfig['exchange']): LogFields {
  if (exchange.kind === 'mock')
    return { exchange: 'mock', symbols: exchange.symbols.size, tapes: [...exchange.tapes.keys()].join(' ') };
  const { name, endpoints, isRealMoney } = exchange;
  return { exchange: name, rest: endpoints.rest, realMoney: isRealMoney };
}
