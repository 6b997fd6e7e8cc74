import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { seedSettings } from '../../seeds/settings.js';
import { DEFAULT_SETTINGS, settingsToJson } from '../../src/domain/settings.js';
import { newLeg } from '../../src/strategy/leg.js';
import type { Position } from '../../src/strategy/position.js';
import { positionToJson } from '../../src/strategy/position-json.js';
import { decimal } from '../../src/testing/index.js';
import { storeOrders } from '../../src/warehouse/order-store.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { testDatabase } from '../support/database.js';
import { anOrder } from '../support/market.js';
import { commandsOn, endAfterEach, eventually, startHedgehog } from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const db = testDatabase();
const folder = tempFolder();
const environment = () => ({ ...db.environment, HEDGEHOG_DATA_DIR: folder.path('data') });
const command = commandsOn(environment);
const start = () => startHedgehog(environment());
endAfterEach();

beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, ['XRPUSDT']);
});

const leg = (side: 'BUY' | 'SELL', price: string, filled: string) => ({
  ...newLeg(
    { symbol: 'XRPUSDT', side, price: decimal(price), quantity: decimal('10'), clientOrderId: `c-${side}` },
    1,
  ),
  orderId: 5,
  filled: decimal(filled),
});

/** One cycle that sold 10 for 0.53 that it had bought for 0.5, and one that is selling. */
async function trade(): Promise<void> {
  const { kysely } = db.database;
  const rebuy = { below: decimal('0.1'), status: 'unspent' } as const;
  const closed: Position = {
    phase: 'closed',
    earlierSells: [],
    result: { kind: 'sold' },
    rebuy: 'unspent',
    buy: leg('BUY', '0.5', '10'),
    sell: leg('SELL', '0.53', '10'),
  };
  const selling: Position = {
    phase: 'selling',
    earlierSells: [],
    buy: leg('BUY', '0.5', '10'),
    sell: leg('SELL', '0.52', '4'),
    rebuy,
  };
  for (const [position, ended_at] of [
    [closed, new Date()],
    [selling, null],
  ] as const) {
    await kysely
      .insertInto('cycles')
      .values({
        symbol_id: await symbolIdOf(kysely, 'XRPUSDT'),
        settings: JSON.stringify(settingsToJson(DEFAULT_SETTINGS)),
        position: JSON.stringify(positionToJson(position)),
        ended_at,
      })
      .execute();
  }
  await storeOrders(kysely, await symbolIdOf(kysely, 'XRPUSDT'), [
    anOrder({ clientOrderId: 'c-SELL', side: 'SELL', price: '0.52', createdTime: 1_767_323_045_000 }),
  ]);
}

