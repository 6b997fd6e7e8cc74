import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { MachineError } from '../../platform/machine-error.js';
import { systemClock } from '../../platform/system-clock.js';
import { wait } from '../../warehouse/retry.js';
import { CLI_FILE } from '../project-files.js';

/** A `hedgehog simulator` in a process of its own. Its market stands still until it is told to run. */
export interface SimulatorProcess {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly pid: number;
  /** Whether the tape of this symbol is over, and all that was filled is told. */
  hasEnded(symbol: string): Promise<boolean>;
  runMarket(): Promise<void>;
  /** No more trades from now on; what was filled is told. */
  pauseMarket(): Promise<void>;
  /** The id of the last public trade; 0 before the first. */
  lastTradeId(symbol: string): Promise<number>;
  stop(): Promise<void>;
}

export interface SimulatorProcessOptions {
  /** Of `hedgehog simulator`, beside those that have it report itself. */
  readonly args: readonly string[];
  /** It has ended, and nobody asked it to. */
  readonly onDeath: (how: string) => void;
}

const STOP_MS = 5_000;

/** @throws MachineError when it does not come up; what it says itself is on standard error */
export async function startSimulatorProcess({
  args,
  onDeath,
}: SimulatorProcessOptions): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [CLI_FILE, 'simulator', '--port', '0', '--step', '--json', ...args], {
    // By the channel it hears when this process is gone, whatever ended it.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // A terminal's Ctrl-C goes to all of its group: it is for this process to say when the simulator ends.
    detached: true,
  });
  const killAtExit = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killAtExit);
  const ended = endOf(child);
  let isWanted = true;
  const url = await Promise.race([addressOf(child), ended.then(failed)]);
  void ended.then((how) => {
    process.off('exit', killAtExit);
    if (isWanted) onDeath(`the simulator ${how}`);
  });
  const control = controlAt(url);
  return {
    url,
    pid: child.pid ?? 0,
    async hasEnded(symbol) {
      const { markets, waitingFills } = marketSchema.parse(await control('GET', '/control/market'));
      return waitingFills === 0 && markets.some((one) => one.symbol === symbol && one.phase === 'ended');
    },
    async runMarket() {
      await control('POST', '/control/market', { mode: 'run' });
    },
    async pauseMarket() {
      await control('POST', '/control/market', { mode: 'step' });
      await control('POST', '/control/release');
    },
    async lastTradeId(symbol) {
      const trades = await control('GET', `/api/v3/trades?symbol=${symbol}&limit=1`);
      return tradesSchema.parse(trades)[0]?.id ?? 0;
    },
    async stop() {
      isWanted = false;
      child.kill('SIGTERM');
      const inTime = await Promise.race([
        ended.then(() => true),
        wait(systemClock, STOP_MS).then(() => false),
      ]);
      if (!inTime) child.kill('SIGKILL');
      await ended;
    },
  };
}

const addressSchema = z.looseObject({ rest: z.string() });
const marketSchema = z.looseObject({
  markets: z.array(z.looseObject({ symbol: z.string(), phase: z.string() })),
  waitingFills: z.number(),
});
const tradesSchema = z.array(z.looseObject({ id: z.number() }));

/** From its first line. */
async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the simulator has no standard output');
  const lines = createInterface({ input: stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return addressSchema.parse(JSON.parse(line)).rest;
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  } catch (error) {
    return `could not be started: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function failed(how: string): never {
  throw new MachineError(`the simulator ${how} before it listened; what it said is above`);
}

/** A fast market on a busy machine leaves little time for answers. */
const PATIENCE_MS = 30_000;
const AGAIN_MS = 300;
/** It could not say in time that it is done. */
const BUSY = 503;

/** Asks again while the simulator is busy: all that is asked for may be done twice. */
const controlAt =
  (url: string) =>
  async (method: string, path: string, body?: object): Promise<unknown> => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const response = await fetch(url + path, {
        method,
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).catch((error: unknown) => {
        throw new MachineError(`the simulator does not answer ${method} ${path}`, { cause: error });
      });
      if (response.ok) return response.json();
      await response.body?.cancel();
      if (response.status !== BUSY)
        throw new MachineError(`the simulator answers ${method} ${path} with ${response.status}`);
      await wait(systemClock, AGAIN_MS);
    }
  };
