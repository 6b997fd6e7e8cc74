import { chmodSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isRoot } from '../../../src/platform/postgres/account.js';
import { makeHome, makeSocketFolder, placesFor, socketIn } from '../../../src/platform/postgres/places.js';
import { dataDirectories } from '../../support/data-directories.js';

const directories = dataDirectories();
const modeOf = (path: string): number => lstatSync(path).mode & 0o777;
const DEEP = 'a-folder-with-a-long-name/'.repeat(5);

describe('placesFor', () => {
  it('keeps everything in the data directory', () => {
    const places = placesFor(directories.next('plain'));
    expect(places.home).toBe(join(directories.folder, 'plain/postgres'));
    expect(places.data).toBe(join(places.home, 'data'));
  });

  it.each(['"', '$', '`', '\\', '\n'])(
    'refuses a path with %j, which pg_ctl would hand to a shell',
    (character) => {
      expect(() => placesFor(join(directories.folder, `a${character}b`))).toThrow(
        'PostgreSQL takes no path with',
      );
    },
  );

  it('makes a folder for the socket that nobody else may enter', () => {
    const places = placesFor(directories.next('socket'));
    makeHome(places);
    const folder = makeSocketFolder(places);
    expect(folder).toBe(join(places.home, 'socket'));
    expect(modeOf(folder)).toBe(0o700);
  });

  it('has a short path for the socket, whatever that of the data is, and keeps to it', () => {
    const places = placesFor(directories.next(DEEP));
    makeHome(places);
    const folder = makeSocketFolder(places);
    expect(Buffer.byteLength(socketIn(folder))).toBeLessThanOrEqual(103);
    expect(modeOf(folder)).toBe(0o700);
    expect(makeSocketFolder(places)).toBe(folder);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['open to others', (folder: string) => chmodSync(folder, 0o755)],
    [
      'a file',
      (folder: string) => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
      },
    ],
    ['gone', (folder: string) => rmSync(folder, { recursive: true })],
  ])('takes another folder for the socket when the one it had is %s', (name, spoil) => {
    const places = placesFor(directories.next(`${DEEP}${name.replaceAll(' ', '-')}`));
    makeHome(places);
    const first = makeSocketFolder(places);
    spoil(first);
    const second = makeSocketFolder(places);
    expect(second).not.toBe(first);
    expect(modeOf(second)).toBe(0o700);
    for (const folder of [first, second]) rmSync(folder, { recursive: true, force: true });
  });

  if (isRoot()) {
    it('as root keeps it elsewhere when the account of the server cannot get in', () => {
      const closed = join(directories.folder, 'closed');
      mkdirSync(closed, { mode: 0o700 });
      const { home } = placesFor(directories.next('closed/engine/.hedgehog'));
      expect(home).toMatch(/^\/var\/lib\/hedgehog\/engine-[0-9a-f]{12}\/postgres$/);
      expect(placesFor(join(closed, 'other/.hedgehog')).home).not.toBe(home);
    });
  }
});
