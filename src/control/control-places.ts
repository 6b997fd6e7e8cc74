import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { MachineError } from '../platform/machine-error.js';
import { type Environment, fileNameOf, targetOf } from '../warehouse/connection.js';

/** The files that a daemon and the commands meet at; one folder for each database. */
export interface ControlPlaces {
  readonly folder: string;
  /** Says where the daemon is, while one runs. */
  readonly announcement: string;
  readonly fullToken: string;
  readonly readToken: string;
}

/** Of the path of a unix socket, on macOS; Linux allows four bytes more. */
const SOCKET_PATH_BYTES = 103;

/**
 * The folder `control/<database>` in HEDGEHOG_DATA_DIR, or else in `.hedgehog`: so daemons on several databases do not meet.
 *
 * @throws InputError when the environment names no database that could be
 */
export function controlPlaces(environment: Environment): ControlPlaces {
  const data = resolve(environment.HEDGEHOG_DATA_DIR || '.hedgehog');
  const folder = join(data, 'control', fileNameOf(targetOf(environment)));
  return {
    folder,
    announcement: join(folder, 'control.json'),
    fullToken: join(folder, 'control.token'),
    readToken: join(folder, 'control.read.token'),
  };
}

/**
 * Makes the folder, which nobody else may enter.
 *
 * @throws MachineError when it is somebody else's
 */
export function makeControlFolder({ folder }: ControlPlaces): void {
  // Those above it are not ours alone: the database's own folder is among them.
  mkdirSync(resolve(folder, '../..'), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.())
    throw new MachineError(`${folder} is not a folder of this user's own; move it away`);
  chmodSync(folder, 0o700);
}

/** Where the unix socket is to be; in a new private folder elsewhere when the path would be too long for one. */
export function socketPath({ folder }: ControlPlaces): string {
  const usual = join(folder, 'control.sock');
  if (Buffer.byteLength(usual) <= SOCKET_PATH_BYTES) return usual;
  return join(mkdtempSync(join(tmpdir(), 'hedgehog-')), 'control.sock');
}

/** Removes the socket, and its folder when that was made for it alone. */
export function removeSocket({ folder }: ControlPlaces, socket: string): void {
  rmSync(socket, { force: true });
  if (dirname(socket) !== folder) rmdirSync(dirname(socket));
}
