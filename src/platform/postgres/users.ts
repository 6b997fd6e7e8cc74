import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../error-facts.js';
import { isAlive, ownIdentity, pidOf } from './processes.js';

const UUID_LENGTH = 36;

/** Notes in the folder that this process uses the server. Called by who holds the lock, as are the functions below. */
export function register(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${ownIdentity()}-${randomUUID()}`);
  writeFileSync(file, '');
  return () => rmSync(file, { force: true });
}

/** The pids of the processes that use the server, one for each use. What dead processes left is forgotten. */
export function users(folder: string): readonly number[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
  return names.filter((name) => isAlive(name.slice(0, -UUID_LENGTH - 1))).map(pidOf);
}

/** Removes what dead processes left. */
export function forgetTheDead(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!isAlive(name.slice(0, -UUID_LENGTH - 1))) rmSync(join(folder, name), { force: true });
  }
}
