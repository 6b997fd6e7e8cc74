import { hostname } from 'node:os';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { seedSettings } from '../../seeds/settings.js';
import { claimForExchange } from '../../src/warehouse/installation.js';
import { dropDatabase, freshDatabase, testDatabase } from '../support/database.js';
import {
  commandsOn,
  endAfterEach,
  eventually,
  type RunningHedgehog,
  spawnHedgehog,
  startHedgehog,
} from '../support/running-hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const TAPE = 'test/fixtures/tapes/XRPUSDT-e2e.csv.gz';
const SYMBOLS = ['XRPUSDT', 'BTCUSDT', 'ETHUSDT'];
const db = testDatabase();
const command = commandsOn(() => db.environment);
const folder = tempFolder();
endAfterEach();

beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, SYMBOLS);
});

const start = (environment: Record<string, string> = {}): Promise<RunningHedgehog> =>
  startHedgehog({ ...db.environment, HEDGEHOG_TAPE: TAPE, HEDGEHOG_TAPE_PACE: '20ms', ...environment });

/** How long the work takes to be followed, in milliseconds from its end. */
async function followedWithin(
  work: Promise<{ code: number }>,
  follow: () => Promise<unknown>,
): Promise<number> {
  expect((await work).code).toBe(0);
  const doneMs = performance.now();
  await follow();
  return performance.now() - doneMs;
}

