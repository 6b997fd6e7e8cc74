import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

// Jest loads this file in a way that finds no other TypeScript: nothing of ours is imported.

const PREFIX = 'hedgehog-jest-';

/** Before the run: a folder for its server, which is started by the first test file that needs it. */
export default async function setUp(): Promise<void> {
  await sweep();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // The server does not run as root, so its account has to get in.
  chmodSync(folder, 0o755);
  process.env.HEDGEHOG_TEST_RUN = folder;
  Object.assign(globalThis, {
    async endDatabaseRun() {
      const url = process.env.HEDGEHOG_TEST_DATABASE_URL;
      if (url) await dropDatabases(url, folder);
      await remove(folder);
    },
  });
}

/** What runs that were killed left behind. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : 0);
    if (pid > 0 && !isRunning(pid)) await remove(join(tmpdir(), name));
  }
}

async function remove(folder: string): Promise<void> {
  const noted = join(folder, 'home');
  const home = existsSync(noted) ? readFileSync(noted, 'utf8') : join(folder, 'server/postgres');
  const pidFile = join(home, 'data/postmaster.pid');
  if (existsSync(pidFile)) {
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    // Its data is thrown away, so it need not shut down in order.
    if (isServerOf(home, pid)) process.kill(pid, 'SIGQUIT');
    for (let tries = 0; tries < 200 && isServerOf(home, pid); tries++) await sleep(10);
  }
  if (!home.startsWith(folder)) rmSync(dirname(home), { recursive: true, force: true, maxRetries: 5 });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function dropDatabases(url: string, folder: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [databasePrefix(folder)],
    );
    for (const { datname } of rows)
      await client.query(`DROP DATABASE ${client.escapeIdentifier(datname)} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}

/** What the names of the run's databases start with; another run on the same server has another prefix. */
export const databasePrefix = (folder: string): string =>
  `hedgehog_test_${folder.slice(folder.lastIndexOf('-') + 1).toLowerCase()}_${folder.split('-').at(-2)}_`;

/** A pid alone may be another process's by now; where there is no /proc it is believed. */
function isServerOf(home: string, pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === join(home, 'data');
  } catch {
    return !existsSync('/proc/self/cwd') && isRunning(pid);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
