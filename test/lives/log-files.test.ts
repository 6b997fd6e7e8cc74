import { type ChildProcess, execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import type { LogEntry } from '../../src/platform/logging/log-entry.js';
import { everyPartAt } from '../../src/platform/logging/log-levels.js';
import { testDatabase } from '../support/database.js';
import { commandsOn, endAfterEach, spawnHedgehog, startHedgehog } from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

type Written = LogEntry & { readonly detail?: unknown };

const db = testDatabase();
const folder = tempFolder();
let count = 0;
let logs: string;
endAfterEach();

beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, ['XRPUSDT']);
  logs = folder.path(`logs-${count++}`);
});

const environment = () => ({
  ...db.environment,
  HEDGEHOG_DATA_DIR: folder.path('data'),
  HEDGEHOG_LOG_DIR: logs,
});
const command = commandsOn(environment);
const start = (more: Record<string, string> = {}) => startHedgehog({ ...environment(), ...more });

const textIn = (where: string): string =>
  readdirSync(where)
    .toSorted()
    .map((file) => readFileSync(join(where, file), 'utf8'))
    .join('');
const entriesIn = (where: string): Written[] =>
  textIn(where)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Written);
const messages = (): string[] => entriesIn(logs).map(({ message }) => message);

describe('the log files of hedgehog start', () => {
  it('hold what is printed, from its first line to its exit code, for nobody else to read', async () => {
    const hedgehog = await start();
    expect(await hedgehog.stop()).toBe(0);
    const entries = entriesIn(logs);
    expect(entries[0]).toMatchObject({ level: 'info', part: 'app', message: 'the log begins' });
    expect(entries.at(-1)).toMatchObject({ message: 'the log ends', fields: { exitCode: 0 } });
    const inFiles = entries.slice(1, -1).map(({ time, message }) => `${time} ${message}`);
    const printed = hedgehog.output().trimEnd().split('\n');
    expect(inFiles).toHaveLength(printed.length);
    for (const [index, line] of printed.entries()) {
      const [time, , , ...rest] = line.split(/ +/);
      expect([time, ...rest].join(' ')).toMatch(
        new RegExp(`^${inFiles[index]?.replaceAll(/[$()*+.?[\]^{|}]/g, '.')}`),
      );
    }
    expect(statSync(logs).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(logs)) expect(statSync(join(logs, file)).mode & 0o777).toBe(0o600);
  });

  it('are in the data directory by the name of the database, or nowhere when they are off', async () => {
    const data = folder.path(`data-${count}`);
    const usual = { HEDGEHOG_LOG_DIR: '', HEDGEHOG_DATA_DIR: data };
    await (await start(usual)).stop();
    const [database] = readdirSync(join(data, 'logs'));
    expect(readdirSync(join(data, 'control'))).toEqual([database]);
    expect(textIn(join(data, 'logs', String(database)))).toContain('Hedgehog runs');
    const off = await start({ ...usual, HEDGEHOG_LOG_DIR: 'off', HEDGEHOG_DATA_DIR: `${data}-off` });
    expect(await off.stop()).toBe(0);
    expect(readdirSync(`${data}-off`)).toEqual(['control']);
  });

  it('say why it ended when it could not go on', async () => {
    const first = await start();
    const second = spawnHedgehog({ ...environment(), HEDGEHOG_LOG_DIR: `${logs}-second` });
    expect(await second.ended).toBe(2);
    expect(entriesIn(`${logs}-second`).slice(-2)).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(/^Hedgehog ends: a Hedgehog runs on this database already/),
      },
      { message: 'the log ends', fields: { exitCode: 2 } },
    ]);
    // Once, by the command itself.
    expect(second.output().match(/runs on this database already/g)).toHaveLength(1);
    await first.stop();
  });

  it.each<[string, number, () => Record<string, string>, RegExp]>([
    [
      'are in a folder that is a file',
      2,
      () => ({ HEDGEHOG_LOG_DIR: folder.write('x') }),
      /^hedgehog: HEDGEHOG_LOG_DIR is ".*"; log files cannot be written there \((EEXIST|ENOTDIR).*\); allowed is another folder, or off\n$/,
    ],
    [
      'are on a disk that is full',
      2,
      () => {
        mkdirSync(logs);
        const today = new Date().toISOString().slice(0, 10);
        symlinkSync('/dev/full', join(logs, `hedgehog-${today}.001.log`));
        return {};
      },
      /^hedgehog: HEDGEHOG_LOG_DIR is ".*"; log files cannot be written there \(ENOSPC.*\n$/,
    ],
    [
      'are in a folder that anybody may write to',
      2,
      () => {
        mkdirSync(logs);
        chmodSync(logs, 0o777);
        return {};
      },
      /^hedgehog: the log folder .* is one that anybody may write to; allowed is one of your own: chmod 700/,
    ],
    [
      'cannot be in the usual folder',
      1,
      () => {
        const data = folder.path('data-blocked');
        mkdirSync(data);
        writeFileSync(join(data, 'logs'), '');
        return { HEDGEHOG_LOG_DIR: '', HEDGEHOG_DATA_DIR: data };
      },
      /^hedgehog: .*data-blocked\/logs\/.*: log files cannot be written there .*HEDGEHOG_LOG_DIR names another folder, or off for none\n$/,
    ],
  ])('that %s are refused with %i at the start', async (_what, code, prepare, says) => {
    const hedgehog = spawnHedgehog({ ...environment(), ...prepare() });
    expect(await hedgehog.ended).toBe(code);
    expect(hedgehog.output()).toMatch(says);
  });
});

