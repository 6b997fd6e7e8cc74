import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line in a process of its own, as a user does. */
export function hedgehog(...args: string[]): Promise<Ran> {
  return hedgehogIn({}, ...args);
}

/** The same with these variables besides; one that is undefined is taken away. */
export function hedgehogIn(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> {
  return hedgehogAt('.', environment, ...args);
}

const CLI = join(process.cwd(), 'dist/src/app/cli.js');

/** The same in another working directory. */
export function hedgehogAt(cwd: string, environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [CLI, ...args],
      { cwd, maxBuffer: 1 << 28, env: { ...process.env, ...environment } },
      (error, stdout, stderr) => {
        resolve({
          code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
          stdout,
          stderr,
        });
      },
    );
  });
}
