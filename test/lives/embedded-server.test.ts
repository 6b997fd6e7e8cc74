import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Account, isRoot } from '../../src/platform/postgres/account.js';
import { inspectServer, stopServer, useEmbeddedServer } from '../../src/platform/postgres/embedded-server.js';
import { placesFor } from '../../src/platform/postgres/places.js';
import { postmasterOf } from '../../src/platform/postgres/postmaster.js';
import { openDatabase } from '../../src/warehouse/database.js';
import { dataDirectories } from '../support/data-directories.js';
import { databaseUsers, serverPid } from '../support/database-users.js';
import { aLog } from '../support/log.js';

const directories = dataDirectories();
const processes = databaseUsers();

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const open = (dataDirectory: string) =>
  openDatabase({ environment: { HEDGEHOG_DATA_DIR: dataDirectory }, log: aLog() });

describe('one server for all processes', () => {
  it('is made once and runs once when two start at the same time', async () => {
    const directory = directories.next();
    const users = [processes.start(directory), processes.start(directory), processes.start(directory)];
    const opened = await Promise.all(users.map((user) => user.opened));
    expect(new Set(opened.map(({ started }) => started)).size).toBe(1);
    expect(opened[0]?.started).toBeDefined();
    const { home } = placesFor(directory);
    expect(readdirSync(home).filter((name) => name.startsWith('data') || name.startsWith('lock'))).toEqual([
      'data',
    ]);
    expect(new Set(inspectServer(directory).users)).toEqual(new Set(users.map(({ pid }) => pid)));

    const pid = serverPid(directory) as number;
    await users[0]?.close();
    await users[1]?.close();
    expect(isAlive(pid)).toBe(true);
    await users[2]?.close();
    expect(serverPid(directory)).toBeUndefined();
  });

  it('outlives a process that is killed, and is taken over by the next one', async () => {
    const directory = directories.next();
    const first = processes.start(directory);
    const { started } = await first.opened;
    await first.kill();
    expect(serverPid(directory)).toBeDefined();
    expect(inspectServer(directory).users).toEqual([]);

    const second = processes.start(directory);
    expect((await second.opened).started).toBe(started);
    await second.close();
    expect(serverPid(directory)).toBeUndefined();
    expect(readdirSync(placesFor(directory).users)).toEqual([]);
  });

  it('is made whole though the process that was making it is killed', async () => {
    const directory = directories.next();
    const first = processes.start(directory);
    const { home } = placesFor(directory);
    while (!(existsSync(home) && readdirSync(home).some((name) => name.startsWith('data-partial')))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await first.kill();
    const database = await open(directory);
    await database.close();
  });

  it('stops when it is told to, and starts again for who needs it', async () => {
    const directory = directories.next();
    const database = await open(directory);
    const pid = serverPid(directory);
    expect(await stopServer(directory)).toBe(true);
    expect(serverPid(directory)).toBeUndefined();
    expect(await stopServer(directory)).toBe(false);

    const { rows } = await database.withRetry(() => database.pool.query('SELECT 1 AS one'));
    expect(rows).toEqual([{ one: 1 }]);
    expect(serverPid(directory)).not.toBe(pid);
    await database.close();
    expect(serverPid(directory)).toBeUndefined();
  });

  it('is started again after it was killed under an open pool', async () => {
    const directory = directories.next();
    const database = await open(directory);
    await database.pool.query('CREATE TABLE kept AS SELECT 7 AS number');
    const busy = database.pool.query('SELECT pg_sleep(60)');
    const failed = expect(busy).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.kill(serverPid(directory) as number, 'SIGKILL');
    await failed;
    const { rows } = await database.withRetry(() => database.pool.query('SELECT * FROM kept'));
    expect(rows).toEqual([{ number: 7 }]);
    await database.close();
  });

  it('is not mistaken for a process that has got its pid', async () => {
    const directory = directories.next();
    await (await open(directory)).close();
    const { data } = placesFor(directory);
    const lines = [process.pid, data, 0, 5432, join(dirname(data), 'socket'), '', '', 'ready'];
    writeFileSync(join(data, 'postmaster.pid'), `${lines.join('\n')}\n`);
    expect(serverPid(directory)).toBeUndefined();
    await (await open(directory)).close();
  });

  it('is started anew when its socket was removed', async () => {
    const directory = directories.next();
    const first = await open(directory);
    const pid = serverPid(directory);
    rmSync(join(placesFor(directory).home, 'socket'), { recursive: true });
    const second = await open(directory);
    expect(serverPid(directory)).not.toBe(pid);
    await second.close();
    await first.close();
  });

  it('listens on its socket only', async () => {
    const directory = directories.next();
    const database = await open(directory);
    const { rows } = await database.pool.query(`
      SELECT name, setting FROM pg_settings
      WHERE name IN ('listen_addresses', 'unix_socket_permissions', 'fsync', 'server_encoding', 'data_checksums')
      ORDER BY name`);
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      data_checksums: 'on',
      fsync: 'on',
      listen_addresses: '',
      server_encoding: 'UTF8',
      unix_socket_permissions: '0700',
    });
    const { socketFolder } = inspectServer(directory);
    expect(statSync(socketFolder as string).mode & 0o777).toBe(0o700);
    expect(statSync(placesFor(directory).data).mode & 0o777).toBe(0o700);
    await database.close();
  });

  it('works in a folder so deep that its socket must be elsewhere', async () => {
    const directory = directories.next('a-folder-with-a-long-name/'.repeat(5));
    const database = await open(directory);
    const { socketFolder } = inspectServer(directory);
    expect(socketFolder?.startsWith(directory)).toBe(false);
    await database.close();
    rmSync(socketFolder as string, { recursive: true });
  });
});

