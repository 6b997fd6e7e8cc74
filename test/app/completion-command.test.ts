import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { VERSION } from '../../src/app/project-files.js';
import { announce } from '../../src/control/announcement.js';
import { controlPlaces, makeControlFolder } from '../../src/control/control-places.js';
import { testDatabase } from '../support/database.js';
import { hedgehogIn, type Ran } from '../support/hedgehog.js';
import { commandsOn, endAfterEach, startHedgehog } from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const nobody = { HEDGEHOG_DATA_DIR: folder.path('nobody') };

/** What may come in the place of the last word. */
async function completed(
  run: (...args: string[]) => Promise<Ran>,
  ...words: string[]
): Promise<readonly string[]> {
  const { code, stdout, stderr } = await run('complete', '--', ...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '');
}
const alone = (...args: string[]): Promise<Ran> => hedgehogIn(nobody, ...args);

describe('completion where no Hedgehog runs', () => {
  it.each<[string[], string[]]>([
    [['st'], ['start', 'streaming', 'storing', ':4']],
    [
      ['streaming', 'st'],
      ['start', 'stop', ':4'],
    ],
    [
      ['start', '--ex'],
      ['--exchange', ':4'],
    ],
    [
      ['start', '--exchange', 'binance-'],
      ['binance-testnet', 'binance-demo', ':4'],
    ],
    [
      ['start', '--exchange=mo'],
      ['mock', ':4'],
    ],
    [
      ['storing', 'start', 'O'],
      ['ORDERS', 'OHLC', ':4'],
    ],
    [
      ['storing', 'start', 'OHLC', 'XRP'],
      ['XRPUSDT', ':4'],
    ],
    [
      ['trading', 'shutdown', 'BTCUSDT', 'XRP'],
      ['XRPUSDT', ':4'],
    ],
    [
      ['orders', '--symbol', 'XRP'],
      ['XRPUSDT', ':4'],
    ],
    [
      ['settings', 'set', 'XRPUSDT', 'bu'],
      ['budget=', 'buy_down_interval=', ':4'],
    ],
    [
      ['logs', '--level', ''],
      ['error', 'warn', 'info', 'debug', ':4'],
    ],
    [
      ['completion', ''],
      ['zsh', 'bash', 'fish', 'powershell', ':4'],
    ],
    [
      ['help', 'st'],
      ['start', 'streaming', 'storing', ':4'],
    ],
    [['kill', ''], [':4']],
    [['backtest', '--tape', ''], [':0']],
    [['import-trades', 'XRP'], [':0']],
    [['nothing', ''], [':4']],
  ])('%j', async (words, want) => {
    expect(await completed(alone, ...words)).toEqual(want);
  });

  it('says nothing of what is wrong, and makes nothing', async () => {
    const wrong = {
      ...nobody,
      HEDGEHOG_ENV: 'nonsense',
      HEDGEHOG_EXCHANGE: 'nowhere',
      DATABASE_URL: 'nothing',
    };
    expect(await completed((...args) => hedgehogIn(wrong, ...args), 'trading', 'start', 'XRP')).toEqual([
      'XRPUSDT',
      ':4',
    ]);
    expect(existsSync(nobody.HEDGEHOG_DATA_DIR)).toBe(false);
  });

  it('does not wait for a Hedgehog that is slow to answer', async () => {
    const wanted = [{ symbol: 'XRPLATE', topic: null, status: 'on' }];
    const slow = createServer((_request, response) => {
      setTimeout(() => response.end(JSON.stringify({ service: 'trading', wanted, running: [] })), 5_000);
    });
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const { port } = slow.address() as AddressInfo;
    const environment = { HEDGEHOG_DATA_DIR: folder.path('slow') };
    const places = controlPlaces(environment);
    makeControlFolder(places);
    writeFileSync(places.readToken, 'token', { mode: 0o600 });
    announce(places.announcement, {
      ...{ pid: process.pid, port, host: '127.0.0.1', socket: null, version: VERSION, database: 'd' },
    });
    const run = (...args: string[]) => hedgehogIn(environment, ...args);
    expect(await completed(run, 'trading', 'start', 'XRP')).toEqual(['XRPUSDT', ':4']);
    slow.closeAllConnections();
    slow.close();
  });

  it('prints a script for each shell, which runs this very command', async () => {
    for (const [shell, registers] of [
      ['bash', 'complete -o default -F __hedgehog_complete hedgehog'],
      ['zsh', '#compdef hedgehog'],
      ['fish', 'complete -c hedgehog'],
      ['powershell', "Register-ArgumentCompleter -CommandName 'hedgehog'"],
    ] as const) {
      const { code, stdout, stderr } = await alone('completion', shell);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(registers);
      expect(stdout).toContain(`'${process.execPath}' '${resolve('dist/src/app/cli.js')}' complete`);
    }
    expect(await alone('completion', 'tcsh')).toMatchObject({ code: 2, stdout: '' });
  });
});

