import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { testDatabase } from '../support/database.js';
import type { Ran } from '../support/hedgehog.js';
import { commandsOn, startHedgehog } from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const db = testDatabase();
const folder = tempFolder();
const environment = () => ({ ...db.environment, HEDGEHOG_DATA_DIR: folder.path('data') });
const command = commandsOn(environment);
const start = async () => {
  const hedgehog = await startHedgehog(environment());
  await hedgehog.says('control: listening');
  return hedgehog;
};

/** Pipes these lines into `hedgehog console`. */
async function piped(lines: readonly string[], ...args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, ['dist/src/app/cli.js', 'console', ...args], {
    env: { ...process.env, ...environment() },
  });
  child.stdin.end(lines.join('\n'));
  const closed = once(child, 'close');
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code: code as number, stdout, stderr };
}

describe('hedgehog console', () => {
  beforeAll(() => seedSettings(db.database.kysely, ['XRPUSDT']));

  it('ends with a message when no Hedgehog runs', async () => {
    const { code, stdout, stderr } = await command('console', '-e', '1 + 1');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^hedgehog: no Hedgehog runs on the database \S+: .*hedgehog start starts one.*\n$/,
    );
  });

  it('evaluates what is piped in, a line when the one before is done', async () => {
    const hedgehog = await start();
    try {
      const done = await piped([
        "hedgehog.startTrading('XRPUSDT')",
        '// nothing',
        "const { settings } = await hedgehog.settings('XRPUSDT')",
        'settings.budget',
        'function twice(n) {',
        '  return 2 * n;',
        '}',
        'twice(21)',
        "hedgehog.stopTrading('XRPUSDT')",
      ]);
      expect(done).toEqual({
        code: 0,
        stderr: '',
        stdout:
          '[{"symbol":"XRPUSDT","before":"off","now":"on"}]\n1000\n42\n[{"symbol":"XRPUSDT","before":"on","now":"off"}]\n',
      });
      expect(await command('console', '--eval', '(await hedgehog.orders()).length')).toEqual({
        code: 0,
        stdout: '0\n',
        stderr: '',
      });
      const help = (await command('console', '-e', 'hedgehog.help()')).stdout;
      expect(help).toContain('│ setSettings(symbol, changes, { dryRun }) │');
    } finally {
      await hedgehog.stop();
    }
  });

  it('ends with the first line that fails, told without a stack', async () => {
    const hedgehog = await start();
    try {
      for (const [line, said] of [
        ["hedgehog.kill('nobody')", 'there is no actor "nobody"; see hedgehog inspect'],
        ['await hedgehog.startTrading()', 'symbols is a list; allowed is at least one symbol'],
        ['hedgehog.nothing()', 'TypeError: hedgehog.nothing is not a function'],
        ['throw new RangeError("far")', 'RangeError: far'],
        ['await Promise.reject(5)', 'thrown: 5'],
        ['let 1x', 'SyntaxError: Invalid or unexpected token'],
      ] as const) {
        const { code, stdout, stderr } = await piped(['1', line, '"never"']);
        expect({ line, code, stdout, stderr }).toEqual({
          line,
          code: 1,
          stdout: '1\n',
          stderr: `hedgehog: ${said}\n`,
        });
      }
      expect(await piped(['if (true) {', '1'])).toEqual({
        code: 1,
        stdout: '',
        stderr: 'hedgehog: the input ends within an expression\n',
      });
      expect(await piped(["hedgehog.startTrading('XRPUSDT')"], '--read-only')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'hedgehog: the read-only token changes nothing\n',
      });
    } finally {
      await hedgehog.stop();
    }
  });

  it('says that its Hedgehog has ended, and goes on with the one that is started again', async () => {
    const first = await start();
    const child = spawn(process.execPath, ['dist/src/app/cli.js', 'console'], {
      env: { ...process.env, ...environment() },
    });
    const shown = text(child.stdout);
    const said = text(child.stderr);
    const closed = once(child, 'close');
    const tell = async (line: string): Promise<void> => {
      child.stdin.write(`${line}\n`);
    };
    try {
      await tell("const gone = () => hedgehog.ready().catch((error) => 'no: ' + error.message)");
      await tell('await gone()');
      await tell("console.log('first')");
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await first.stop('SIGKILL');
      await tell('await gone()');
      const noticed = new Promise((resolve) => child.stdout.once('data', resolve));
      await noticed;
      const second = await start();
      child.stdin.end('await gone()\n');
      const [code] = (await closed) as [number];
      await second.stop();
      expect(code).toBe(0);
      const lines = (await shown).trim().split('\n');
      expect(lines[0]).toBe('{"ready":true,"reasons":[],"givenUp":[]}');
      expect(lines.find((line) => line.startsWith('no: '))).toMatch(/^no: no Hedgehog runs .* has ended/);
      expect(lines.at(-1)).toBe('{"ready":true,"reasons":[],"givenUp":[]}');
      expect(await said).toMatch(/^Hedgehog was started again: process \d+ has ended, and \d+ is asked\n$/);
    } finally {
      child.kill();
    }
  });
});