describe('a data directory that cannot be used', () => {
  it.each([
    [
      'of another version',
      (data: string) => writeFileSync(join(data, 'PG_VERSION'), '12\n'),
      'is of PostgreSQL 12',
    ],
    ['without its own files', (data: string) => rmSync(join(data, 'PG_VERSION')), 'is damaged'],
    [
      'without its settings',
      (data: string) => rmSync(join(data, 'postgresql.conf')),
      'PostgreSQL does not start',
    ],
    [
      'cut short',
      (data: string) => writeFileSync(join(data, 'global/pg_control'), ''),
      'PostgreSQL does not start',
    ],
  ])('%s: says so, and the way out', async (_name, spoil, message) => {
    const directory = directories.next();
    await (await useEmbeddedServer(directory)).release();
    spoil(placesFor(directory).data);
    const opening = open(directory);
    await expect(opening).rejects.toMatchObject({
      name: 'MachineError',
      message: expect.stringContaining(message),
    });
    await expect(opening).rejects.toThrow(/DATABASE_URL.*docker compose/);
    expect(inspectServer(directory).users).toEqual([]);
  });

  it('is a file: says so', async () => {
    const file = join(directories.folder, 'file');
    writeFileSync(file, '');
    for (const directory of [file, join(file, 'in-it')]) {
      await expect(open(directory)).rejects.toThrow(`HEDGEHOG_DATA_DIR: ${file} is a file`);
    }
  });
});

const NOBODY: Account = { uid: 65_534, gid: 65_534 };
/** Has a name, which initdb asks for, and nothing else. */
const ORDINARY: Account = { uid: 1, gid: 1 };

if (isRoot()) {
  describe('as root', () => {
    it('runs it as nobody, and everything else stays with root', async () => {
      const directory = directories.next();
      const database = await open(directory);
      const { home, data, account } = placesFor(directory);
      expect(account).toEqual(NOBODY);
      expect([statSync(home).uid, statSync(data).uid]).toEqual([0, NOBODY.uid]);
      expect(statSync(`/proc/${serverPid(directory)}`).uid).toBe(NOBODY.uid);
      await database.close();
    });

    it('works in a project that only root can enter', async () => {
      mkdirSync(join(directories.folder, 'private'), { mode: 0o700 });
      const directory = directories.next('private/engine/.hedgehog');
      const user = processes.start(directory);
      expect((await user.opened).error).toBeUndefined();
      expect(inspectServer(directory).places.home).toMatch(/^\/var\/lib\/hedgehog\/engine-/);
      expect(existsSync(directory)).toBe(false);
      await user.close();
    });

    it("uses an ordinary user's data directory as that user's", async () => {
      const directory = ownedBy(ORDINARY);
      const theirs = processes.start(join(directory, 'mine'), { account: ORDINARY });
      const { started } = await theirs.opened;
      const ours = processes.start(join(directory, 'mine'));
      expect((await ours.opened).started).toBe(started);
      await theirs.close();
      await ours.close();
      const again = processes.start(join(directory, 'mine'));
      await again.opened;
      expect(statSync(`/proc/${postmasterOf(placesFor(join(directory, 'mine')))?.pid}`).uid).toBe(
        ORDINARY.uid,
      );
      await again.close();
      const theirsAgain = processes.start(join(directory, 'mine'), { account: ORDINARY });
      expect((await theirsAgain.opened).error).toBeUndefined();
      await theirsAgain.close();
    });
  });

  describe('as an ordinary user', () => {
    it('runs it as that user, in a folder that nobody else can enter', async () => {
      const directory = join(ownedBy(ORDINARY), '.hedgehog');
      const user = processes.start(directory, { account: ORDINARY });
      expect(await user.opened).toMatchObject({ uid: ORDINARY.uid, user: 'hedgehog' });
      expect(statSync(directory)).toMatchObject({ uid: ORDINARY.uid, mode: 0o40700 });
      expect(statSync(`/proc/${serverPid(directory)}`).uid).toBe(ORDINARY.uid);
      await user.close();
    });

    it('two at once: one server', async () => {
      const directory = join(ownedBy(ORDINARY), '.hedgehog');
      const users = [1, 2].map(() => processes.start(directory, { account: ORDINARY }));
      const [one, two] = await Promise.all(users.map((user) => user.opened));
      expect(one?.started).toBe(two?.started);
      await Promise.all(users.map((user) => user.close()));
    });

    it("says whose it is when it is another user's", async () => {
      const directory = directories.next();
      await (await open(directory)).close();
      const user = processes.start(directory, { account: ORDINARY });
      const { error } = await user.opened;
      expect(error).toContain('it belongs to the user with the id 0');
      expect(error).toContain('HEDGEHOG_DATA_DIR');
    });
  });
}

function ownedBy({ uid, gid }: Account): string {
  const directory = directories.next();
  mkdirSync(directory, { mode: 0o755 });
  chownSync(directory, uid, gid);
  return directory;
}
