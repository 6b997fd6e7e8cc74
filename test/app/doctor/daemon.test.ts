import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { announce } from '../../../src/control/announcement.js';
import { controlPlaces, makeControlFolder } from '../../../src/control/control-places.js';
import { systemClock } from '../../../src/platform/system-clock.js';
import { takeRunningLock } from '../../../src/warehouse/running-lock.js';
import { controlledEngine } from '../../support/control.js';
import { doctors } from '../../support/doctor.js';
import { aLog } from '../../support/log.js';
import { eventually } from '../../support/running-hedgehog.js';
import { aScriptedServer } from '../../support/scripted-http.js';
import { tempFolder } from '../../support/temp-folder.js';

const HOLDER = { pid: 4711, host: 'a-host', sinceMs: 1_760_000_000_000, version: '0.1.0' };

const { diagnosis } = doctors();
const folder = tempFolder();

/** A data directory where somebody says that he runs. */
function announced(name: string, pid: number, port: number | null) {
  const environment = { HEDGEHOG_DATA_DIR: folder.path(name) };
  const places = controlPlaces(environment);
  makeControlFolder(places);
  for (const token of [places.fullToken, places.readToken])
    writeFileSync(token, 'x'.repeat(43), { mode: 0o600 });
  announce(places.announcement, {
    pid,
    port,
    host: '127.0.0.1',
    socket: null,
    version: '1.2.3',
    database: 'd',
  });
  return { environment, places };
}

describe('the doctor, of a Hedgehog that runs', () => {
  const hedgehog = controlledEngine(['XRPUSDT']);
  const environment = () => ({
    ...hedgehog.db.environment,
    HEDGEHOG_DATA_DIR: join(hedgehog.places.folder, '../..'),
  });

  it('finds nothing wrong with one that is well', async () => {
    const database = await hedgehog.db.open();
    const lock = await takeRunningLock(database, {
      clock: systemClock,
      log: aLog(),
      holder: HOLDER,
      onLost: () => {},
    });
    const found = await diagnosis(environment());
    expect(found.daemon).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/^runs as process \d+ and answers within \d+ ms, version 1\.2\.3$/),
    });
    expect(found.readiness).toMatchObject({ status: 'ok', found: 'everything runs' });
    expect(found['control port']).toMatchObject({
      status: 'ok',
      found: `Hedgehog listens on port ${hedgehog.port}`,
    });
    expect(found['token files']?.status).toBe('ok');
    expect(found['running lock']).toMatchObject({ status: 'ok', found: 'held by the Hedgehog that runs' });
    lock?.release();
    expect((await diagnosis(environment()))['running lock']).toMatchObject({
      status: 'warning',
      found: 'the Hedgehog that runs does not hold it at the moment',
    });
    await database.close();
  });

  it('tells what it has given up, why, and what starts it again', async () => {
    await hedgehog.ask('/v1/services/streaming/start', { body: { symbols: ['XRPUSDT'] } });
    await eventually(
      () => hedgehog.ask('/readyz'),
      'it is given up',
      ({ json }) => json.givenUp.length > 0,
    );
    expect((await diagnosis(environment())).readiness).toMatchObject({
      status: 'problem',
      found: 'streaming: XRPUSDT is given up: there is no tape of XRPUSDT',
      remedy: 'when that is mended, hedgehog streaming start XRPUSDT',
    });
  });

  it('tells that it is of another version', async () => {
    expect((await diagnosis(environment(), { version: '9.9.9' })).daemon).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('is of version 1.2.3, and this of 9.9.9'),
    });
  });

  it('tells that others can read a token, and shows none', async () => {
    for (const [file, mode] of [
      [hedgehog.places.fullToken, 0o644],
      [hedgehog.places.readToken, 0o640],
      [hedgehog.places.folder, 0o755],
    ] as const) {
      chmodSync(file, mode);
      const found = await diagnosis(environment());
      expect(found['token files']).toMatchObject({
        status: 'problem',
        found: `${file} is open to other users (mode 0${mode.toString(8)})`,
      });
      expect(JSON.stringify(found)).not.toContain(hedgehog.tokens.full);
      expect(JSON.stringify(found)).not.toContain(hedgehog.tokens.read);
      chmodSync(file, file === hedgehog.places.folder ? 0o700 : 0o600);
    }
    expect((await diagnosis(environment()))['token files']?.status).toBe('ok');
  });
});

