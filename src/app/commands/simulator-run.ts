import { DEMO_ACCOUNT } from '../../exchange/simulator/api/accounts.js';
import { describeExit } from '../../otp/index.js';
import { createLog } from '../../platform/log.js';
import { MachineError } from '../../platform/machine-error.js';
import { exitCodeOf, onEndAsked, onParentGone } from '../../platform/signals.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { composeSimulator } from '../simulator.js';
import { readSimulatorOptions } from '../simulator-config.js';
import type { SimulatorCommandOptions } from './simulator-command.js';

/** Runs until it is asked to end, or cannot go on. A second request to end is obeyed at once. */
export async function runSimulator(options: SimulatorCommandOptions): Promise<void> {
  const log = createLog(options.logLevel);
  const read = await readSimulatorOptions(options, { clock: systemClock, log });
  await stayAlive(async () => {
    let end!: (failure: string | null) => void;
    const ended = new Promise<string | null>((resolve) => {
      end = resolve;
    });
    const simulator = await composeSimulator({
      ...read,
      onEnd: (reason) => end(`the simulator cannot go on: ${describeExit(reason)}`),
    });
    let signals = 0;
    const forget = onEndAsked((signal) => {
      signals++;
      if (signals === 1) end(null);
      else process.exit(exitCodeOf(signal));
    });
    // Nobody else would end it.
    const forgetParent = onParentGone(() => end(null));
    process.stdout.write(
      `${options.json ? jsonLine(simulator.port, read.feeds) : line(simulator.port, read.feeds)}\n`,
    );
    const failure = await ended;
    await simulator.stop();
    forget();
    forgetParent();
    if (failure !== null) throw new MachineError(failure);
  });
}

type Feeds = ReadonlyMap<string, unknown>;

const [KEY] = DEMO_ACCOUNT.keys;
// Published in Binance's documentation: a secret of nobody.
const DEMO = { apiKey: KEY?.apiKey ?? '', secret: KEY?.kind === 'hmac' ? KEY.secret : '' };

const addresses = (port: number) => ({
  rest: `http://127.0.0.1:${port}`,
  streams: `ws://127.0.0.1:${port}`,
  webSocketApi: `ws://127.0.0.1:${port}/ws-api/v3`,
  control: `http://127.0.0.1:${port}/control`,
});

function line(port: number, feeds: Feeds): string {
  const { rest, streams, webSocketApi, control } = addresses(port);
  const markets = [...feeds.keys()].join(',');
  return `simulator listens: REST ${rest}, streams ${streams}, WebSocket API ${webSocketApi}, control ${control}; markets ${markets}; demo API key ${DEMO.apiKey}, secret ${DEMO.secret}`;
}

const jsonLine = (port: number, feeds: Feeds): string =>
  JSON.stringify({ port, ...addresses(port), markets: [...feeds.keys()], ...DEMO });