describe('SIGUSR2', () => {
  it('writes the actors: as lines where somebody reads them, as a value into the file, and it goes on', async () => {
    const hedgehog = await start();
    hedgehog.signal('SIGUSR2');
    await hedgehog.says(
      /info {2}actors {5}SIGUSR2: the actors as they stand\nACTOR +MAILBOX .*\nHedgehog +0 .*\n├─ PubSub +/,
    );
    await hedgehog.says(/^└─ Control +\d/m);
    const shown = entriesIn(logs).find(({ message }) => message === 'SIGUSR2: the actors as they stand');
    expect(shown?.detail).toMatchObject([
      {
        kind: 'Hedgehog',
        children: expect.arrayContaining([expect.objectContaining({ path: 'Hedgehog/PubSub', mailbox: 0 })]),
      },
    ]);
    hedgehog.signal('SIGTERM');
    hedgehog.signal('SIGUSR2');
    expect(await hedgehog.ended).toBe(0);
  });

  it('says while it starts that no actor runs yet', async () => {
    const hedgehog = spawnHedgehog({ ...environment(), DATABASE_URL: 'postgres://u:p@127.0.0.1:1/db' });
    await hedgehog.says('the database is not reachable; trying again');
    hedgehog.signal('SIGUSR2');
    await hedgehog.says('SIGUSR2: no actor runs at the moment');
    await hedgehog.stop('SIGKILL');
  });
});

describe('hedgehog log-level', () => {
  it('shows and sets what each part says, until that Hedgehog ends', async () => {
    const hedgehog = await start({ HEDGEHOG_LOG_LEVEL: 'warn,control=info,app=info' });
    await hedgehog.says('control: listening');
    const began = { ...everyPartAt('warn'), control: 'info', app: 'info' };
    expect(JSON.parse((await command('log-level', '--json')).stdout)).toEqual(began);
    expect((await command('log-level', 'control')).stdout).toBe('control     info\n');
    expect((await command('log-level', 'trading', 'info')).stdout).toBe(
      'trading     info\nuntil this Hedgehog ends; HEDGEHOG_LOG_LEVEL says what the next one begins with\n',
    );
    expect((await command('log-level', 'streaming', 'debug', '--json')).stdout).toBe(
      '{"streaming":"debug"}\n',
    );
    expect(JSON.parse((await command('log-level', '--json')).stdout)).toEqual({
      ...began,
      ...{ trading: 'info', streaming: 'debug' },
    });
    await command('trading', 'start', 'XRPUSDT');
    await hedgehog.says('trading: XRPUSDT is started');
    const followed = await command('logs', '--part', 'trading', '--symbol', 'XRPUSDT');
    expect(followed.stdout).toMatch(/^\S+ info {2}trading {4}trading: XRPUSDT is started symbol=XRPUSDT\n$/);
    expect(JSON.parse((await command('log-level', 'all', 'error', '--json')).stdout)).toEqual(
      everyPartAt('error'),
    );
    await hedgehog.stop();
    expect(hedgehog.output()).not.toContain('Hedgehog has stopped');
    const next = await start();
    expect(JSON.parse((await command('log-level', '--json')).stdout)).toEqual(everyPartAt('info'));
    await next.stop();
  });

  it.each([
    { args: ['money'], says: 'hedgehog: the part is "money"; allowed is all, app, actors, trading' },
    { args: ['trading', 'loud'], says: 'hedgehog: the level is "loud"; allowed is error, warn, info, debug' },
    { args: ['all', 'debug'], says: 'hedgehog: no Hedgehog runs on the database' },
  ])('refuses $args', async ({ args, says }) => {
    const refused = await command('log-level', ...args);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(says);
  });
});

