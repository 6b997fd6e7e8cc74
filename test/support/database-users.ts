import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach } from '@jest/globals';
import { type Account, canReach } from '../../src/platform/postgres/account.js';
import { placesFor } from '../../src/platform/postgres/places.js';
import { postmasterOf } from '../../src/platform/postgres/postmaster.js';

export interface Opened {
  /** When its server was started. */
  readonly started: string;
  readonly uid: number;
  readonly tookMs: number;
  readonly migrated: readonly string[];
  readonly error?: string;
}

/** A process that has a database open. */
export interface DatabaseUser {
  readonly pid: number;
  /** What it told once it was open. */
  readonly opened: Promise<Opened>;
  /** Closes the database and ends the process. */
  close(): Promise<void>;
  kill(): Promise<void>;
}

export interface UserOptions {
  readonly account?: Account;
  readonly task?: 'migrate';
  readonly environment?: NodeJS.ProcessEnv;
}

/** Starts processes that use the database in a data directory; what is left of them ends with the test. */
export function databaseUsers() {
  const started: DatabaseUser[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((user) => user.kill()));
  });
  return {
    start(dataDirectory: string, { account, task, environment }: UserOptions = {}): DatabaseUser {
      const { root, node } = account === undefined ? ourProject : projectFor(account);
      const script = join(root, 'test/support/database-user.mjs');
      const child = spawn(node, [script, join(root, 'dist'), ...(task === undefined ? [] : [task])], {
        cwd: root,
        env: { PATH: process.env.PATH, HEDGEHOG_DATA_DIR: dataDirectory, ...environment },
        stdio: ['pipe', 'pipe', 'inherit'],
        ...account,
      });
      const user = userOf(child);
      started.push(user);
      return user;
    },
  };
}

function userOf(child: ChildProcess): DatabaseUser {
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const opened = new Promise<Opened>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (line) =>
      resolve(JSON.parse(line)),
    );
    child.once('error', reject);
    void ended.then(() => reject(new Error('the process ended and told nothing')));
  });
  opened.catch(() => {});
  return {
    pid: child.pid as number,
    opened,
    async close() {
      child.stdin?.end();
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const ourProject = { root: process.cwd(), node: process.execPath };
let copied: { readonly root: string; readonly node: string } | undefined;

/** This project, or a copy of what runs of it where the account cannot get in. */
function projectFor(account: Account): typeof ourProject {
  if (canReach(realpathSync(ourProject.root), account) && canReach(realpathSync(process.execPath), account)) {
    return ourProject;
  }
  if (copied !== undefined) return copied;
  const root = mkdtempSync(join(tmpdir(), 'hedgehog-test-copy-'));
  chmodSync(root, 0o755);
  for (const path of ['dist', 'package.json', 'node_modules'])
    cpSync(path, join(root, path), { recursive: true });
  mkdirSync(join(root, 'test/support'), { recursive: true });
  cpSync('test/support/database-user.mjs', join(root, 'test/support/database-user.mjs'));
  cpSync(realpathSync(process.execPath), join(root, 'node'));
  execFileSync('chmod', ['-R', 'a+rX', root]);
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  copied = { root, node: join(root, 'node') };
  return copied;
}

/** The pid of the server on a data directory, if it runs. */
export const serverPid = (dataDirectory: string): number | undefined =>
  postmasterOf(placesFor(dataDirectory))?.pid;
