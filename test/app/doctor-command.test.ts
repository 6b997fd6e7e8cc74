import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Examined } from '../../src/app/doctor/examine.js';
import type { Ran } from '../support/hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const cwd = resolve(folder.write('', 'in-it'), '..');

/** Runs `hedgehog doctor` where nothing is set up. */
const doctor = (environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> =>
  new Promise((done) => {
    const env = { ...process.env, HEDGEHOG_CONTROL_PORT: '0', ...environment };
    execFile(
      process.execPath,
      [resolve('dist/src/app/cli.js'), 'doctor', ...args],
      { cwd, env },
      (error, stdout, stderr) =>
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });

describe('hedgehog doctor', () => {
  it('finds nothing wrong where nothing is set up, and sets nothing up', async () => {
    const before = readdirSync(cwd);
    const { code, stdout, stderr } = await doctor({});
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(`ok       node                      Node.js ${process.versions.node}`);
    expect(lines.filter((line) => line.includes('not made yet: hedgehog start makes it'))).toHaveLength(2);
    expect(lines.some((line) => line.startsWith('PROBLEM'))).toBe(false);
    expect(readdirSync(cwd)).toEqual(before);
  });

  it('ends with 1 when there is a problem, and tells it as JSON when asked', async () => {
    const { code, stdout, stderr } = await doctor({ HEDGEHOG_LOG_LEVEL: 'loud' }, '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { checks } = JSON.parse(stdout) as { checks: Examined[] };
    expect(checks.find(({ name }) => name === 'configuration')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('HEDGEHOG_LOG_LEVEL is "loud"; allowed is error, warn, info, debug'),
    });
    expect(checks.find(({ name }) => name === 'exchange')?.status).toBe('not-checked');
  });

  const broken = folder.write('{ "exchange": ', 'broken.json');
  const aFolder = folder.path('a-folder');
  mkdirSync(aFolder);
  it.each([
    ['is no JSON', broken, `${broken} is not JSON from line 1, column 15 on`],
    ['cannot be read', aFolder, `cannot read ${aFolder}: it is a directory`],
    ['is not there', '/nowhere.json', '--config names /nowhere.json, and there is no such file'],
  ])('reports as well when the configuration file %s', async (_how, file, found) => {
    const told = await doctor({}, '--config', file);
    expect(told).toMatchObject({ code: 1, stderr: '' });
    const lines = told.stdout.trimEnd().split('\n');
    expect(lines).toContain(
      `PROBLEM  configuration             ${found} -> mend the file, or name another one with --config`,
    );
    expect(lines).toContain(
      '-        database                  not checked: the configuration cannot be used',
    );
    expect(lines.at(-1)).toMatch(/^1 problem, /);
    const { code, stdout, stderr } = await doctor({}, '--config', file, '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { checks } = JSON.parse(stdout) as { checks: Examined[] };
    expect(checks.find(({ name }) => name === 'configuration')).toMatchObject({ status: 'problem', found });
    expect(checks.find(({ name }) => name === 'daemon')?.status).toBe('not-checked');
  });

  it('reports a configuration file with a secret that others may read', async () => {
    const file = folder.write('{ "api": { "key": "visible-key" } }');
    chmodSync(file, 0o644);
    const { code, stdout, stderr } = await doctor({}, '--config', file);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^PROBLEM {2}configuration +.*has mode 0644; allowed are 0600/m);
    expect(stdout).not.toContain('visible');
  });

  it('begins nothing after a mistake in its options', async () => {
    const { code, stdout } = await doctor({}, '--exchange', 'kraken');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('looks at the exchange that it is told', async () => {
    const { code, stdout } = await doctor(
      { HEDGEHOG_SIMULATOR_URL: 'http://127.0.0.1:1' },
      ...['--exchange', 'simulator'],
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^PROBLEM {2}way to REST +127\.0\.0\.1:1 cannot be connected to: ECONNREFUSED -> /m,
    );
  });
});