describe('secrets', () => {
  const KEY = `Key${'k'.repeat(61)}`;
  const SECRET = `Secret${'s'.repeat(58)}`;

  const tokens = (): string[] => {
    const control = join(folder.path('data'), 'control');
    return readdirSync(control, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.token'))
      .map((file) => readFileSync(join(control, file), 'utf8').trim());
  };

  it('are in none of the files, at the level that says most, with the actors shown', async () => {
    const hedgehog = await start({
      HEDGEHOG_EXCHANGE: 'simulator',
      // Nobody listens there, so it fails in all the ways that there are to fail.
      HEDGEHOG_SIMULATOR_URL: 'http://127.0.0.1:9',
      HEDGEHOG_API_KEY: KEY,
      HEDGEHOG_API_SECRET: SECRET,
      HEDGEHOG_LOG_LEVEL: 'debug',
    });
    await hedgehog.says(/exchange {3}.*connecting again/);
    hedgehog.signal('SIGUSR2');
    await hedgehog.says(/─ UserDataStream +\d/);
    await hedgehog.stop();
    const text = textIn(logs);
    const { password } = new URL(db.url);
    for (const hidden of [KEY, SECRET, ...tokens(), ...(password === '' ? [] : [password])])
      expect({ hidden, isThere: text.includes(hidden) }).toEqual({ hidden, isThere: false });
    expect(text).not.toMatch(/signature["']?[=:]/i);
    expect(text).toContain('BinanceClient');
    expect(tokens().length).toBeGreaterThanOrEqual(2);
  });
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** A process that logs as a daemon does, of which this is what it says. */
function saying(script: string, onStarted: (child: ChildProcess) => void = () => {}): Promise<Ended> {
  const opening = `
    import fs from 'node:fs';
    import { readLogConfig } from './dist/src/app/log-config.js';
    import { runningLog } from './dist/src/app/running-log.js';
    const log = runningLog(readLogConfig(process.env), process.env);
    const [trading, database] = [log.part('trading'), log.part('database')];
    const say = (from, to) => { for (let line = from; line <= to; line++) trading.info('line ' + line); };`;
  const env = {
    ...process.env,
    ...{ HEDGEHOG_LOG_DIR: logs, HEDGEHOG_LOG_MAX_SIZE: '8k', HEDGEHOG_LOG_MAX_FILES: '100' },
  };
  return new Promise((resolve) => {
    const args = ['--input-type=module', '-e', `${opening}\n${script}`];
    const child = execFile(process.execPath, args, { env }, (_error, _stdout, stderr) =>
      resolve({ code: child.exitCode, stderr }),
    );
    onStarted(child);
  });
}

const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

describe('every line is on disk', () => {
  const sum = '… 4 more like this in 1 s: it is away';
  it.each([
    {
      what: 'exits',
      ending: `log.error('the last one'); process.exit(3);`,
      code: 3,
      last: ['the last one', sum, 'the log ends'],
    },
    {
      what: 'crashes',
      ending: `log.error('the last one'); throw new Error('what it crashes of');`,
      code: 1,
      last: ['the last one', 'the process crashes: what it crashes of', sum, 'the log ends'],
    },
    {
      what: 'leaves a rejection to nobody',
      ending: `void Promise.reject(new Error('of nobody')); await new Promise((done) => setTimeout(done, 5_000));`,
      code: 1,
      last: ['the process crashes: of nobody', sum, 'the log ends'],
    },
    {
      what: 'is killed',
      ending: `log.error('the last one'); process.kill(process.pid, 'SIGKILL');`,
      code: null,
      last: ['the last one'],
    },
  ])('when the process $what', async ({ ending, code, last }) => {
    const storm = `for (let time = 0; time < 5; time++) database.warn('it is away');`;
    expect((await saying(`say(1, 500); ${storm} ${ending}`)).code).toBe(code);
    expect(readdirSync(logs).length).toBeGreaterThan(5);
    expect(messages()).toEqual(['the log begins', ...lines(1, 500), 'it is away', ...last]);
  });
});

it('a disk that fills up while it runs is told of once, and nothing else comes of it', async () => {
  const { code, stderr } = await saying(`
    say(1, 10);
    const next = fs.readdirSync(process.env.HEDGEHOG_LOG_DIR)[0].replace('.001.', '.002.');
    const path = process.env.HEDGEHOG_LOG_DIR + '/' + next;
    fs.symlinkSync('/dev/full', path);
    say(11, 300);
    fs.unlinkSync(path);
    say(301, 310);`);
  expect(code).toBe(0);
  const shown = stderr.split('\n').map((line) => line.split(/ +/).slice(1).join(' '));
  expect(shown.filter((line) => line.includes('ENOSPC'))).toEqual([
    'error app the log files cannot be written; lines are only shown here until they can be reason=ENOSPC: no space left on device, write',
  ]);
  expect(shown.filter((line) => / line \d+$/.test(line))).toHaveLength(310);
  const kept = messages();
  const [again] = kept.filter((message) => message.startsWith('the log files are written again'));
  const written = kept.filter((message) => message.startsWith('line '));
  expect(written).toEqual([...lines(1, written.length - 10), ...lines(301, 310)]);
  // The line that tells of the trouble is missing as well.
  const missing = 310 - written.length + 1;
  expect(again).toBe('the log files are written again; lines are missing in them');
  expect(entriesIn(logs).find(({ message }) => message === again)?.fields).toEqual({ missing });
});

it('nobody who reads what is printed is missed', async () => {
  const { code } = await saying(
    `
    await new Promise((done) => process.stdin.once('data', done));
    say(1, 200);
    await new Promise((done) => setImmediate(done));
    say(201, 300);
    process.exit(0);`,
    (child) => {
      child.stderr?.once('close', () => child.stdin?.write('gone\n'));
      child.stderr?.destroy();
    },
  );
  expect(code).toBe(0);
  expect(messages()).toEqual(['the log begins', ...lines(1, 300), 'the log ends']);
});
