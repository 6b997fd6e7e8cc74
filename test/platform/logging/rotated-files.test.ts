import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { codeOf } from '../../../src/platform/error-facts.js';
import { RotatedFiles, type RotatedFilesOptions } from '../../../src/platform/logging/rotated-files.js';
import { SimClock } from '../../../src/platform/sim-clock.js';
import { tempFolder } from '../../support/temp-folder.js';

const temp = tempFolder();
const open: RotatedFiles[] = [];
let count = 0;
afterEach(() => {
  for (const files of open.splice(0)) files.close();
});

const DAY_MS = 24 * 60 * 60 * 1_000;
const FIRST = 'hedgehog-2026-01-02.001.log';

function someFiles(given: Partial<RotatedFilesOptions> = {}) {
  const folder = given.folder ?? temp.path(`logs-${count++}`);
  const clock = new SimClock(Date.UTC(2026, 0, 2, 12));
  const told: string[] = [];
  const options: RotatedFilesOptions = {
    ...{ folder, clock, maxBytes: 20, maxFiles: 3 },
    onTrouble: (error) => told.push(codeOf(error)),
    onWell: (missing) => told.push(`${missing} are missing`),
    ...given,
  };
  const anew = (): RotatedFiles => {
    const files = new RotatedFiles(options);
    open.push(files);
    return files;
  };
  const content = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder)
        .toSorted()
        .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
    );
  return { folder, clock, told, anew, files: anew(), content };
}

describe('log files', () => {
  it('hold each line as soon as it is written, and nobody else may read them', () => {
    const { files, content, folder } = someFiles();
    files.begin('one\n');
    expect(content()).toEqual({ [FIRST]: 'one\n' });
    files.write('two\n');
    expect(content()).toEqual({ [FIRST]: 'one\ntwo\n' });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, FIRST)).mode & 0o777).toBe(0o600);
  });

  it('follow one another before one is too large, and the oldest are removed', () => {
    const { files, content } = someFiles();
    for (let number = 1; number <= 9; number++) files.write(`line ${number}\n`);
    expect(content()).toEqual({
      'hedgehog-2026-01-02.003.log': 'line 5\nline 6\n',
      'hedgehog-2026-01-02.004.log': 'line 7\nline 8\n',
      'hedgehog-2026-01-02.005.log': 'line 9\n',
    });
  });

  it('take a line that is longer than a file may be, alone', () => {
    const { files, content } = someFiles();
    const long = `${'x'.repeat(50)}\n`;
    for (const line of [long, 'short\n']) files.write(line);
    expect(content()).toEqual({ [FIRST]: long, 'hedgehog-2026-01-02.002.log': 'short\n' });
  });

  it('count bytes and not letters', () => {
    const { files, content } = someFiles();
    for (const line of ['äöüäöü\n', 'äöüäöü\n']) files.write(line);
    expect(Object.keys(content())).toHaveLength(2);
  });

  it('begin anew each day, and days count as files', () => {
    const { files, content, clock } = someFiles();
    for (let day = 0; day < 4; day++) {
      files.write(`day ${day}\n`);
      clock.advance(DAY_MS);
    }
    expect(content()).toEqual({
      'hedgehog-2026-01-03.001.log': 'day 1\n',
      'hedgehog-2026-01-04.001.log': 'day 2\n',
      'hedgehog-2026-01-05.001.log': 'day 3\n',
    });
  });

  it('are gone on with by the next process, and what is not a log file is left alone', () => {
    const { files, content, folder, anew } = someFiles();
    for (let number = 1; number <= 5; number++) files.write(`line ${number}\n`);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const next = anew();
    next.write('line 6\n');
    next.write('line 7\n');
    expect(content()).toEqual({
      'hedgehog-2026-01-02.002.log': 'line 3\nline 4\n',
      'hedgehog-2026-01-02.003.log': 'line 5\nline 6\n',
      'hedgehog-2026-01-02.004.log': 'line 7\n',
      'notes.txt': 'mine',
    });
  });

  it('keep a line that was cut by the end of the process apart from the next one', () => {
    const { files, content, folder, anew } = someFiles();
    files.write('one\n');
    appendFileSync(join(folder, FIRST), 'tw');
    anew().write('three\n');
    expect(content()).toEqual({ [FIRST]: 'one\ntw\nthree\n' });
  });

  it('sort by number also beyond three digits', () => {
    const { folder, anew, content } = someFiles({ maxFiles: 2 });
    mkdirSync(folder);
    for (const number of ['998', '999', '1000'])
      writeFileSync(join(folder, `hedgehog-2026-01-02.${number}.log`), 'full to the brim....\n');
    anew().write('next\n');
    expect(Object.keys(content())).toEqual(['hedgehog-2026-01-02.1000.log', 'hedgehog-2026-01-02.1001.log']);
  });
});

describe('a disk that is full', () => {
  /** What is written to it is refused as it is by a full disk. */
  const fill = (folder: string): void => {
    mkdirSync(folder, { recursive: true });
    symlinkSync('/dev/full', join(folder, FIRST));
  };

  it('is an error at the beginning', () => {
    const { files, folder } = someFiles();
    fill(folder);
    expect(() => files.begin('one\n')).toThrow(/ENOSPC/);
  });

  it('is told of once while it lasts, and so is its end, with how many lines are missing', () => {
    const { files, folder, told, content } = someFiles();
    fill(folder);
    for (const line of ['one\n', 'two\n', 'three\n']) files.write(line);
    expect(told).toEqual(['ENOSPC']);
    rmSync(join(folder, FIRST));
    files.write('four\n');
    files.write('five\n');
    expect(told).toEqual(['ENOSPC', '3 are missing']);
    expect(content()).toEqual({ [FIRST]: 'four\nfive\n' });
    files.close();
    rmSync(join(folder, FIRST));
    fill(folder);
    files.write('six\n');
    expect(told).toEqual(['ENOSPC', '3 are missing', 'ENOSPC']);
  });
});

it('a folder that is removed is made again with the next file', () => {
  const { files, folder, clock, told, content } = someFiles();
  files.write('one\n');
  rmSync(folder, { recursive: true });
  clock.advance(DAY_MS);
  files.write('two\n');
  expect(content()).toEqual({ 'hedgehog-2026-01-03.001.log': 'two\n' });
  expect(told).toEqual([]);
});

it('a folder that is a file is told of', () => {
  const folder = temp.write('a file');
  const { files, told } = someFiles({ folder });
  chmodSync(folder, 0o600);
  expect(() => files.begin('one\n')).toThrow(/EEXIST|ENOTDIR/);
  files.write('two\n');
  expect(told).toHaveLength(1);
  expect(existsSync(join(folder, FIRST))).toBe(false);
});