/** Cells of a table, row by row. */
const cells = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('commands that look into a running Hedgehog', () => {
  it('say that none runs, and of which database', async () => {
    for (const args of [
      ['inspect'],
      ['kill', 'PubSub'],
      ['orders'],
      ['positions'],
      ['profit'],
      ['why'],
      ['logs'],
    ]) {
      const refused = await command(...args);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(
        /^hedgehog: no Hedgehog runs on the database \S+: there is no .*control\.json\. /,
      );
    }
    const hedgehog = await start();
    await hedgehog.says('control: listening');
    await hedgehog.stop('SIGKILL');
    const refused = await command('inspect');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /process \d+, announced in .*control\.json, has ended\. hedgehog start starts one/,
    );
  });

  it('show its actors, one of them, and have one crash', async () => {
    const hedgehog = await start();
    await command('trading', 'start', 'XRPUSDT');
    await hedgehog.says('trading: XRPUSDT is started');
    const tree = (await command('inspect')).stdout.split('\n');
    expect(tree[0]).toMatch(/^ACTOR +MAILBOX +HANDLED +RESTARTS +UP +STATE$/);
    expect(tree[1]).toMatch(/^Hedgehog +0 +0 +0 +[\d.]+m?s {2}strategy: rest_for_one, /);
    expect(tree.find((line) => line.includes('Leader XRPUSDT'))).toMatch(
      /^│ {2}│ {5}└─ Leader XRPUSDT +0 +\d+ +0 .* traders: 1 of 5, /,
    );
    expect(tree.at(-2)).toMatch(/^└─ Control .* port: \d+, socket: \//);
    const one = (await command('inspect', 'leader xrp')).stdout.split('\n');
    const facts = one.filter((line) => /^ {2}\S/.test(line)).map((line) => line.slice(2, 17).trim());
    expect(facts).toEqual([
      ...['kind', 'supervisor', 'up', 'mailbox', 'handled', 'restarts', 'last crash', 'last messages'],
      ...['state', 'children'],
    ]);
    expect(one[2]).toMatch(/SymbolSupervisor XRPUSDT \(one_for_all, at most 3 restarts in 5 s\)$/);
    expect(one).toContain('      "traders": "1 of 5",');
    const killed = await command('kill', 'Leader XRPUSDT');
    expect(killed).toMatchObject({ code: 0, stderr: '' });
    expect(killed.stdout).toMatch(
      /SymbolSupervisor XRPUSDT\/Leader XRPUSDT is killed; it runs again, after \d+ ms\nstarted again with it: DynamicTraderSupervisor XRPUSDT, Trader \d+\n$/,
    );
    const leader = JSON.parse((await command('inspect', 'Leader XRPUSDT', '--json')).stdout) as object;
    expect(leader).toMatchObject({
      kind: 'Leader',
      restarts: 1,
      lastCrash: { reason: 'Error: killed through the control API' },
      lastRestarts: [{ reason: 'Error: killed through the control API' }],
      supervisor: { kind: 'SymbolSupervisor', state: { intensity: '3 in 5 s' } },
    });
    const control = JSON.parse((await command('kill', 'Control', '--json')).stdout) as {
      runsAgainMs: number;
    };
    expect(control).toMatchObject({ kind: 'Control', restartedWithIt: [], missing: [] });
    expect(control.runsAgainMs).toBeLessThan(5_000);
    expect((await command('kill', 'PubSub')).stdout).toMatch(
      /^Hedgehog\/PubSub is killed; it runs again, after \d+ ms\nstarted again with it: \d\d others\n$/,
    );
    const roots = JSON.parse((await command('inspect', '--json')).stdout) as { path: string }[];
    expect(roots.map(({ path }) => path)).toEqual(['Hedgehog']);
    for (const [args, problem] of [
      [['kill', 'Hedgehog'], 'end the process with SIGTERM instead'],
      [['kill', 'nobody'], 'there is no actor "nobody"; see hedgehog inspect'],
      [['inspect', 'nobody'], 'there is no actor "nobody"'],
    ] as const) {
      const refused = await command(...args);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(problem);
    }
    expect(await hedgehog.stop()).toBe(0);
  });

  it('tell when what was killed does not come back, for it was too often', async () => {
    const hedgehog = await start();
    await hedgehog.says('control: listening');
    let last = await command('kill', 'PubSub');
    for (let more = 0; last.code === 0 && more < 5; more++) last = await command('kill', 'PubSub');
    expect(last).toMatchObject({ code: 1, stdout: '' });
    expect(last.stderr).toMatch(
      /^hedgehog: Hedgehog\/PubSub is killed, and no Hedgehog runs on the database /,
    );
    expect(await hedgehog.ended).toBe(1);
  });

  it('show the tree again and again, plainly where there is no terminal', async () => {
    const hedgehog = await start();
    await hedgehog.says('control: listening');
    const output = await new Promise<string>((resolve) => {
      const env = { ...process.env, ...environment() };
      const watching = execFile(process.execPath, ['dist/src/app/cli.js', 'inspect', '--watch'], { env });
      let text = '';
      watching.stdout?.on('data', (chunk: string) => {
        text += chunk;
        if (text.split('ACTOR  ').length > 2) watching.kill('SIGINT');
      });
      watching.on('close', () => resolve(text));
    });
    expect(output).not.toContain('\u001b');
    await hedgehog.stop();
  });

  it('show orders, positions and profit', async () => {
    await trade();
    const hedgehog = await start();
    await hedgehog.says('control: listening');
    expect(cells((await command('positions')).stdout)).toEqual([
      ['cycle', 'symbol', 'phase', 'buy', 'bought', 'sell', 'sold', 'held', 'last', 'resting', 'note'],
      ['2', 'XRPUSDT', 'selling', '10 at 0.5', '10', '10 at 0.52', '4', '6', '', 'sell at 0.52', ''],
    ]);
    expect(cells((await command('profit')).stdout)).toEqual([
      ['symbol', 'cycles', 'gross', 'fees', 'realised', 'open cycles', 'open cost', 'open profit', 'in'],
      ['XRPUSDT', '1', '0.3', '0.0103', '0.2897', '1', '3', 'the last price is not known', 'USDT'],
      ['total', '1', '0.3', '0.0103', '0.2897', '1', '3', 'the last price is not known', 'USDT'],
    ]);
    expect((await command('orders', '--symbol', 'XRPUSDT', '--open', '--csv')).stdout).toBe(
      'createdTime,updatedTime,symbol,side,status,price,quantity,executedQuantity,orderId,clientOrderId\n' +
        '2026-01-02T03:04:05.000Z,1970-01-01T00:00:01.000Z,XRPUSDT,SELL,NEW,0.52,10,0,1,c-SELL\n',
    );
    expect(cells((await command('orders')).stdout)[1]?.slice(2, 6)).toEqual([
      'XRPUSDT',
      'SELL',
      'NEW',
      '0.52',
    ]);
    expect((await command('orders', '--symbol', 'BTCUSDT')).stdout).toBe('no orders\n');
    const printed = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await command(...args, '--json')).stdout);
    expect(await printed('orders', '--limit', '1')).toMatchObject([
      { clientOrderId: 'c-SELL', price: '0.52' },
    ]);
    expect(await printed('positions')).toMatchObject([{ cycleId: 2, held: '6' }]);
    expect(await printed('profit')).toMatchObject({ totals: [{ netProfit: '0.2897' }] });
    expect(await command('orders', '--csv', '--json')).toMatchObject({ code: 2, stdout: '' });
    expect((await command('orders', '--limit', '0')).stderr).toContain(
      'limit is "0"; allowed is a number from 1 to 1000',
    );
    await hedgehog.stop();
  });

  it('say why nothing happens, and what helps', async () => {
    const hedgehog = await start();
    await hedgehog.says('control: listening');
    expect((await command('why')).stdout).toBe(
      'nothing is traded; hedgehog trading start SYMBOL starts it\n',
    );
    const isOff = 'XRPUSDT: trading is off\n  try: hedgehog trading start XRPUSDT\n';
    expect((await command('why', 'XRPUSDT')).stdout).toBe(isOff);
    await command('trading', 'start', 'XRPUSDT');
    await hedgehog.says('trading: XRPUSDT is started');
    await eventually(
      async () => (await command('why')).stdout,
      'it tells what it waits for',
      (text) =>
        text ===
        'XRPUSDT: flat, waiting for the first trade; streaming is off\n  try: hedgehog streaming start XRPUSDT\n',
    );
    expect(JSON.parse((await command('why', '--json')).stdout)).toMatchObject([
      { symbol: 'XRPUSDT', traded: true, hint: 'hedgehog streaming start XRPUSDT' },
    ]);
    const unknown = await command('why', 'XRPUSDC');
    expect([unknown.code, unknown.stdout]).toEqual([2, '']);
    expect(unknown.stderr).toMatch(
      /^hedgehog: "XRPUSDC" is unknown; did you mean XRPUSDT\? Allowed is .*XRPUSDT/,
    );
    expect(await hedgehog.stop()).toBe(0);
  });

  it('show its log, and follow it to its end', async () => {
    const hedgehog = await start();
    await hedgehog.says('control: listening');
    const lines = (await command('logs')).stdout.split('\n');
    expect(
      lines.some((line) => /^\S+Z info {2}app {8}Hedgehog runs exchange=mock symbols=22/.test(line)),
    ).toBe(true);
    expect(await command('logs', '--level', 'error', '--symbol', 'NOPE')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'no such line is kept: --level error --symbol NOPE\n',
    });
    expect((await command('logs', '--level', 'loud')).stderr).toContain('level is "loud"');
    const following = command('logs', '--follow', '--json');
    await command('trading', 'start', 'XRPUSDT');
    await hedgehog.says('trading: XRPUSDT is started');
    expect(await hedgehog.stop()).toBe(0);
    const followed = await following;
    expect(followed.code).toBe(0);
    expect(followed.stderr).toMatch(/^Hedgehog \(process \d+\) has ended\n$/);
    const messages = followed.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages).toEqual(
      expect.arrayContaining([
        'Hedgehog runs',
        'trading: XRPUSDT is started',
        'stopping; orders stay where they are',
      ]),
    );
  });

  it('tell where the tokens are, and print one only when they are told to', async () => {
    const hedgehog = await start();
    await hedgehog.says('control: listening');
    const file = (await command('api-token')).stdout.trim();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const readOnly = await command('api-token', '--read-only');
    expect(readOnly.stdout).toMatch(/control\.read\.token\n$/);
    const shown = (await command('api-token', '--show')).stdout;
    expect(shown).toBe(readFileSync(file, 'utf8'));
    expect(hedgehog.output()).not.toContain(shown.trim());
    await hedgehog.stop();
    expect(hedgehog.output()).not.toContain(shown.trim());
    const none = await commandsOn(() => ({ ...environment(), HEDGEHOG_DATA_DIR: folder.path('none') }))(
      'api-token',
    );
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('yet: hedgehog start makes it');
  });

  it('explain themselves with examples, without a Hedgehog', async () => {
    for (const name of ['inspect', 'kill', 'orders', 'positions', 'profit', 'why', 'logs', 'api-token']) {
      const help = await command(name, '--help');
      expect([name, help.code]).toEqual([name, 0]);
      expect(help.stdout).toContain(`Usage: hedgehog ${name}`);
      expect(help.stdout).toMatch(/Examples:\n {2}(hedgehog|curl)/);
    }
  });
});

describe('a Hedgehog whose API is refused', () => {
  it('does not start open to other machines, or on a port that is none', async () => {
    const refused = await commandsOn(() => ({
      ...environment(),
      HEDGEHOG_CONTROL_HOST: '0.0.0.0',
      HEDGEHOG_CONTROL_PORT: 'x',
    }))('start');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('HEDGEHOG_CONTROL_HOST is "0.0.0.0": whoever can reach it');
    await sql`SELECT 1`.execute(db.database.kysely);
  });
});