describe('the doctor, of a Hedgehog that does not do as it should', () => {
  it('tells that none runs, also when one ended without a word', async () => {
    const fresh = await diagnosis({ HEDGEHOG_DATA_DIR: folder.path('fresh') });
    expect(fresh.daemon).toMatchObject({ status: 'ok', found: 'none runs; hedgehog start starts one' });
    expect(fresh.readiness).toBeUndefined();
    expect(fresh['token files']).toBeUndefined();
    const { pid } = spawnSync('true');
    const { environment } = announced('dead', pid, null);
    expect((await diagnosis(environment)).daemon).toMatchObject({
      status: 'ok',
      found: expect.stringContaining(`process ${pid} has ended without a word`),
    });
  });

  it('gives its reasons for not being ready', async () => {
    const server = await aScriptedServer();
    server.on('GET /healthz', { body: { status: 'alive' } });
    server.on('GET /readyz', {
      status: 503,
      body: { ready: false, reasons: ['Trading does not run', 'no database'], givenUp: [] },
    });
    const { environment } = announced('unready', process.pid, Number(new URL(server.url).port));
    expect((await diagnosis(environment)).readiness).toMatchObject({
      status: 'problem',
      found: 'Trading does not run; no database',
    });
    await server.stop();
  });

  it.each([
    [
      { error: { code: 'failed', message: 'this could not be done' } },
      'the Hedgehog that runs says: this could not be done',
    ],
    ['out of order', 'the Hedgehog that runs says: status 500, "out of order"'],
  ])('says what it answers when that is nothing of readiness: %j', async (body, found) => {
    const server = await aScriptedServer();
    server.on('GET /healthz', { body: { status: 'alive' } });
    server.on('GET /readyz', { status: 500, body });
    const { environment } = announced('failing', process.pid, Number(new URL(server.url).port));
    const { readiness } = await diagnosis(environment);
    // Before anything is expected: with a server that still listens, a failure would never end.
    await server.stop();
    expect(readiness).toMatchObject({ status: 'problem', found });
  });

  it('waits no longer than it is patient for one that hangs', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on('error', () => {})));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { environment } = announced('hanging', process.pid, (silent.address() as AddressInfo).port);
    const found = await diagnosis(environment, { patienceMs: 200 });
    expect(found.daemon).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('does not answer'),
    });
    expect(found.readiness?.status).toBe('not-checked');
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('tells that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const environment = { HEDGEHOG_DATA_DIR: folder.path('fresh'), HEDGEHOG_CONTROL_PORT: String(port) };
    expect((await diagnosis(environment))['control port']).toMatchObject({
      status: 'warning',
      found: expect.stringContaining(`another program listens on 127.0.0.1:${port}`),
    });
    other.close();
    await once(other, 'close');
    expect((await diagnosis(environment))['control port']).toMatchObject({ status: 'ok' });
  });

  it('tells what is wrong with the folders and the files of keys', async () => {
    const file = folder.write('');
    expect((await diagnosis({ HEDGEHOG_DATA_DIR: file }))['data directory']).toMatchObject({
      status: 'problem',
      found: `${file} is a file and no folder`,
    });
    const keys = folder.write('{"apiKey": "visible-key", "secret": "visible-secret"}');
    chmodSync(keys, 0o644);
    const { configuration, exchange } = await diagnosis({
      HEDGEHOG_DATA_DIR: folder.path('fresh'),
      HEDGEHOG_EXCHANGE: 'simulator',
      HEDGEHOG_API_SECRET_FILE: keys,
    });
    expect(configuration).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('has mode 0644; allowed are 0600'),
    });
    expect(exchange).toMatchObject({ status: 'not-checked', found: 'the configuration cannot be used' });
    expect(configuration?.found).not.toContain('visible');
    expect(readFileSync(keys, 'utf8')).toContain('visible-secret');
  });

  it('looks nowhere that a configuration names which cannot be read', async () => {
    const { environment } = announced('other', process.pid, 1);
    const { configuration, ...others } = await diagnosis(environment, { unreadable: 'it is a directory' });
    expect(configuration).toMatchObject({
      status: 'problem',
      found: 'it is a directory',
      remedy: 'mend the file, or name another one with --config',
    });
    const looked = Object.values(others).filter(({ status }) => status !== 'not-checked');
    for (const { name } of looked) expect(['node', 'open files', 'system clock']).toContain(name);
    for (const name of ['data directory', 'disk space', 'daemon', 'token files', 'database', 'exchange'])
      expect(others[name]).toMatchObject({
        status: 'not-checked',
        found: 'the configuration cannot be used',
      });
  });

  it('tells how much is free on the disk, of the folder or of what is above it', async () => {
    const asked: string[] = [];
    const free = (bytes: number) =>
      diagnosis(
        { HEDGEHOG_DATA_DIR: folder.path('not/made/yet') },
        {
          freeBytes: async (path) => {
            asked.push(path);
            return bytes;
          },
        },
      );
    expect((await free(1_000_000_000))['disk space']).toMatchObject({
      status: 'ok',
      found: expect.stringContaining('1.0 GB free'),
    });
    expect((await free(999_999_999))['disk space']).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('999 MB free'),
    });
    expect((await free(100_000_000))['disk space']?.status).toBe('warning');
    expect((await free(99_999_999))['disk space']).toMatchObject({ status: 'problem' });
    mkdirSync(folder.path('not'), { recursive: true });
    asked.splice(0);
    await free(1);
    expect(asked).toContain(folder.path('not'));
  });
});
