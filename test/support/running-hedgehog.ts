import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach } from '@jest/globals';
import type { Environment } from '../../src/warehouse/connection.js';
import type { Ran } from './hedgehog.js';

export interface RunningHedgehog {
  readonly pid: number;
  /** Everything it has logged so far. */
  output(): string;
  /** Waits for a line, counted from the process's start. */
  says(text: string | RegExp): Promise<void>;
  /** Asks it to end; resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
}

const CLI = 'dist/src/app/cli.js';
const running = new Set<ChildProcess>();

/** Starts `hedgehog start` as users do, in a process of its own, and waits until it says that it runs. */
export async function startHedgehog(environment: Environment): Promise<RunningHedgehog> {
  const started = spawnHedgehog(environment);
  await started.says('Hedgehog runs');
  return started;
}

/** Files and a port of its own: the tests' daemons meet neither one another nor one that somebody runs here. */
const apart = (): Environment => ({
  HEDGEHOG_DATA_DIR: join(process.env.HEDGEHOG_TEST_RUN ?? tmpdir(), 'daemons'),
  HEDGEHOG_CONTROL_PORT: '0',
});

export function spawnHedgehog(environment: Environment): RunningHedgehog {
  const child = spawn(process.execPath, [CLI, 'start'], {
    env: { ...process.env, ...apart(), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  const isSaid = (what: string | RegExp): boolean =>
    typeof what === 'string' ? text.includes(what) : what.test(text);
  return {
    pid: child.pid ?? 0,
    output: () => text,
    ended,
    signal: (signal) => child.kill(signal),
    async says(what) {
      await eventually(
        () => {
          if (!isSaid(what) && child.exitCode !== null)
            throw new Error(`it ended without saying ${String(what)}:\n${text}`);
          return isSaid(what);
        },
        `it says ${String(what)}`,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${text}`, { cause: error });
      });
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Starts `hedgehog simulator` on a free port, in a process of its own; resolves to where it listens. */
export async function startSimulator(...args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [CLI, 'simulator', '--port', '0', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return Promise.reject(new Error(`the simulator ended with ${String(code)}`));
  });
  // It ends, without a word, with the test as well.
  ended.catch(() => {});
  const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
  return (JSON.parse(line.toString()) as { readonly port: number }).port;
}

/** Ends what a test that failed left running. */
export function endAfterEach(): void {
  afterEach(endAll);
}

/** Ends every process that runs still. */
export async function endAll(): Promise<void> {
  const left = [...running];
  for (const child of left) child.kill('SIGKILL');
  await Promise.all(left.map((child) => once(child, 'close').catch(() => {})));
}

/** Runs another command of the command line on the same database. @param hear told of what it says on standard error, as it says it */
export const commandsOn =
  (environment: () => Environment, hear: (text: string) => void = () => {}) =>
  (...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const env = { ...process.env, ...apart(), ...environment() };
      const child = execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
        resolve({ code, stdout, stderr });
      });
      child.stderr?.on('data', hear);
    });

const PATIENCE_MS = 15_000;

/** Waits until it is so; fails with what it last was. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  what: string,
  isSo: (value: T) => boolean = Boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (performance.now() > until)
      throw new Error(`waited in vain until ${what}; at last: ${JSON.stringify(value)}`);
    await sleep(20);
  }
}
