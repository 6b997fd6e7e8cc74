import { beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { testDatabase } from '../support/database.js';
import { commandsOn, endAfterEach, eventually, startHedgehog } from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const db = testDatabase();
const folder = tempFolder();
const environment = () => ({ ...db.environment, HEDGEHOG_DATA_DIR: folder.path('data') });
const command = commandsOn(environment);
/** As from another machine: the database is the same, and the files of Hedgehog are not there. */
const elsewhere = commandsOn(() => ({ ...environment(), HEDGEHOG_DATA_DIR: folder.path('elsewhere') }));
endAfterEach();

beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, ['XRPUSDT', 'BTCUSDT']);
});

async function start() {
  const hedgehog = await startHedgehog({
    ...environment(),
    HEDGEHOG_TAPES_FOLDER: 'test/fixtures/tapes',
    HEDGEHOG_TAPE_PACE: '20/s',
  });
  await hedgehog.says('control: listening');
  return hedgehog;
}

describe('switching and setting while a Hedgehog runs', () => {
  it('goes through it, and tells what became of it', async () => {
    const hedgehog = await start();
    expect(await command('trading', 'start', 'XRPUSDT')).toMatchObject({
      code: 0,
      stdout: 'trading: XRPUSDT is on, running\n',
      stderr: '',
    });
    expect(hedgehog.output()).toContain('control: trading is switched on');
    expect(await command('streaming', 'start', 'XRPUSDT', 'BTCUSDT')).toMatchObject({
      code: 1,
      stdout:
        'streaming: XRPUSDT is on, running\nstreaming: BTCUSDT is on, given up: there is no tape of BTCUSDT\n',
      stderr: expect.stringMatching(
        /^hedgehog: given up: BTCUSDT; tried again when .*\n$/,
      ) as unknown as string,
    });
    const stopped = await command('trading', 'stop', 'XRPUSDT', '--json');
    expect([stopped.code, JSON.parse(stopped.stdout)]).toEqual([
      0,
      {
        service: 'trading',
        followedBy: 'here',
        symbols: [{ symbol: 'XRPUSDT', before: 'on', status: 'off', state: null, reason: null }],
      },
    ]);
    expect((await command('trading', 'start', 'XRPUSDT', '--no-wait')).stdout).toBe(
      'trading: XRPUSDT is on\n',
    );
    const refused = await command('storing', 'start', 'ORDERS', 'DOGE', 'XRPUSDT', '--json');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /^hedgehog: "DOGE" is unknown; did you mean DOGEUSDT\? Allowed is .*XRPUSDT\n$/,
    );
    expect(await hedgehog.stop()).toBe(0);
  });

  it('shows what settings would change before it changes them, and takes them without a restart', async () => {
    const hedgehog = await start();
    await command('trading', 'start', 'XRPUSDT');
    const open = await eventually(
      async () =>
        JSON.parse((await command('positions', '--json')).stdout) as { cycleId: number; phase: string }[],
      'a cycle is open',
      (found) => found.length > 0,
    );
    const preview = [
      'settings of XRPUSDT, whose trading is on:',
      '  chunks            5 -> 3',
      '  budget            1000 -> 250.5',
      '  for               cycles that begin from now on',
      `  open cycles       go on with their old settings: ${open[0]?.cycleId} (flat)`,
    ];
    const given = ['settings', 'set', 'XRPUSDT', 'chunks=3', 'budget=250.50'];
    expect(await command(...given, '--dry-run')).toMatchObject({
      code: 0,
      stdout: [...preview, 'settings of XRPUSDT stay as they are: --dry-run\n'].join('\n'),
    });
    expect(await command(...given)).toMatchObject({
      code: 0,
      stdout: [...preview, 'settings of XRPUSDT are set\n'].join('\n'),
    });
    await eventually(
      async () => (await command('inspect', 'Leader XRPUSDT')).stdout,
      'the Leader has taken them',
      (text) => text.includes('"traders": "1 of 3"') && text.includes('restarts        0'),
    );
    const set = await command('settings', 'set', 'XRPUSDT', 'fee=0', '--json');
    expect(JSON.parse(set.stdout)).toMatchObject({
      ...{ dryRun: false, followedBy: 'here', openCycles: 1 },
      changes: [{ key: 'fee', from: '0.001', to: '0' }],
    });
    await hedgehog.stop();
  });

  it('shuts a symbol down, and waits until it is off when it is told to', async () => {
    const hedgehog = await start();
    await command('settings', 'set', 'XRPUSDT', 'profit_interval=0.5', 'buy_down_interval=0', 'chunks=1');
    await command('trading', 'start', 'XRPUSDT');
    await command('streaming', 'start', 'XRPUSDT');
    const cycle = await eventually(
      async () => (JSON.parse((await command('positions', '--json')).stdout) as { phase: string }[])[0],
      'it has bought, and asks for a price that does not come',
      (found) => found?.phase === 'selling',
    );
    expect(cycle).toBeDefined();
    expect(await command('trading', 'shutdown', 'XRPUSDT')).toMatchObject({
      code: 0,
      stdout: 'trading: XRPUSDT is shutting down, 1 cycle is open\n',
    });
    let heard = '';
    const waiting = commandsOn(environment, (text) => {
      heard += text;
    })('trading', 'shutdown', 'XRPUSDT', '--wait');
    await eventually(() => heard.includes('waiting until it is off'), 'it waits');
    await hedgehog.stop();
    const ended = await waiting;
    expect([ended.code, ended.stdout]).toEqual([
      1,
      expect.stringContaining('the Hedgehog that ran has ended meanwhile'),
    ]);
    expect(ended.stderr).toContain('it is not off yet, and nobody sees to it');
  });

  it('is off when nothing was bought', async () => {
    const hedgehog = await start();
    await command('trading', 'start', 'XRPUSDT');
    const off = await command('trading', 'shutdown', 'XRPUSDT', '--wait');
    expect(off).toMatchObject({
      code: 0,
      stdout: 'trading: XRPUSDT is off\n',
      stderr: 'waiting until it is off; Ctrl-C ends the waiting, and nothing else\n',
    });
    await hedgehog.stop();
  });
});

