import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { codeOf } from '../error-facts.js';
import { MachineError } from '../machine-error.js';
import { WAY_OUT } from './binaries.js';
import type { Places } from './places.js';

export interface Ran {
  readonly code: number;
  /** What it printed on either stream. */
  readonly output: string;
}

/**
 * Runs one of PostgreSQL's programs as the server's account, in the home, without our environment: PGDATA, PGPORT and the like
 * would lead it elsewhere.
 *
 * @param binaries the folder that holds `bin`
 */
export function runProgram(
  { home, account }: Places,
  binaries: string,
  program: 'initdb' | 'pg_ctl',
  args: readonly string[],
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(binaries, 'bin', program), args, {
      cwd: home,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', ...keep('TZ'), ...keep('DYLD_LIBRARY_PATH') },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that Ctrl-C on our terminal does not reach the server through it.
      detached: true,
      ...account,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', (error) => reject(cannotRun(program, error)));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

const keep = (name: string): Record<string, string> => {
  const value = process.env[name];
  return value === undefined ? {} : { [name]: value };
};

function cannotRun(program: string, error: Error): MachineError {
  const reason =
    codeOf(error) === 'ENOENT'
      ? 'its C library is not on this machine (on Alpine it never is)'
      : error.message;
  return new MachineError(`PostgreSQL's ${program} cannot be run here: ${reason}. ${WAY_OUT}`, {
    cause: error,
  });
}