let scriptFile: string | undefined;

/** The words of bash that a key is pressed at the end of, and what it is given to put in place of the last. */
async function inBash(
  environment: NodeJS.ProcessEnv,
  line: string,
  words: readonly string[],
): Promise<readonly string[]> {
  scriptFile ??= folder.write((await alone('completion', 'bash')).stdout, 'completion.bash');
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const commands = `
    set -u
    source '${scriptFile}' && source '${scriptFile}'
    COMP_WORDS=(${quoted}) COMP_CWORD=${words.length - 1} COMP_LINE='${line.replaceAll("'", "'\\''")}' COMP_POINT=${line.length}
    __hedgehog_complete
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return new Promise((done, failed) => {
    execFile(
      'bash',
      ['--noprofile', '--norc', '-c', commands],
      { env: { ...process.env, ...environment } },
      (error, stdout, stderr) => {
        if (error !== null || stderr !== '') failed(new Error(`bash: ${stderr}`));
        else done(stdout.trimEnd().split('\n'));
      },
    );
  });
}

describe('completion of a Hedgehog that runs', () => {
  const db = testDatabase();
  const environment = () => ({ ...db.environment, HEDGEHOG_DATA_DIR: folder.path('data') });
  const command = commandsOn(environment);
  endAfterEach();
  beforeAll(() => seedSettings(db.database.kysely, ['XRPUSDT', 'ABCUSDT']));

  it('knows its symbols and its actors, on the protocol and in a real bash', async () => {
    const hedgehog = await startHedgehog(environment());
    await hedgehog.says('control: listening');
    await command('storing', 'start', 'ORDERS', 'XRPUSDT');
    await hedgehog.says('storing: ORDERS:XRPUSDT is started');
    expect(await completed(command, 'trading', 'start', 'ABC')).toEqual(['ABCUSDT', ':4']);
    const supervisor = 'Hedgehog/DataWarehouse/DynamicSubscriberSupervisor';
    const subscriber = `${supervisor}/Subscriber ORDERS:XRPUSDT`;
    expect(await completed(command, 'kill', `${supervisor}/`)).toEqual([subscriber, ':4']);
    const bash = (line: string, ...words: string[]) => inBash(environment(), line, words);
    expect(await bash('hedgehog trading st', 'hedgehog', 'trading', 'st')).toEqual(['start', 'stop']);
    expect(await bash('hedgehog trading start ABC', 'hedgehog', 'trading', 'start', 'ABC')).toEqual([
      'ABCUSDT',
    ]);
    expect(
      await bash('hedgehog start --exchange=moc', 'hedgehog', 'start', '--exchange', '=', 'moc'),
    ).toEqual(['mock']);
    expect(
      await bash(
        'hedgehog settings set X fee=1 bud',
        'hedgehog',
        'settings',
        'set',
        'X',
        'fee',
        '=',
        '1',
        'bud',
      ),
    ).toEqual(['budget=']);
    expect(await bash('hedgehog inspect Hedgehog/Pub', 'hedgehog', 'inspect', 'Hedgehog/PubS')).toEqual([
      'Hedgehog/PubSub',
    ]);
    // As it is typed without quotes, and with them.
    const typed = `${supervisor}/Sub`;
    expect(await bash(`hedgehog kill ${typed}`, 'hedgehog', 'kill', typed)).toEqual([
      subscriber.replace(' ', '\\ '),
    ]);
    expect(await bash(`hedgehog kill '${typed}`, 'hedgehog', 'kill', `'${typed}`)).toEqual([subscriber]);
    const colon = `${supervisor}/Subscriber\\ ORDERS`;
    expect(await bash(`hedgehog kill ${colon}:X`, 'hedgehog', 'kill', colon, ':', 'X')).toEqual(['XRPUSDT']);
    await hedgehog.stop();
  });

  it('evaluates nothing that was typed', async () => {
    const file = folder.path('made-by-completion');
    const typed = `$(touch ${file})`;
    await inBash(nobody, `hedgehog kill ${typed} `, ['hedgehog', 'kill', typed, '']);
    await inBash(nobody, `hedgehog kill \`touch ${file}\``, ['hedgehog', 'kill', `\`touch ${file}\``]);
    expect(existsSync(file)).toBe(false);
  });
});