describe('switching where the Hedgehog that runs is not found', () => {
  it('writes to the database, and tells that it is followed elsewhere', async () => {
    const hedgehog = await start();
    const note = 'followed by the Hedgehog that runs elsewhere: its local API is not found here';
    expect(await elsewhere('trading', 'start', 'XRPUSDT')).toMatchObject({
      code: 0,
      stdout: `trading: XRPUSDT is on, running\n${note}\n`,
    });
    expect(hedgehog.output()).not.toContain('control: trading is switched');
    const given = await elsewhere('streaming', 'start', 'BTCUSDT', '--json');
    expect([given.code, JSON.parse(given.stdout)]).toEqual([
      1,
      {
        service: 'streaming',
        followedBy: 'elsewhere',
        symbols: [
          {
            ...{ symbol: 'BTCUSDT', before: 'off', status: 'on', state: 'given-up' },
            reason: 'there is no tape of BTCUSDT',
          },
        ],
      },
    ]);
    expect((await elsewhere('trading', 'list')).stdout).toContain(
      'XRPUSDT                 on        running\n',
    );
    expect((await elsewhere('settings', 'set', 'XRPUSDT', 'chunks=4')).stdout).toContain(
      `settings of XRPUSDT are set\n${note}\n`,
    );
    expect((await elsewhere('trading', 'shutdown', 'XRPUSDT', '--wait')).stdout).toBe(
      `trading: XRPUSDT is off\n${note}\n`,
    );
    await hedgehog.stop();
  });

  it('does not take one that was killed for one that runs', async () => {
    const hedgehog = await start();
    await hedgehog.stop('SIGKILL');
    await eventually(
      async () => (await command('trading', 'start', 'XRPUSDT')).stdout,
      'its lock is gone',
      (text) =>
        /^trading: XRPUSDT is on( already)?\nno Hedgehog runs on this database at the moment: it takes effect/.test(
          text,
        ),
    );
  });
});
