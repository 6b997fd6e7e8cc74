import { existsSync, statSync } from 'node:fs';
import { codeOf, messageOf } from '../error-facts.js';
import { MachineError } from '../machine-error.js';
import { copyBinaries, findBinaries, WAY_OUT } from './binaries.js';
import { makeData } from './data-directory.js';
import { withLock } from './lock.js';
import { makeHome, makeSocketFolder, type Places, placesFor, socketFolder } from './places.js';
import { isReady, postmasterOf, startPostmaster, stopPostmaster } from './postmaster.js';
import { forgetTheDead, register, users } from './users.js';

/** A use of the server that belongs to a data directory. It runs while anybody uses it, in any process. */
export interface EmbeddedServer {
  readonly places: Places;
  /** The folder of the socket to connect to, once the server runs: it is started again when it was stopped meanwhile. */
  reach(): Promise<string>;
  /** Ends this use; the last one stops the server. */
  release(): Promise<void>;
}

/**
 * Uses the server of a data directory: makes the directory when there is none, starts the server when it does not run, or
 * takes it as it runs, whoever started it.
 *
 * @throws MachineError when there is no server for this platform, or it cannot be started
 * @throws InputError when PostgreSQL could not take such a path
 */
export async function useEmbeddedServer(dataDirectory: string): Promise<EmbeddedServer> {
  const binaries = findBinaries();
  const places = placesFor(dataDirectory);
  try {
    makeHome(places);
    const leave = await withLock(places.lock, async () => {
      await run(places, binaries);
      return register(places.users);
    });
    return new Use(places, leave);
  } catch (error) {
    throw explained(error, places);
  }
}

class Use implements EmbeddedServer {
  private starting: Promise<void> | undefined;
  private isReleased = false;

  constructor(
    readonly places: Places,
    private readonly leave: () => void,
  ) {}

  async reach(): Promise<string> {
    if (!(await isReady(this.places))) {
      if (this.isReleased) throw new MachineError('the server was released');
      this.starting ??= withLock(this.places.lock, () => run(this.places, findBinaries())).finally(() => {
        this.starting = undefined;
      });
      await this.starting;
    }
    return (postmasterOf(this.places)?.socketFolder || socketFolder(this.places)) ?? '';
  }

  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    await withLock(this.places.lock, async () => {
      this.leave();
      forgetTheDead(this.places.users);
      if (users(this.places.users).length > 0) return;
      await stopPostmaster(this.places, copyBinaries(findBinaries(), this.places.binaries));
    });
  }
}

/** Called by who holds the lock. */
async function run(places: Places, binaries: ReturnType<typeof findBinaries>): Promise<void> {
  if (await isReady(places)) return;
  const programs = copyBinaries(binaries, places.binaries);
  await makeData(places, programs, binaries.version);
  await startPostmaster(places, programs, makeSocketFolder(places));
}

/** What there is of a server, without touching it. */
export interface ServerState {
  readonly places: Places;
  readonly isMade: boolean;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  readonly socketFolder: string | undefined;
  /** The pids of its users. */
  readonly users: readonly number[];
}

export function inspectServer(dataDirectory: string): ServerState {
  const places = placesFor(dataDirectory);
  try {
    const postmaster = postmasterOf(places);
    return {
      places,
      isMade: existsSync(places.data),
      pid: postmaster?.pid,
      socketFolder: postmaster?.socketFolder ?? socketFolder(places),
      users: users(places.users),
    };
  } catch (error) {
    throw explained(error, places);
  }
}

/** Stops the server whoever uses it, and tells whether it ran. Who needs it again starts it again. */
export async function stopServer(dataDirectory: string): Promise<boolean> {
  const places = placesFor(dataDirectory);
  if (!existsSync(places.data)) return false;
  try {
    return await withLock(places.lock, async () => {
      const wasRunning = postmasterOf(places) !== undefined;
      if (wasRunning) await stopPostmaster(places, copyBinaries(findBinaries(), places.binaries));
      return wasRunning;
    });
  } catch (error) {
    throw explained(error, places);
  }
}

/** Says what to do about the file system's refusals. */
function explained(error: unknown, { home }: Places): unknown {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new MachineError(`there is no space left on the disk for the database in ${home}. ${WAY_OUT}`, {
      cause: error,
    });
  }
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(code)) return error;
  const owner = statSync(home, { throwIfNoEntry: false })?.uid;
  const whose =
    owner === undefined || owner === process.getuid?.()
      ? ''
      : `; it belongs to the user with the id ${owner}`;
  return new MachineError(
    `the database's folder ${home} cannot be used: ${messageOf(error)}${whose}. Run this as its owner, or name another ` +
      `folder in HEDGEHOG_DATA_DIR. ${WAY_OUT}`,
    { cause: error },
  );
}
