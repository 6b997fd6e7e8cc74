import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { hedgehogAt, type Ran } from '../support/hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
let count = 0;
let at: string;

beforeEach(() => {
  count += 1;
  at = folder.path(String(count));
  mkdirSync(at);
});

const write = (content: object, name = 'hedgehog.config.json'): string => {
  const file = join(at, name);
  writeFileSync(file, JSON.stringify(content));
  chmodSync(file, 0o600);
  return file;
};

/** Runs in the folder of the test. */
const run = (environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> =>
  hedgehogAt(at, environment, ...args);

interface Shown {
  readonly file: string | null;
  readonly values: readonly {
    readonly key: string;
    readonly value: string | null;
    readonly origin: string;
  }[];
  readonly exchange?: string;
  readonly realMoney?: boolean;
  readonly problems: readonly string[];
}

const shown = async (environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Shown> =>
  JSON.parse((await run(environment, 'config', 'show', '--json', ...args)).stdout);
const valueIn = ({ values }: Shown, wanted: string): string => {
  const found = values.find(({ key }) => key === wanted);
  return `${found?.value} from ${found?.origin}`;
};

describe('hedgehog config show', () => {
  it('tells what counts and where it is from: flag, environment, file, default', async () => {
    write({ exchange: 'binance-demo', log: { level: 'warn' }, control: { port: 1 } });
    const found = await shown({ HEDGEHOG_CONTROL_PORT: '2' }, '--exchange', 'simulator');
    expect(found).toMatchObject({ file: 'hedgehog.config.json', problems: [], realMoney: false });
    expect(found.exchange).toBe('simulator at http://127.0.0.1:8080');
    expect(valueIn(found, 'exchange')).toBe('simulator from --exchange');
    expect(valueIn(found, 'control.port')).toBe('2 from environment');
    expect(valueIn(found, 'log.level')).toBe('warn from hedgehog.config.json');
    expect(valueIn(found, 'environment')).toBe('development from default');
    expect(valueIn(found, 'database.name')).toBe('null from default');
  });

  it('takes the file that --config names, wherever that stands, and no other', async () => {
    write({ log: { level: 'warn' } });
    const other = write({ control: { port: 3 } }, 'other.json');
    for (const args of [
      ['--config', other, 'config', 'show', '--json'],
      ['config', '--config', other, 'show', '--json'],
      ['config', 'show', '--json', '--config', other],
    ]) {
      const found = JSON.parse((await run({}, ...args)).stdout) as Shown;
      expect(valueIn(found, 'control.port')).toBe(`3 from ${other}`);
      expect(valueIn(found, 'log.level')).toBe('info from default');
    }
  });

  it('shows a table, and no secret', async () => {
    write({
      api: { key: 'KEYKEYKEY', secret: 'SECRET' },
      database: { url: 'postgres://me:SECRET@db.example/mine' },
    });
    const { code, stdout, stderr } = await run({}, 'config', 'show', '--exchange', 'binance-demo');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/│ api\.secret +│ \(hidden\) +│ hedgehog\.config\.json │/);
    expect(stdout).toContain('database  postgres://me@db.example/mine\n');
    expect(stdout).toContain(
      'exchange  binance-demo at https://demo-api.binance.com\norders    cost nothing\n',
    );
    expect(stdout).not.toMatch(/SECRET|KEYKEY/);
  });

  it('says when orders cost real money', async () => {
    write({ exchange: 'binance', live: true, api: { key: 'KEY', secret: 'SECRET' } });
    expect((await run({}, 'config', 'show')).stdout).toContain('orders    cost REAL MONEY\n');
  });

  it('then tells all that is wrong, of the file and the environment at once, and ends with 2', async () => {
    write({ exchnage: 'mock', exchange: 'simulator', tape: { pace: 'fast' }, control: { host: '0.0.0.0' } });
    const wrong = [
      '"exchnage" in hedgehog.config.json is unknown; did you mean exchange?',
      'the variable HEDGEHOG_TAPEPACE is unknown; did you mean HEDGEHOG_TAPE_PACE?',
      'HEDGEHOG_LOG_LEVEL is "loud"; allowed is error, warn, info, debug',
      'control.host in hedgehog.config.json is "0.0.0.0": whoever can reach it',
      'tape.pace in hedgehog.config.json is "fast": it is for the exchange mock, and exchange in hedgehog.config.json is "simulator"',
    ];
    const environment = { HEDGEHOG_TAPEPACE: 'x1', HEDGEHOG_LOG_LEVEL: 'loud' };
    for (const command of [['config', 'show'], ['start']]) {
      const { code, stderr } = await run(environment, ...command);
      expect(code).toBe(2);
      for (const problem of wrong) expect(stderr).toContain(`\n  ${problem}`);
      expect(stderr.trimEnd().split('\n')).toHaveLength(wrong.length + 1);
    }
    const found = await shown(environment);
    expect(valueIn(found, 'exchange')).toBe('simulator from hedgehog.config.json');
    expect(found.problems).toHaveLength(wrong.length);
  });
});

describe('--config', () => {
  it('is obeyed by every command that looks at the configuration', async () => {
    const file = write({ dataDirectory: 'mine', database: { name: 'hedgehog_mine' } }, 'my.json');
    const status = await run({}, 'db', 'status', '--json', '--config', file);
    expect(JSON.parse(status.stdout)).toMatchObject({ database: 'hedgehog_mine' });
    const positions = await run({}, 'positions', '--config', file);
    expect(positions).toMatchObject({ code: 2, stdout: '' });
    expect(positions.stderr).toContain(join(at, 'mine/control/hedgehog_mine'));
  });

  it('that names no file is refused by every command', async () => {
    for (const command of ['start', 'orders', 'simulator', 'demo'])
      expect(await run({}, command, '--config', 'nowhere.json')).toEqual({
        code: 2,
        stdout: '',
        stderr: 'hedgehog: --config names nowhere.json, and there is no such file\n',
      });
  });
});

describe('a variable with a slip in its name', () => {
  it.each(['start', 'orders', 'trading list', 'db status'])('is refused by %s', async (command) => {
    const { code, stderr } = await run({ HEDGEHOG_DATABSE: 'other' }, ...command.split(' '));
    expect(code).toBe(2);
    expect(stderr).toContain('the variable HEDGEHOG_DATABSE is unknown; did you mean HEDGEHOG_DATABASE?');
  });
});

it('a mistake that a command finds later is told in the words of the file, too', async () => {
  write({ database: { url: `postgres://me@127.0.0.1:1/mine` } });
  const { code, stderr } = await run({}, 'db', 'migrate');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'the database in database.url in hedgehog.config.json, postgres://me@127.0.0.1:1/mine, cannot',
  );
});

it('hedgehog config schema prints the schema that the file may name', async () => {
  const { stdout } = await run({}, 'config', 'schema');
  expect(JSON.parse(stdout)).toMatchObject({
    properties: { exchange: { enum: expect.arrayContaining(['mock']) } },
  });
});

it('help tells the exit codes', async () => {
  const { stdout } = await run({}, '--help');
  expect(stdout).toMatch(/Exit codes:\n {2}0 +done\n {2}1 +.+\n {2}2 +.+\n {2}130 +/);
});
