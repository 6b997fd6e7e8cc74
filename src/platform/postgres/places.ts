import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf } from '../error-facts.js';
import { InputError } from '../input-error.js';
import { type Account, accountFor, canReach, isRoot } from './account.js';

/** Where a server's things are. */
export interface Places {
  /** Everything is in here, except a socket whose path would be too long. */
  readonly home: string;
  /** PostgreSQL's own data directory, which also holds the server's log. */
  readonly data: string;
  readonly log: string;
  readonly binaries: string;
  readonly users: string;
  readonly lock: string;
  /** Who runs the server; undefined for the user of this process. */
  readonly account: Account | undefined;
}

/** Where servers are whose project folder their account cannot reach. */
const SHARED_HOME = '/var/lib/hedgehog';
const SOCKET_NAME = '.s.PGSQL.5432';
/** Of the path of a unix socket, on macOS; Linux allows four bytes more. */
const SOCKET_PATH_BYTES = 103;

/**
 * The places that belong to a data directory, which need not exist yet.
 *
 * @throws InputError when PostgreSQL could not take such a path
 */
export function placesFor(dataDirectory: string): Places {
  const given = resolve(dataDirectory);
  refuseFile(given);
  const wanted = join(realPath(given), 'postgres');
  const account = accountFor(join(wanted, 'data'));
  const home = account === undefined || canReach(wanted, account) ? wanted : sharedHomeOf(wanted);
  // pg_ctl hands its paths to a shell, in double quotes.
  if (/["$`\\\n]/.test(home)) {
    throw new InputError(
      `HEDGEHOG_DATA_DIR is ${JSON.stringify(dataDirectory)}, in ${home}: PostgreSQL takes no path with ", $, \`, \\ or a ` +
        'line break in it; name another folder in HEDGEHOG_DATA_DIR',
    );
  }
  const data = join(home, 'data');
  return {
    home,
    data,
    log: join(data, 'server.log'),
    binaries: join(home, 'binaries'),
    users: join(home, 'users'),
    lock: join(home, 'lock'),
    account: home === wanted ? account : accountFor(data),
  };
}

/** Makes the home; others than the server's account and the user have no business in it. */
export function makeHome({ home, account }: Places): void {
  makeFolders(home, account === undefined ? 0o700 : 0o755);
}

/**
 * The folder of the server's socket: within the home unless the path would be too long for a socket. A folder elsewhere has
 * a random name, which is noted in the home, so nobody can have made it first. Called by who holds the lock.
 */
export function makeSocketFolder(places: Places): string {
  const { home, account } = places;
  const usual = join(home, 'socket');
  const known = socketFolder(places);
  if (known !== undefined && isOurs(known, account)) return known;
  if (fits(usual)) {
    makePrivate(usual, account);
    return usual;
  }
  const base = [tmpdir(), '/tmp'].find((folder) => fits(join(folder, 'hedgehog-XXXXXX'))) ?? '/tmp';
  const folder = isRoot()
    ? mkdtempSync(join(makeFolders(SHARED_HOME, 0o755), 'socket-'))
    : mkdtempSync(join(base, 'hedgehog-'));
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  writeFileSync(join(home, 'socket-folder'), folder);
  return folder;
}

/** The folder of the server's socket as it was made; undefined when none was. */
export function socketFolder({ home }: Places): string | undefined {
  const usual = join(home, 'socket');
  if (fits(usual)) return existsSync(usual) ? usual : undefined;
  try {
    return readFileSync(join(home, 'socket-folder'), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes a folder that only the server's account, and root, may enter. */
export function makePrivate(folder: string, account: Account | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
}

export const socketIn = (folder: string): string => join(folder, SOCKET_NAME);

const fits = (folder: string): boolean => Buffer.byteLength(socketIn(folder)) <= SOCKET_PATH_BYTES;

function isOurs(folder: string, account: Account | undefined): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  const owner = account?.uid ?? process.getuid?.();
  return stat?.isDirectory() === true && stat.uid === owner && (stat.mode & 0o077) === 0;
}

/** Makes what is missing of the path, whatever the umask says. */
export function makeFolders(path: string, mode: number): string {
  if (existsSync(path)) return path;
  makeFolders(dirname(path), mode);
  try {
    // Not recursively: where a folder can never be made, as in /proc, Node would try for ever.
    mkdirSync(path);
    chmodSync(path, mode);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  return path;
}

function refuseFile(path: string): void {
  if (dirname(path) !== path) refuseFile(dirname(path));
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new InputError(`HEDGEHOG_DATA_DIR: ${path} is a file; the database needs a folder`);
  }
}

/** The path without symbolic links; what does not exist of it is taken as it is. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return join(realPath(dirname(path)), basename(path));
  }
}

/** `/var/lib/hedgehog/engine-1a2b3c4d5e6f/postgres` for `/srv/engine/.hedgehog/postgres`. */
function sharedHomeOf(wanted: string): string {
  const project =
    basename(dirname(dirname(wanted)))
      .replaceAll(/[^\w.-]/g, '_')
      .slice(0, 30) || 'root';
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  return join(SHARED_HOME, `${project}-${hash}`, 'postgres');
}
