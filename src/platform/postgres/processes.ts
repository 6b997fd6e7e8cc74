import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { codeOf } from '../error-facts.js';

/**
 * Who a process is: `<pid>-<boot>-<start>`. A pid alone may belong to another process later, or after the machine has
 * started again.
 */
export type ProcessIdentity = string;

/** The identity of a process that runs; undefined when there is none, or only what its parent has yet to take notice of. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (!exists(pid)) return undefined;
  const started = startOf(pid);
  return started === undefined ? undefined : `${pid}-${started}`;
}

/** This process. */
export const ownIdentity = (): ProcessIdentity => identityOf(process.pid) ?? `${process.pid}-unknown`;

export const pidOf = (identity: ProcessIdentity): number => Number.parseInt(identity, 10);

/** Whether the very process still runs, and not another one that has got its pid. */
export const isAlive = (identity: ProcessIdentity): boolean => identityOf(pidOf(identity)) === identity;

/** The name of the program that a process runs; undefined when there is no such process. */
export function programOf(pid: number): string | undefined {
  if (identityOf(pid) === undefined) return undefined;
  if (process.platform === 'linux') return readProc(`${pid}/comm`)?.trim();
  return ps(pid, 'comm')?.split('/').at(-1);
}

function exists(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps(pid, 'lstart')?.replaceAll(/\W+/g, '.');
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) return undefined;
  // The program's name stands in brackets and may hold anything; after it come the state and, as 20th field, the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isGone = fields[0] === 'Z' || fields[0] === 'X';
  return isGone ? undefined : `${bootId()}-${fields[19]}`;
}

let knownBootId: string | undefined;
function bootId(): string {
  knownBootId ??= readProc('sys/kernel/random/boot_id')?.slice(0, 8) ?? 'boot';
  return knownBootId;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: 'comm' | 'lstart'): string | undefined {
  try {
    const answer = execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return answer.toString().trim() || undefined;
  } catch {
    return undefined;
  }
}
