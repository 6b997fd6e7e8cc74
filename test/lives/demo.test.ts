import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Decimal, ZERO } from '../../src/domain/decimal.js';
import { openDatabase } from '../../src/warehouse/database.js';
import { dataDirectories } from '../support/data-directories.js';
import { hedgehogIn } from '../support/hedgehog.js';
import { aLog } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';

const HEDGEHOG_DATA_DIR = dataDirectories().next();
const CLI = 'dist/src/app/cli.js';
const PATIENCE_MS = 30_000;
const children = new Set<ChildProcess>();

afterEach(async () => {
  const left = [...children].filter((child) => child.exitCode === null && child.signalCode === null);
  for (const child of left) child.kill('SIGKILL');
  await Promise.all(left.map((child) => once(child, 'close')));
  children.clear();
});

/** Starts the command as users do; what else is in their environment must not lead it elsewhere. */
function startDemo(...args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, 'demo', ...args], {
    env: {
      ...process.env,
      HEDGEHOG_DATA_DIR,
      HEDGEHOG_EXCHANGE: 'binance',
      HEDGEHOG_REST_URL: 'https://api.binance.com',
      HEDGEHOG_DATABASE: 'hedgehog_development',
      HEDGEHOG_TAPE: 'no-such.csv',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    output: () => stdout,
    errors: () => stderr,
    ended,
    says: (what: RegExp) =>
      eventually(
        () => what.exec(stdout)?.[0] ?? (child.exitCode === null ? null : `ended: ${stdout}${stderr}`),
        `it says ${what}`,
        (said) => said !== null,
        PATIENCE_MS,
      ),
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    simulatorPid: () => Number(/\(process (\d+)\)/.exec(stdout)?.[1]),
  };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The rows of the table at the end. */
const summaryIn = (output: string): ReadonlyMap<string, string> =>
  new Map(
    [...output.matchAll(/^│ ([^│]+?) +│ +([^│]+?) │$/gm)].map(([, name = '', value = '']) => [name, value]),
  );

const number = (text: string | undefined): number => Number(text?.replaceAll(',', ''));

interface Row {
  readonly side: string;
  readonly status: string;
  readonly client_order_id: string;
  readonly price: string;
  readonly executed_quantity: string;
}

/** What the demo left in its database. */
async function stored() {
  const environment = { HEDGEHOG_DATA_DIR, HEDGEHOG_DATABASE: 'hedgehog_demo' };
  const database = await openDatabase({ environment, log: aLog(), create: false });
  try {
    const orders = await database.pool.query<Row>('SELECT * FROM orders ORDER BY order_id');
    const trades = await database.pool.query<{ ids: string; last: string }>(
      'SELECT count(DISTINCT trade_id) AS ids, max(trade_id) AS last FROM trade_events',
    );
    return { orders: orders.rows, trades: trades.rows[0] };
  } finally {
    await database.close();
  }
}

/** Orders by the cycle in their client order id, those that bought and sold and have ended. */
function closedCycles(orders: readonly Row[]): readonly (readonly Row[])[] {
  const cycles = new Map<string, Row[]>();
  for (const order of orders) {
    const cycle = order.client_order_id.split('-').slice(0, -1).join('-');
    cycles.set(cycle, [...(cycles.get(cycle) ?? []), order]);
  }
  return [...cycles.values()].filter((some) =>
    some.some(({ side, status }) => side === 'SELL' && status === 'FILLED'),
  );
}

/** What a cycle earned at a commission of 0.1 % of what each leg received, quote asset. */
function profitOf(cycle: readonly Row[]): Decimal {
  let profit = ZERO;
  for (const { side, price, executed_quantity } of cycle) {
    const value = new Decimal(price).times(new Decimal(executed_quantity));
    profit = side === 'BUY' ? profit.minus(value) : profit.plus(value.times(new Decimal('0.999')));
  }
  return profit;
}

/** The summary agrees with itself, with the simulator and with the database. */
async function expectConsistent(output: string): Promise<ReadonlyMap<string, string>> {
  const summary = summaryIn(output);
  const { orders, trades } = await stored();
  const of = (name: string): number => number(summary.get(name));
  expect(of('trades stored')).toBe(of('trades streamed'));
  expect(trades).toEqual({ ids: String(of('trades streamed')), last: String(of('trades streamed')) });
  expect(of('orders stored')).toBe(of('orders placed'));
  expect(orders).toHaveLength(of('orders placed'));
  expect(of("fills, by the exchange's account")).toBe(of('fills'));
  expect(of("open orders, by the exchange's account")).toBe(of('open orders'));
  expect(orders.filter(({ status }) => /NEW|PARTIALLY_FILLED/.test(status))).toHaveLength(of('open orders'));
  const closed = closedCycles(orders);
  expect(closed).toHaveLength(of('cycles closed'));
  const profit = closed.map(profitOf).reduce((sum, one) => sum.plus(one), ZERO);
  const shown = new Decimal(
    /^[+-][\d.]+/.exec(summary.get('realised profit after commission') ?? '')?.[0].replace('+', '') ?? '',
  );
  // Of every fill the exchange cuts its commission to eight decimals.
  expect(
    shown
      .minus(profit)
      .abs()
      .lte(new Decimal('0.00000001').times(new Decimal(String(of('fills'))))),
  ).toBe(true);
  expect([summary.get('reconnects'), summary.get('actors restarted')]).toEqual(['0', '0']);
  return summary;
}

describe('hedgehog demo', () => {
  it('plays its tape to the end, and tells what exchange and database tell too', async () => {
    const demo = startDemo('--speed', '5000/s');
    expect(await demo.ended).toBe(0);
    expect(demo.errors()).toBe('');
    const summary = await expectConsistent(demo.output());
    // The tape has 20,000 trades, and every fill of ours is a public trade as well.
    expect(number(summary.get('trades streamed'))).toBe(20_000 + number(summary.get('fills')));
    expect(number(summary.get('cycles closed'))).toBeGreaterThan(0);
    for (const line of [
      /order 1 +buy {2}[\d.]+ XRP at [\d.]+ placed\n/,
      /order \d+ +(?:buy|sell) +partly filled: [\d.]+ of [\d.]+ XRP\n/,
      /order 1 +bought [\d.]+ XRP at [\d.]+, in \d+ fills?\n/,
      /order \d+ +sold [\d.]+ XRP at [\d.]+, in \d+ fills?\n/,
      /order \d+ +profit \+[\d.]+ USDT after commission; so far \+[\d.]+ USDT in 1 cycle\n/,
      /---- XRPUSDT [\d.]+; [\d,]+ trades seen, [\d,]+ stored; /,
      /\n +Leader XRPUSDT /,
      /What to try next:/,
    ]) {
      expect(demo.output()).toMatch(line);
    }
    // A terminal's colours begin with one.
    expect(demo.output()).not.toContain('\u001b');
    expect(isAlive(demo.simulatorPid())).toBe(false);
  });

  it('goes on past the end of the tape when it is asked to, ends in order at Ctrl-C, and begins anew right after', async () => {
    const demo = startDemo('--speed', '8000/s', '--keep-running');
    await demo.says(/(2[1-9]|[3-9]\d),\d{3} trades seen/);
    demo.signal('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(demo.errors()).toBe('');
    await expectConsistent(demo.output());
    expect(isAlive(demo.simulatorPid())).toBe(false);

    const next = startDemo('--speed', '1000/s');
    await next.says(/profit/);
    next.signal('SIGTERM');
    expect(await next.ended).toBe(0);
    const summary = await expectConsistent(next.output());
    expect(number(summary.get('trades streamed'))).toBeLessThan(20_000);
  });

  it('ends when it is asked to before its market opens', async () => {
    const demo = startDemo();
    await demo.says(/Hedgehog demo/);
    demo.signal('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(demo.errors()).toBe('');
    expect(demo.output()).toMatch(/Ended before the market opened\.|The market closes/);
  });

  it('ends with 1, and says why, when the simulator dies', async () => {
    const demo = startDemo('--speed', '500/s');
    await demo.says(/placed/);
    process.kill(demo.simulatorPid(), 'SIGKILL');
    expect(await demo.ended).toBe(1);
    expect(demo.errors()).toMatch(/hedgehog: the simulator was ended by SIGKILL\n$/);
    expect(demo.errors()).not.toContain('    at ');
  });

  it('runs once at a time on its database, and leaves every other one as it was', async () => {
    const setup = await hedgehogIn({ HEDGEHOG_DATA_DIR, DATABASE_URL: '' }, 'db', 'setup');
    expect(setup.code).toBe(0);
    const demo = startDemo('--speed', '500/s');
    await demo.says(/placed/);
    const second = startDemo();
    expect(await second.ended).toBe(2);
    expect(second.errors()).toBe(
      'hedgehog: the database hedgehog_demo is in use: another Hedgehog or program is connected to it\n',
    );
    demo.signal('SIGINT');
    expect(await demo.ended).toBe(0);
    const again = await hedgehogIn({ HEDGEHOG_DATA_DIR, DATABASE_URL: '' }, 'db', 'setup');
    expect(again.stdout).toContain('the tables are up to date\n22 symbols have their settings already');
  });

  it.each(['SIGINT twice', 'SIGKILL'])('leaves no simulator behind after %s', async (how) => {
    const demo = startDemo('--speed', '500/s');
    await demo.says(/placed/);
    const pid = demo.simulatorPid();
    if (how === 'SIGKILL') demo.signal('SIGKILL');
    else {
      demo.signal('SIGINT');
      await demo.says(/The market closes/);
      demo.signal('SIGINT');
    }
    // The first one may be done before the second arrives.
    expect([0, 130, null]).toContain(await demo.ended);
    await eventually(
      () => isAlive(pid),
      'the simulator is gone',
      (alive) => !alive,
    );
  });

  it('refuses a speed that is none before it starts anything', async () => {
    const { code, stdout, stderr } = await hedgehogIn({ HEDGEHOG_DATA_DIR }, 'demo', '--speed', 'fast');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('hedgehog: --speed is "fast"; allowed is trades per second such as 50/s');
  });
});
