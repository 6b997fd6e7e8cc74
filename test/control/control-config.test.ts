import { chmodSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readControlConfig } from '../../src/control/control-config.js';
import {
  controlPlaces,
  makeControlFolder,
  removeSocket,
  socketPath,
} from '../../src/control/control-places.js';
import { Tokens } from '../../src/control/tokens.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

describe('where the API listens', () => {
  it('is a port of this machine alone unless somebody says otherwise', () => {
    expect(readControlConfig({})).toEqual({ host: '127.0.0.1', port: 7749 });
    expect(readControlConfig({ HEDGEHOG_CONTROL_PORT: '0', HEDGEHOG_CONTROL_HOST: '' }).port).toBe(0);
    expect(
      readControlConfig({ HEDGEHOG_CONTROL_HOST: '0.0.0.0', HEDGEHOG_CONTROL_INSECURE: 'yes' }).host,
    ).toBe('0.0.0.0');
  });

  it.each([
    [{ HEDGEHOG_CONTROL_HOST: '0.0.0.0' }, 'HEDGEHOG_CONTROL_HOST is "0.0.0.0": whoever can reach it'],
    [{ HEDGEHOG_CONTROL_HOST: '::' }, 'anything with HEDGEHOG_CONTROL_INSECURE=yes'],
    [{ HEDGEHOG_CONTROL_HOST: 'box.example', HEDGEHOG_CONTROL_INSECURE: 'no' }, 'there is no TLS'],
    [{ HEDGEHOG_CONTROL_HOST: 'a b' }, 'HEDGEHOG_CONTROL_HOST is "a b"; allowed is an address'],
    [{ HEDGEHOG_CONTROL_INSECURE: 'true' }, 'HEDGEHOG_CONTROL_INSECURE is "true"; allowed is yes or no'],
    [{ HEDGEHOG_CONTROL_PORT: '65536' }, 'HEDGEHOG_CONTROL_PORT is "65536"; allowed is a port from 1'],
    [{ HEDGEHOG_CONTROL_PORT: '-1' }, 'HEDGEHOG_CONTROL_PORT is "-1"'],
    [{ HEDGEHOG_CONTROL_PORT: '80a' }, 'HEDGEHOG_CONTROL_PORT is "80a"'],
  ])('is refused: %j', (environment, problem) => {
    expect(() => readControlConfig(environment)).toThrow(problem);
  });
});

describe('the folder of the API', () => {
  it('is one for each database, and nobody else enters it', () => {
    const data = folder.path('one');
    const places = controlPlaces({ HEDGEHOG_DATA_DIR: data, HEDGEHOG_ENV: 'test' });
    const other = controlPlaces({ HEDGEHOG_DATA_DIR: data, DATABASE_URL: 'postgres://h/..%2F..%2Fetc' });
    expect(places.folder).toBe(join(data, 'control/hedgehog_test'));
    expect(other.folder).toMatch(/control\/______etc-[0-9a-f]{10}$/);
    makeControlFolder(places);
    chmodSync(places.folder, 0o755);
    makeControlFolder(places);
    expect(modeOf(places.folder)).toBe(0o700);
  });

  it('is refused when it is a link that leads elsewhere', () => {
    const data = folder.path('two');
    const places = controlPlaces({ HEDGEHOG_DATA_DIR: data });
    mkdirSync(dirname(places.folder), { recursive: true });
    symlinkSync(folder.path('one'), places.folder);
    expect(() => makeControlFolder(places)).toThrow('is not a folder of this user');
  });

  it('has the socket in it, or in a private folder of its own when the path would be too long', () => {
    const near = controlPlaces({ HEDGEHOG_DATA_DIR: folder.path('n') });
    expect(socketPath(near)).toBe(join(near.folder, 'control.sock'));
    const far = controlPlaces({ HEDGEHOG_DATA_DIR: folder.path('far'.repeat(40)) });
    const path = socketPath(far);
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(103);
    expect(modeOf(dirname(path))).toBe(0o700);
    expect(basename(path)).toBe('control.sock');
    writeFileSync(path, '');
    removeSocket(far, path);
    expect(() => lstatSync(dirname(path))).toThrow('ENOENT');
  });
});

describe('the tokens', () => {
  const fresh = (name: string) => {
    const places = controlPlaces({ HEDGEHOG_DATA_DIR: folder.path(name) });
    makeControlFolder(places);
    return places;
  };
  const bearer = (file: string): string => `Bearer ${readFileSync(file, 'utf8').trim()}`;

  it('are 256 bits each, in files of their own that only their user reads, and stay the same', () => {
    const places = fresh('tokens');
    Tokens.keptIn(places);
    const first = [bearer(places.fullToken), bearer(places.readToken)];
    expect([modeOf(places.fullToken), modeOf(places.readToken)]).toEqual([0o600, 0o600]);
    const tokens = Tokens.keptIn(places);
    expect([bearer(places.fullToken), bearer(places.readToken)]).toEqual(first);
    expect(new Set(first).size).toBe(2);
    for (const header of first) expect(Buffer.from(header.slice(7), 'base64url')).toHaveLength(32);
    expect(first.map((header) => tokens.accessOf(header))).toEqual(['full', 'read']);
    const [full = ''] = first;
    for (const wrong of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      full.slice(7),
      `${full}x`,
      full.slice(0, -1),
      `Basic ${full}`,
    ])
      expect(tokens.accessOf(wrong)).toBeNull();
  });

  it('are made anew when others may have read them, when they are damaged, and when they are links', () => {
    const places = fresh('spoilt');
    Tokens.keptIn(places);
    const before = bearer(places.fullToken);
    chmodSync(places.fullToken, 0o640);
    writeFileSync(places.readToken, '');
    const tokens = Tokens.keptIn(places);
    expect(tokens.accessOf(before)).toBeNull();
    expect(tokens.accessOf('Bearer ')).toBeNull();
    expect([modeOf(places.fullToken), modeOf(places.readToken)]).toEqual([0o600, 0o600]);
    const linked = fresh('linked');
    symlinkSync(places.fullToken, linked.fullToken);
    Tokens.keptIn(linked);
    expect(lstatSync(linked.fullToken).isSymbolicLink()).toBe(false);
    expect(bearer(linked.fullToken)).not.toBe(bearer(places.fullToken));
  });
});