describe('hedgehog start', () => {
  it('says everything that is wrong with its environment at once, and ends with 2', async () => {
    const hedgehog = spawnHedgehog({
      DATABASE_URL: 'nonsense',
      HEDGEHOG_ENV: 'prod',
      HEDGEHOG_EXCHANGE: 'kraken',
      HEDGEHOG_LOG_LEVEL: 'loud',
      HEDGEHOG_TAPE: folder.path('missing.csv'),
      HEDGEHOG_TAPE_LOOP: 'maybe',
      HEDGEHOG_TAPE_PACE: 'fast',
      HEDGEHOG_EXCHANGE_INFO: '',
    });
    expect(await hedgehog.ended).toBe(2);
    for (const problem of [
      'HEDGEHOG_EXCHANGE is "kraken"; allowed is mock, binance, binance-testnet, binance-demo, simulator',
      'HEDGEHOG_LOG_LEVEL is "loud"; allowed is error, warn, info, debug',
      'HEDGEHOG_TAPE_LOOP is "maybe"; allowed is on, off',
      'HEDGEHOG_ENV is "prod"; allowed is development, test, production',
      'DATABASE_URL is not the URL of a PostgreSQL database',
      'HEDGEHOG_TAPE_PACE is "fast"; allowed is trades per second such as 50/s',
      'there is no such file',
    ]) {
      expect(hedgehog.output()).toContain(problem);
    }
  });

  it('makes the tables and seeds them when the database is new', async () => {
    const url = await freshDatabase('empty');
    try {
      const hedgehog = await startHedgehog({ DATABASE_URL: url });
      await hedgehog.says('symbols were given default settings symbols=22');
      expect(await hedgehog.stop()).toBe(0);
    } finally {
      await dropDatabase(url);
    }
  });

  it('runs on a database once, and again when the first has ended', async () => {
    const first = await start();
    const second = spawnHedgehog(db.environment);
    expect(await second.ended).toBe(2);
    expect(second.output()).toMatch(
      new RegExp(
        `a Hedgehog runs on this database already: process ${first.pid} on ${hostname()}, since 20[-0-9]+T[0-9:]+Z, ` +
          'version [0-9.]+; stop that one first',
      ),
    );
    expect(await first.stop('SIGKILL')).toBe(null);
    const third = await start();
    expect(await third.stop('SIGINT')).toBe(0);
    expect(third.output()).toContain('Hedgehog has stopped');
  });

  it('follows what other processes switch and set within a second', async () => {
    const hedgehog = await start();
    const traded = await followedWithin(command('trading', 'start', 'XRPUSDT', 'BTCUSDT'), async () => {
      await hedgehog.says('trading: XRPUSDT is started');
      await hedgehog.says('trading: BTCUSDT is started');
    });
    const streamed = await followedWithin(command('streaming', 'start', 'XRPUSDT'), () =>
      hedgehog.says('streaming: XRPUSDT is started'),
    );
    const stopped = await followedWithin(command('trading', 'stop', 'BTCUSDT'), () =>
      hedgehog.says('trading: BTCUSDT is stopped'),
    );
    expect(Math.max(traded, streamed, stopped)).toBeLessThan(1_000);
    expect(await hedgehog.stop()).toBe(0);
  });

  it('uses new settings for the next cycle', async () => {
    await command('settings', 'set', 'XRPUSDT', 'budget=100', 'chunks=5', 'buy_down_interval=0.0025');
    const hedgehog = await start();
    await command('trading', 'start', 'XRPUSDT');
    // It applies to cycles that begin later, and the first has begun.
    await command('settings', 'set', 'XRPUSDT', 'budget=500');
    await command('streaming', 'start', 'XRPUSDT');
    await hedgehog.says(/placing buy .*quantity=46\.43/);
    await hedgehog.stop();
  });

  it('follows what somebody changed by hand', async () => {
    const hedgehog = await start();
    await sql`UPDATE trading_settings SET status = 'on'`.execute(db.database.kysely);
    for (const symbol of SYMBOLS) await hedgehog.says(`trading: ${symbol} is started`);
    await sql`UPDATE trading_settings SET status = 'off'`.execute(db.database.kysely);
    for (const symbol of SYMBOLS) await hedgehog.says(`trading: ${symbol} is stopped`);
    await hedgehog.stop();
  });

  it('follows again after it lost its connections, and catches up with what it missed', async () => {
    const hedgehog = await start();
    await command('trading', 'start', 'XRPUSDT');
    await hedgehog.says('trading: XRPUSDT is started');
    // Changed and cut in one statement: whoever listens is gone before it can be told, and not back yet.
    await sql`
      WITH changed AS (UPDATE trading_settings SET status = 'on' RETURNING symbol_id)
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND (SELECT count(*) FROM changed) > 0`.execute(db.database.kysely);
    await hedgehog.says('the connection that listens was lost');
    for (const symbol of SYMBOLS) await hedgehog.says(`trading: ${symbol} is started`);
    await command('trading', 'stop', 'XRPUSDT');
    await hedgehog.says('trading: XRPUSDT is stopped');
    const second = spawnHedgehog(db.environment);
    expect(await second.ended).toBe(2);
    expect(await hedgehog.stop()).toBe(0);
  });

  it('starts by itself what is on', async () => {
    await command('trading', 'start', 'XRPUSDT', 'ETHUSDT');
    await command('streaming', 'start', 'XRPUSDT');
    const hedgehog = await start();
    await hedgehog.says('trading: XRPUSDT is started');
    await hedgehog.says('trading: ETHUSDT is started');
    await hedgehog.says('streaming: XRPUSDT is started');
    expect(hedgehog.output()).not.toContain('BTCUSDT is started');
    await hedgehog.stop();
  });

  it('ends at once when it is asked twice, with the code of the second signal', async () => {
    const hedgehog = await start();
    // Both are there when it goes on, in an order that is the system's affair.
    for (const signal of ['SIGSTOP', 'SIGTERM', 'SIGINT', 'SIGCONT'] as const) hedgehog.signal(signal);
    const code = await hedgehog.ended;
    const [, second] = /(SIG\w+) again: ending at once/.exec(hedgehog.output()) ?? [];
    expect(code).toBe({ SIGINT: 130, SIGTERM: 143 }[second ?? '']);
    expect(code).toBeGreaterThan(128);
  });

  it.each([
    ['an error that nobody catches', 'throw new Error("planted")'],
    ['a promise that fails unheard', 'Promise.reject(new Error("planted"))'],
  ])('ends in order, with 1, after %s', async (_what, defect) => {
    const planted = `process.on("SIGHUP",()=>{${defect}})`;
    const hedgehog = await start({
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(planted)}`,
    });
    hedgehog.signal('SIGHUP');
    hedgehog.signal('SIGHUP');
    expect(await hedgehog.ended).toBe(1);
    const output = hedgehog.output();
    expect(output.match(/a defect outside the actors, Hedgehog ends: planted/g)).toHaveLength(1);
    expect(output.match(/Error: planted\n {4}at /g)).toHaveLength(1);
    expect(output).toContain('stopping; orders stay where they are');
    expect(output).toContain('hedgehog: a defect outside the actors: planted\n');
  });

  it('publishes the tapes of a folder, and says what has none', async () => {
    const hedgehog = await start({ HEDGEHOG_TAPE: '', HEDGEHOG_TAPES_FOLDER: 'test/fixtures/tapes' });
    await command('streaming', 'start', 'XRPUSDT', 'BTCUSDT');
    await hedgehog.says('streaming: XRPUSDT is started');
    await hedgehog.says('streaming: BTCUSDT cannot be started: there is no tape of BTCUSDT');
    await hedgehog.stop();
  });
});

describe('the commands that switch and set', () => {
  it('answer what stands now, also when it stood so already', async () => {
    expect(await command('trading', 'start', 'XRPUSDT')).toMatchObject({
      code: 0,
      stdout:
        'trading: XRPUSDT is on\nno Hedgehog runs on this database at the moment: it takes effect with the next hedgehog start\n',
    });
    expect((await command('trading', 'start', 'XRPUSDT')).stdout).toContain('XRPUSDT is on already');
    expect((await command('trading', 'shutdown', 'XRPUSDT')).stdout).toContain('XRPUSDT is shutting down');
    expect((await command('trading', 'stop', 'XRPUSDT')).stdout).toContain('XRPUSDT is off');
    expect((await command('storing', 'start', 'ORDERS', 'XRPUSDT')).stdout).toContain(
      'storing ORDERS: XRPUSDT is on',
    );
  });

  it('refuse an unknown symbol or topic, name what is allowed, and change nothing', async () => {
    const refused = await command('trading', 'start', 'XRPUSDT', 'DOGE');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toBe('hedgehog: "DOGE" is unknown; allowed is BTCUSDT, ETHUSDT, XRPUSDT\n');
    const topic = await command('storing', 'start', 'TRADES', 'XRPUSDT');
    expect(topic).toMatchObject({ code: 2 });
    expect(topic.stderr).toContain('"TRADES" is unknown; allowed is TRADE_EVENTS, ORDERS, OHLC');
    const list = JSON.parse((await command('trading', 'list', '--json')).stdout) as { status: string }[];
    expect(list.map(({ status }) => status)).toEqual(['off', 'off', 'off']);
  });

  it('list what is on, and say that nothing runs', async () => {
    await command('storing', 'start', 'OHLC', 'XRPUSDT');
    expect((await command('storing', 'list')).stdout).toBe(
      [
        'symbol                  status    state',
        'OHLC XRPUSDT            on',
        '8 of 9 are off',
        '(no daemon is running)\n',
      ].join('\n'),
    );
    expect(JSON.parse((await command('streaming', 'list', '--json')).stdout)).toEqual(
      SYMBOLS.toSorted().map((symbol) => ({ symbol, status: 'off', state: null, reason: null })),
    );
  });

  it('list how it stands in the Hedgehog that runs, as long as one does', async () => {
    const hedgehog = await start({ HEDGEHOG_TAPE: '', HEDGEHOG_TAPES_FOLDER: 'test/fixtures/tapes' });
    await command('streaming', 'start', 'XRPUSDT', 'BTCUSDT');
    await command('storing', 'start', 'ORDERS', 'XRPUSDT');
    const standing = [
      'symbol                  status    state',
      'BTCUSDT                 on        given-up: there is no tape of BTCUSDT',
      'XRPUSDT                 on        running',
      // It took in all that the exchange lists.
      '20 of 22 are off\n',
    ].join('\n');
    await eventually(
      async () => (await command('streaming', 'list')).stdout,
      'it lists how they stand',
      (found) => found === standing,
    );
    await eventually(
      async () => (await command('storing', 'list')).stdout,
      'what is stored is listed',
      (found) => found.includes('ORDERS XRPUSDT          on        running\n65 of 66 are off\n'),
    );
    const rows = JSON.parse((await command('streaming', 'list', '--json')).stdout) as { symbol: string }[];
    expect(rows.filter(({ symbol }) => SYMBOLS.includes(symbol))).toEqual([
      { symbol: 'BTCUSDT', status: 'on', state: 'given-up', reason: 'there is no tape of BTCUSDT' },
      { symbol: 'ETHUSDT', status: 'off', state: null, reason: null },
      { symbol: 'XRPUSDT', status: 'on', state: 'running', reason: null },
    ]);
    await hedgehog.stop('SIGKILL');
    await eventually(
      async () => (await command('streaming', 'list')).stdout,
      'it lists that nothing runs',
      (found) => found.endsWith('XRPUSDT                 on\n20 of 22 are off\n(no daemon is running)\n'),
    );
  });

  it.each([
    { given: ['budget=49'], problem: 'must be at least 50' },
    { given: ['chunks=0'], problem: 'chunks is "0"; allowed is a whole number from 1' },
    { given: ['chunks=2', 'fee=1'], problem: 'fee is "1"; allowed is a decimal from 0 to below 1' },
    { given: ['chunks=2', 'colour=red'], problem: '"colour" is unknown; allowed are chunks, budget' },
    { given: ['chunks'], problem: '"chunks" is no setting; allowed is key=value' },
    { given: ['chunks=2', 'chunks=3'], problem: 'chunks is given twice' },
    {
      given: ['profit_interval=-1', 'budget='],
      problem: 'profit_interval is "-1"; allowed is a decimal above -1',
    },
  ])('refuse $given and leave all settings as they were', async ({ given, problem }) => {
    const refused = await command('settings', 'set', 'XRPUSDT', ...given);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(problem);
    const [row] = JSON.parse((await command('settings', 'show', 'XRPUSDT', '--json')).stdout) as object[];
    expect(row).toEqual({
      symbol: 'XRPUSDT',
      status: 'off',
      chunks: 5,
      budget: '1000',
      buy_down_interval: '0.0001',
      profit_interval: '-0.0012',
      rebuy_interval: '0.001',
      fee: '0.001',
    });
  });

  it('set several settings and leave the others', async () => {
    const done = await command('settings', 'set', 'BTCUSDT', 'chunks=3', 'profit_interval=-0.5');
    expect(done.code).toBe(0);
    const rows = JSON.parse((await command('settings', 'show', '--json')).stdout) as Record<
      string,
      unknown
    >[];
    expect(rows.find(({ symbol }) => symbol === 'BTCUSDT')).toMatchObject({
      chunks: 3,
      profit_interval: '-0.5',
      budget: '1000',
    });
    expect(rows.filter(({ chunks }) => chunks === 3)).toHaveLength(1);
  });

  it('name the database that is not set up', async () => {
    const url = await freshDatabase('empty');
    try {
      const refused = await commandsOn(() => ({ DATABASE_URL: url }))('trading', 'list');
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('is not set up; hedgehog db setup does that');
    } finally {
      await dropDatabase(url);
    }
  });

  it('refuse to publish when nothing runs, or nothing is stored', async () => {
    const args = ['publish', '--symbol', 'XRPUSDT', '--from', '2024-01-01', '--to', '2024-01-02'];
    expect((await command(...args)).stderr).toContain('no trades of XRPUSDT are stored from 2024-01-01');
    await sql`
      INSERT INTO trade_events (symbol_id, trade_id, trade_time, event_time, buyer_is_maker, price, quantity)
      SELECT id, 1, 1704067200000, 1704067200000, true, 1, 1 FROM symbols WHERE symbol = 'XRPUSDT'`.execute(
      db.database.kysely,
    );
    const refused = await command(...args);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('no Hedgehog runs on this database');
    await claimForExchange(db.database.kysely, 'binance-testnet');
    expect(await command(...args)).toMatchObject({ code: 2, stdout: '' });
    expect((await command(...args)).stderr).toContain('this database is that of binance-testnet');
    expect((await command(...args, '--interval-ms', 'x')).stderr).toContain('--interval-ms is "x"');
  });
});
