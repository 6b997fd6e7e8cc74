import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { announce, announcedIn } from '../../src/control/announcement.js';
import { runningHedgehog } from '../../src/control/client.js';
import { Door } from '../../src/control/door.js';
import { RefusalLog } from '../../src/control/refusal-log.js';
import { MachineError } from '../../src/platform/machine-error.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { controlledEngine } from '../support/control.js';
import { aLog } from '../support/log.js';
import { tempFolder } from '../support/temp-folder.js';

const api = controlledEngine(['XRPUSDT']);
const folder = tempFolder();
const client = (access: 'read' | 'full' = 'full') => runningHedgehog(api.places, '1.2.3', access);

describe('a running Hedgehog', () => {
  it('announces itself to its user alone, and takes it back with its socket when it stops', async () => {
    const { announcement, folder: own } = api.places;
    const announced = announcedIn(announcement);
    expect(announced).toEqual({
      pid: process.pid,
      host: '127.0.0.1',
      port: api.port,
      socket: `${own}/control.sock`,
      version: '1.2.3',
      database: expect.stringMatching(/^postgres:\/\//),
    });
    expect(statSync(announcement).mode & 0o777).toBe(0o600);
    expect(statSync(`${own}/control.sock`).mode & 0o777).toBe(0o600);
    await api.engine.stop();
    expect([existsSync(announcement), existsSync(`${own}/control.sock`)]).toEqual([false, false]);
    await expect(api.ask('/healthz')).rejects.toThrow('ECONNREFUSED');
    expect(() => client()).toThrow(
      /^no Hedgehog runs on the database hedgehog_test_.*: there is no .*control\.json\. hedgehog start starts one/,
    );
  });

  it('is found by commands, which ask it over its socket and otherwise its port', async () => {
    expect(await client('read').get('/v1/positions')).toEqual({ positions: [] });
    const announced = announcedIn(api.places.announcement);
    if (announced === undefined) throw new Error('it runs');
    announce(api.places.announcement, { ...announced, socket: null });
    expect(await client().get('/v1/orders', { open: 'true', symbol: undefined })).toEqual({ orders: [] });
    expect(await client().post('/v1/kill', { path: 'PublishDesk' })).toMatchObject({ kind: 'PublishDesk' });
    await expect(client('read').post('/v1/kill', { path: 'PubSub' })).rejects.toThrow(
      'the read-only token changes nothing',
    );
    await expect(client().get('/v1/orders', { limit: 'x' })).rejects.toThrow('limit is "x"; allowed is');
    await expect(client().lines('/v1/logs', { level: 'x' }).next()).rejects.toThrow('level is "x"');
  });

  it('is not taken for one that has ended, is of another version, or has a token that others keep', async () => {
    const { announcement, fullToken } = api.places;
    const announced = announcedIn(announcement);
    if (announced === undefined) throw new Error('it runs');
    announce(announcement, { ...announced, version: '1.2.4' });
    expect(() => client()).toThrow('is of version 1.2.4, and this command of 1.2.3');
    // No process has a number so high.
    announce(announcement, { ...announced, pid: 2 ** 30 });
    expect(() => client()).toThrow(/process 1073741824, announced in .*, has ended/);
    announce(announcement, announced);
    const token = readFileSync(fullToken);
    writeFileSync(fullToken, 'x');
    await expect(client().get('/v1/positions')).rejects.toThrow('the token is not one of this Hedgehog');
    writeFileSync(fullToken, token);
    expect(() => runningHedgehog({ ...api.places, fullToken: folder.path('none') }, '1.2.3', 'full')).toThrow(
      /the token in .*none cannot be read \(ENOENT\); run this as the user that Hedgehog runs as/,
    );
  });

  it('is told from another process that has its number by now', async () => {
    const announced = announcedIn(api.places.announcement);
    if (announced === undefined) throw new Error('it runs');
    announce(api.places.announcement, { ...announced, socket: folder.path('gone.sock') });
    await expect(client().get('/v1/positions')).rejects.toThrow('has ended');
  });
});

it('a Hedgehog that goes away in the midst of an answer is a failure of this machine, told as one', async () => {
  const announced = announcedIn(api.places.announcement);
  if (announced === undefined) throw new Error('it runs');
  const half = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"actors": [');
    setTimeout(() => response.destroy(), 20);
  });
  const path = folder.path('half.sock');
  await new Promise<void>((resolve) => half.listen(path, resolve));
  announce(api.places.announcement, { ...announced, socket: path });
  try {
    for (const ask of [() => client('read').get('/v1/inspect'), () => client('read').look('/healthz')]) {
      const error: unknown = await ask().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(MachineError);
      expect(String(error)).toMatch(/the Hedgehog that runs \(process \d+\) can be heard no more: /);
    }
  } finally {
    announce(api.places.announcement, announced);
    await new Promise((resolve) => half.close(resolve));
  }
});

describe('Door', () => {
  it('says what is in the way of the port, opens the socket all the same, and the port when it is free', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const door = new Door({
      handler: Promise.resolve((_request, response) => response.end('in')),
      config: { host: '127.0.0.1', port },
      refusals: new RefusalLog(aLog(), systemClock),
      clock: systemClock,
    });
    const socket = folder.path('door.sock');
    writeFileSync(socket, 'left by a process that was killed');
    expect(await door.open(socket)).toEqual([
      `cannot listen on 127.0.0.1:${port}: it is in use; HEDGEHOG_CONTROL_PORT names another`,
    ]);
    expect([door.port, door.hasSocket]).toEqual([null, true]);
    await new Promise((resolve) => other.close(resolve));
    expect(await door.open(socket)).toEqual([]);
    expect([door.port, door.hasSocket]).toEqual([port, true]);
    await door.close();
    expect([door.port, door.hasSocket]).toEqual([null, false]);
  });
});
