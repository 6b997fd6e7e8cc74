import { createLog } from '../../platform/log.js';
import { LogRing } from '../../platform/log-ring.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import type { LogFields } from '../../ports/log.js';
import { runDaemon } from '../daemon.js';
import { Ending } from '../ending.js';
import { readStartConfig, type StartConfig } from '../start-config.js';
import { configuration, exchangeFlag } from './configured.js';
import type { StartOptions } from './start-command.js';

/** Runs until it is asked to end, or cannot go on. */
export async function start({ exchange }: StartOptions): Promise<void> {
  const { environment, problems } = configuration([exchangeFlag(exchange)]);
  const config = await readStartConfig(environment, problems);
  const logs = new LogRing(systemClock);
  const log = logs.noting(createLog(config.logLevel));
  const ending = new Ending(log);
  const attendant = {
    running: async () => log.info('Hedgehog runs', describeExchange(config.exchange)),
    stopped: async () => log.info('Hedgehog has stopped'),
  };
  try {
    await stayAlive(() => runDaemon({ environment, config, logs, log, ending }, attendant));
  } finally {
    ending.forget();
  }
}

function describeExchange(exchange: StartConfig['exchange']): LogFields {
  if (exchange.kind === 'mock')
    return { exchange: 'mock', symbols: exchange.symbols.size, tapes: [...exchange.tapes.keys()].join(' ') };
  const { name, endpoints, isRealMoney } = exchange;
  return { exchange: name, rest: endpoints.rest, realMoney: isRealMoney };
}
