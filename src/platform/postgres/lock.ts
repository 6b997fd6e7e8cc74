import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../error-facts.js';
import { MachineError } from '../machine-error.js';
import { isAlive, ownIdentity, pidOf } from './processes.js';

const POLL_MS = 20;

/**
 * Runs the work while no other process, and nobody else in this one, holds the lock file. A lock whose process has died is
 * broken, whatever it died of.
 *
 * @throws MachineError when a process that is alive has held the lock for `patienceMs`
 */
export async function withLock<T>(file: string, work: () => Promise<T>, patienceMs = 120_000): Promise<T> {
  const release = await acquire(file, patienceMs);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(file: string, patienceMs: number): Promise<() => void> {
  const deadlineMs = performance.now() + patienceMs;
  const ticket = `${ownIdentity()}-${randomUUID()}`;
  const own = `${file}.${ticket}`;
  // The lock appears with its holder's name in it, all at once: it is a link to a file that is complete.
  writeFileSync(own, ticket);
  try {
    while (!tryLink(own, file)) {
      const holder = holderOf(file);
      if (holder === undefined) continue;
      if (!isAlive(processIn(holder))) await breakLock(file, holder, deadlineMs - performance.now());
      else if (performance.now() > deadlineMs) throw heldTooLong(file, holder, patienceMs);
      else await sleep(POLL_MS);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => rmSync(file, { force: true });
}

/**
 * Removes the lock of a dead holder, and that one only. Whoever breaks it holds a lock that is named after the dead holder:
 * without it, one process could remove the lock that another one has just taken in place of the dead one.
 */
async function breakLock(file: string, holder: string, patienceMs: number): Promise<void> {
  await withLock(
    `${file}.of-${pidOf(holder)}-${holder.slice(-12)}`,
    async () => {
      if (holderOf(file) === holder) rmSync(file);
      rmSync(`${file}.${holder}`, { force: true });
    },
    patienceMs,
  );
}

function tryLink(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const UUID_LENGTH = 36;
const processIn = (ticket: string): string => ticket.slice(0, -UUID_LENGTH - 1);

function heldTooLong(file: string, holder: string, patienceMs: number): MachineError {
  return new MachineError(
    `process ${pidOf(holder)} has held ${file} for more than ${Math.round(patienceMs / 1_000)} s`,
  );
}
