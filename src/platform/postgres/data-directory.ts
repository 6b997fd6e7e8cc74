import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../machine-error.js';
import { WAY_OUT } from './binaries.js';
import { makePrivate, type Places } from './places.js';
import { runProgram } from './programs.js';

/** Whom all connections are made as; it owns everything in the server. */
export const SUPERUSER = 'hedgehog';

const INITDB = [
  ['--username', SUPERUSER],
  // The socket is in a folder that nobody else may enter, so whoever reaches it may connect.
  ['--auth', 'trust'],
  ['--encoding', 'UTF8'],
  // PostgreSQL's own C.UTF-8: the same on every machine, whatever locales it has.
  ['--no-locale', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
].flat();

/**
 * Makes the data directory unless there is one. It takes its name when it is complete, so none is ever seen half made.
 * Called by who holds the lock.
 *
 * @throws MachineError when it cannot be made, or is one that these programs cannot run
 */
export async function makeData(places: Places, binaries: string, version: string): Promise<void> {
  const { data, home, account } = places;
  if (existsSync(data)) return checkData(data, version);
  for (const name of readdirSync(home)) {
    if (name.startsWith('data-partial-')) rmSync(join(home, name), { recursive: true, force: true });
  }
  const partial = join(home, `data-partial-${randomUUID()}`);
  makePrivate(partial, account);
  const { code, output } = await runProgram(places, binaries, 'initdb', ['--pgdata', partial, ...INITDB]);
  if (code !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new MachineError(
      `PostgreSQL's data directory cannot be made at ${data}: ${reasonIn(output)}. ${WAY_OUT}`,
    );
  }
  renameSync(partial, data);
}

function checkData(data: string, version: string): void {
  const file = join(data, 'PG_VERSION');
  const made = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  const major = version.split('.')[0];
  const again = `To go on without what it holds, move it away: a new one is made then. ${WAY_OUT}`;
  if (made === undefined || !existsSync(join(data, 'global', 'pg_control'))) {
    throw new MachineError(
      `the data directory ${data} is damaged: it lacks PostgreSQL's own files. ${again}`,
    );
  }
  if (made !== major) {
    throw new MachineError(
      `the data directory ${data} is of PostgreSQL ${made}, and this Hedgehog brings PostgreSQL ${major}. Run the Hedgehog ` +
        `that made it and take its data out with pg_dump. ${again}`,
    );
  }
}

/** What a program said went wrong, in one line; its hints are about options that users do not have. */
export function reasonIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => /\b(error|FATAL|PANIC|could not|cannot)\b/i.test(line));
  const reason = (
    telling.at(-1) ??
    lines.filter((line) => line !== '').at(-1) ??
    'it did not say why'
  ).replace(/\.$/, '');
  return output.includes('No space left on device')
    ? `there is no space left on the disk (${reason})`
    : reason;
}
