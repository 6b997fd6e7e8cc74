import { describe, expect, it } from '@jest/globals';
import { hedgehogIn } from '../support/hedgehog.js';

const preloaded = (source: string) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(source)}`,
});

describe('a command ends', () => {
  it.each([['--version'], ['--help'], ['help', 'start'], ['config', 'show'], ['config', 'schema']])(
    'with 0 when it is done: %s %s',
    async (...args) => {
      expect(await hedgehogIn({}, ...args)).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['start', '--nonsense'], "unknown option '--nonsense'"],
    [['start', '--exchange', 'kraken'], 'Allowed choices are mock'],
    [['start', 'now'], 'too many arguments'],
    [['start', '--config'], "option '--config <file>' argument missing"],
    [['backtest', '--tape', '/nowhere', '--symbol', 'XRPUSDT'], 'there is no such file'],
  ])('with 2, and no stack, after a mistake in what was asked for: %j', async (args, message) => {
    const { code, stdout, stderr } = await hedgehogIn({}, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('with 1, and no stack, when this machine refuses something', async () => {
    const given = { HEDGEHOG_DATA_DIR: '/proc/nowhere', DATABASE_URL: '' };
    const { code, stderr } = await hedgehogIn(given, 'db', 'migrate');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^hedgehog: the database's folder \/proc\/nowhere\/postgres cannot be used/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('with 1, and its stack, after a defect', async () => {
    const defect = 'process.stdout.write=()=>{throw new Error("planted")}';
    const { code, stderr } = await hedgehogIn(preloaded(defect), 'config', 'schema');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^hedgehog: Error: planted\n {4}at /);
  });
});
