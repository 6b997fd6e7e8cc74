import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { placesFor } from '../../platform/postgres/places.js';
import { targetOf } from '../../warehouse/connection.js';
import { NODE_NEEDED, PROJECT_ROOT } from '../project-files.js';
import { type Check, type DoctorContext, type Finding, ok, problem, warning } from './check.js';
import { staleSource } from './stale-build.js';

const GB = 1_000_000_000;
const WARN_BELOW_BYTES = GB;
const PROBLEM_BELOW_BYTES = GB / 10;
/** A thousand symbols take one connection; but PostgreSQL's, the API's and the exchange's add up. */
const WARN_BELOW_FILES = 1_024;

export const nodeCheck: Check = {
  name: 'node',
  async run() {
    const { node } = process.versions;
    return isAtLeast(node, NODE_NEEDED)
      ? ok(`Node.js ${node}`)
      : problem(
          `Node.js ${node}, and Hedgehog needs ${NODE_NEEDED} or newer`,
          'install a newer Node.js, then npm ci',
        );
  },
};

/** Whether one version, such as 20.19.1, is another one, such as 20.19, or newer. */
export function isAtLeast(version: string, needed: string): boolean {
  const [is, least] = [version, needed].map((text) => text.split('.').map(Number));
  for (const [place, number] of (least ?? []).entries()) {
    const own = is?.[place] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

export const hedgehogCheck: Check = {
  name: 'hedgehog',
  async run({ version }) {
    const stale = await staleSource(PROJECT_ROOT);
    return stale === null
      ? ok(`Hedgehog ${version}`)
      : warning(`Hedgehog ${version}; ${stale} was changed after dist was built`, 'npm run build');
  },
};

/** Where the database and the tokens are, or will be, on this machine. */
function folders({ environment }: DoctorContext): readonly string[] {
  const target = targetOf(environment);
  const data = resolve(environment.HEDGEHOG_DATA_DIR || '.hedgehog');
  return target.kind === 'url' ? [data] : [...new Set([placesFor(data).home, data])];
}

/** The folder itself, or the one of those above it that is there. */
export function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(dirname(folder));
}

export const freeBytesOf = async (path: string): Promise<number> => {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
};

export const diskCheck: Check = {
  name: 'disk space',
  async run(context) {
    const disks = await Promise.all(
      folders(context).map(async (folder) => ({ folder, bytes: await context.freeBytes(existing(folder)) })),
    );
    const fullest = disks.reduce((a, b) => (b.bytes < a.bytes ? b : a));
    const found = `${sizeOf(fullest.bytes)} free for ${fullest.folder}`;
    if (fullest.bytes >= WARN_BELOW_BYTES) return ok(found);
    const remedy = 'free some, or name a folder on another disk in HEDGEHOG_DATA_DIR';
    return fullest.bytes < PROBLEM_BELOW_BYTES ? problem(found, remedy) : warning(found, remedy);
  },
};

const sizeOf = (bytes: number): string =>
  bytes >= GB ? `${(bytes / GB).toFixed(1)} GB` : `${Math.floor(bytes / 1_000_000)} MB`;

export const filesCheck: Check = {
  name: 'open files',
  async run() {
    const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits()) ?? [];
    if (soft === undefined) return null;
    const found = `a process may have ${soft} files and connections open`;
    return soft === 'unlimited' || Number(soft) >= WARN_BELOW_FILES
      ? ok(found)
      : warning(found, `ulimit -n ${WARN_BELOW_FILES} before hedgehog start, or LimitNOFILE= of its service`);
  },
};

/** Empty where the system does not tell. */
function limits(): string {
  const file = join('/proc', 'self', 'limits');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

export const systemClockCheck: Check = {
  name: 'system clock',
  async run() {
    return clockFinding(await timedatectl());
  },
};

/** @param said `yes` or `no`; anything else where nobody knows */
export function clockFinding(said: string): Finding | null {
  if (said === 'yes') return ok('kept in step over the network');
  return said === 'no' ? warning('nobody keeps it in step', 'timedatectl set-ntp true, or run chrony') : null;
}

const timedatectl = (): Promise<string> =>
  new Promise((done) => {
    execFile(
      'timedatectl',
      ['show', '--property=NTPSynchronized', '--value'],
      { timeout: 2_000 },
      (error, stdout) => done(error === null ? stdout.trim() : ''),
    );
  });
