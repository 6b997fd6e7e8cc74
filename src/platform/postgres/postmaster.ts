import { readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../error-facts.js';
import { MachineError } from '../machine-error.js';
import { WAY_OUT } from './binaries.js';
import { reasonIn } from './data-directory.js';
import { type Places, socketIn } from './places.js';
import { programOf } from './processes.js';
import { runProgram } from './programs.js';

/** A server as its pid file tells of it. */
export interface Postmaster {
  readonly pid: number;
  /** The folder of its socket. */
  readonly socketFolder: string;
  /** `starting`, `ready`, `stopping`. */
  readonly state: string;
}

/** The server that runs on the data directory; undefined when none does, whatever its pid file says. */
export function postmasterOf({ data }: Places): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const pid = Number(lines[0]);
  if (programOf(pid) !== 'postgres' || workingFolderOf(pid, data) === 'elsewhere') return undefined;
  return { pid, socketFolder: lines[4] ?? '', state: lines[7]?.trim() ?? 'starting' };
}

/**
 * Whether a process works in the data directory, as its server does: after the machine has started again, the pid in an old
 * pid file may be that of another server. Unknown where one may not look, as root in a container.
 */
function workingFolderOf(pid: number, data: string): 'here' | 'elsewhere' | 'unknown' {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data ? 'here' : 'elsewhere';
  } catch {
    return 'unknown';
  }
}

/** Whether the server takes connections, as found by making one. */
export async function isReady(places: Places): Promise<boolean> {
  const postmaster = postmasterOf(places);
  if (postmaster?.state !== 'ready') return false;
  return new Promise((resolve) => {
    const socket = connect(socketIn(postmaster.socketFolder));
    const answer = (isConnected: boolean) => () => {
      socket.destroy();
      resolve(isConnected);
    };
    socket.on('connect', answer(true)).on('error', answer(false));
  });
}

const START_SECONDS = 60;
const STOP_SECONDS = 60;
/** For the last processes of a server that was killed to notice it. */
const ORPHANS_LEAVE_MS = 10_000;

/**
 * Starts the server and waits until it takes connections. Called by who holds the lock.
 *
 * @throws MachineError with the reason from the server's log
 */
export async function startPostmaster(places: Places, binaries: string, socketFolder: string): Promise<void> {
  if (await makeWay(places, binaries)) return;
  // PostgreSQL would take the lock beside the socket for that of a server, as long as nobody has noticed that it was killed.
  for (const file of [socketIn(socketFolder), `${socketIn(socketFolder)}.lock`])
    rmSync(file, { force: true });
  const settings = [
    '-c listen_addresses=',
    '-c unix_socket_permissions=0700',
    '-c shared_buffers=128MB',
    '-c fsync=on',
    '-c logging_collector=off',
    '-c log_checkpoints=off',
    `-k "${socketFolder}"`,
  ].join(' ');
  const deadlineMs = performance.now() + ORPHANS_LEAVE_MS;
  for (;;) {
    const logged = sizeOf(places.log);
    const args = [
      'start',
      '-D',
      places.data,
      '-l',
      places.log,
      '-w',
      '-t',
      String(START_SECONDS),
      '-o',
      settings,
    ];
    const { code, output } = await runProgram(places, binaries, 'pg_ctl', args);
    if (code === 0) return;
    const said = tailOf(places.log, logged);
    const isWaitingForOrphans = /pre-existing shared memory block/.test(said);
    if (!isWaitingForOrphans || performance.now() > deadlineMs) {
      throw new MachineError(
        `PostgreSQL does not start on ${places.data}: ${reasonIn(said || output)}. Its log is ${places.log}. ${WAY_OUT}`,
      );
    }
    await sleep(100);
  }
}

/**
 * Makes way for a server: waits for one that is starting or stopping, stops one that has lost its socket, and removes a pid
 * file that would keep PostgreSQL from starting though its process is gone, or is now another program.
 *
 * @returns whether there is one after all
 */
async function makeWay(places: Places, binaries: string): Promise<boolean> {
  const deadlineMs = performance.now() + STOP_SECONDS * 1_000;
  for (;;) {
    const postmaster = postmasterOf(places);
    if (postmaster === undefined) break;
    if (await isReady(places)) return true;
    if (postmaster.state === 'ready') {
      if (workingFolderOf(postmaster.pid, places.data) === 'here') await stopPostmaster(places, binaries);
      break;
    }
    if (performance.now() > deadlineMs) {
      throw new MachineError(
        `PostgreSQL (process ${postmaster.pid}) on ${places.data} has been ${postmaster.state} for ${STOP_SECONDS} s. Its log ` +
          `is ${places.log}`,
      );
    }
    await sleep(50);
  }
  rmSync(join(places.data, 'postmaster.pid'), { force: true });
  return false;
}

/** Stops the server; its clients are cut off. Called by who holds the lock. */
export async function stopPostmaster(places: Places, binaries: string): Promise<void> {
  if (postmasterOf(places) === undefined) return;
  const args = ['stop', '-D', places.data, '-m', 'fast', '-w', '-t', String(STOP_SECONDS)];
  const { code, output } = await runProgram(places, binaries, 'pg_ctl', args);
  if (code !== 0 && postmasterOf(places) !== undefined) {
    throw new MachineError(`PostgreSQL on ${places.data} does not stop: ${reasonIn(output)}`);
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function tailOf(file: string, from: number): string {
  try {
    return readFileSync(file).subarray(from).toString('utf8');
  } catch {
    return '';
  }
}
