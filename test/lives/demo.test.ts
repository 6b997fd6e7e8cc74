import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Decimal, ZERO } from '../../src/domain/decimal.js';
import { openDatabase } from '../../src/warehouse/database.js';
import { dataDirectories } from '../support/data-directories.js';
import { FakeTerminal } from '../support/fake-terminal.js';
import { hedgehogIn } from '../support/hedgehog.js';
import { aLog } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';

const HEDGEHOG_DATA_DIR = dataDirectories().next();
const CLI = 'dist/src/app/cli.js';
/** On a machine that has much else to do. */
const PATIENCE_MS = 60_000;
const TEST_MS = 2 * PATIENCE_MS;
const children = new Set<ChildProcess>();

afterEach(async () => {
  const left = [...children].filter((child) => child.exitCode === null && child.signalCode === null);
  for (const child of left) child.kill('SIGKILL');
  await Promise.all(left.map((child) => once(child, 'close')));
  children.clear();
});

/** Node's standard output as it is on a terminal; that of the system's own kind is not on every machine. */
const ON_A_TERMINAL =
  'data:text/javascript,Object.assign(process.stdout, {isTTY: true, columns: 100, rows: 30});';

/** Starts the command as users do; what else is in their environment must not lead it elsewhere. */
function startDemo(...args: readonly string[]) {
  return startDemoWith([], ...args);
}

function startDemoWith(nodeOptions: readonly string[], ...args: readonly string[]) {
  const child = spawn(process.execPath, [...nodeOptions, CLI, 'demo', ...args], {
    env: {
      ...process.env,
      CI: '',
      NO_COLOR: '',
      TERM: 'xterm',
      HEDGEHOG_DATA_DIR,
      HEDGEHOG_EXCHANGE: 'binance',
      HEDGEHOG_REST_URL: 'https://api.binance.com',
      HEDGEHOG_DATABASE: 'hedgehog_development',
      HEDGEHOG_TAPE: 'no-such.csv',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a shell gives it one.
    detached: true,
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
        () => {
          const [said] = what.exec(stdout) ?? [];
          if (said === undefined && (child.exitCode !== null || child.signalCode !== null))
            throw new Error(`it ended without saying ${what}:\n${stdout}${stderr}`);
          return said ?? null;
        },
        `it says ${what}`,
        (said) => said !== null,
        PATIENCE_MS,
      ),
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    /** What Ctrl-C does: it is for all of the terminal's foreground group. */
    interrupt: () => process.kill(-(child.pid ?? 0), 'SIGINT'),
    /** As `| head` does when it has read enough. */
    stopReading: () => child.stdout.destroy(),
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

/** A terminal's codes begin with it. */
const ESCAPE = '\u001b';
const SYMBOLS = ['XRPUSDT', 'DOGEUSDT', 'SOLUSDT'] as const;

/** The table at the end: what it says of a symbol, or in total. */
function summaryIn(output: string) {
  const rows = [...output.matchAll(/^│(.+)│$/gm)].map(([, row = '']) =>
    row.split('│').map((cell) => cell.trim()),
  );
  const [head = []] = rows;
  expect(head).toEqual(['', ...SYMBOLS, 'total']);
  const text = (name: string, column: string): string =>
    rows.find(([title]) => title === name)?.[head.indexOf(column)] ?? '';
  return { text, count: (name: string, column: string) => Number(text(name, column).replaceAll(',', '')) };
}

interface Row {
  readonly side: string;
  readonly status: string;
  readonly client_order_id: string;
  readonly price: string;
  readonly executed_quantity: string;
}

/** What the demo left in its database of a symbol. */
async function stored(symbol: string) {
  const environment = { HEDGEHOG_DATA_DIR, HEDGEHOG_DATABASE: 'hedgehog_demo' };
  const database = await openDatabase({ environment, log: aLog(), create: false });
  try {
    const ofSymbol = 'WHERE symbol_id = (SELECT id FROM symbols WHERE symbol = $1)';
    const orders = await database.pool.query<Row>(`SELECT * FROM orders ${ofSymbol} ORDER BY order_id`, [
      symbol,
    ]);
    const trades = await database.pool.query<{ ids: string; last: string }>(
      `SELECT count(DISTINCT trade_id) AS ids, max(trade_id) AS last FROM trade_events ${ofSymbol}`,
      [symbol],
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
async function expectConsistent(output: string): Promise<ReturnType<typeof summaryIn>> {
  const summary = summaryIn(output);
  for (const symbol of SYMBOLS) {
    const { orders, trades } = await stored(symbol);
    const of = (name: string): number => summary.count(name, symbol);
    expect(of('trades stored')).toBe(of('trades streamed'));
    expect(trades).toEqual({ ids: String(of('trades streamed')), last: String(of('trades streamed')) });
    expect(of('orders stored')).toBe(of('orders placed'));
    expect(orders).toHaveLength(of('orders placed'));
    expect(orders.filter(({ status }) => /NEW|PARTIALLY_FILLED/.test(status))).toHaveLength(
      of('open orders'),
    );
    const closed = closedCycles(orders);
    expect(closed).toHaveLength(of('cycles closed'));
    const profit = closed.map(profitOf).reduce((sum, one) => sum.plus(one), ZERO);
    const shown = new Decimal(summary.text('USDT realised', symbol).replace('+', ''));
    // Of every fill the exchange cuts its commission to eight decimals.
    const most = new Decimal('0.00000001').times(new Decimal(String(of('fills'))));
    expect(shown.minus(profit).abs().lte(most)).toBe(true);
  }
  expect(output).toContain(
    "The exchange's own account agrees to the last digit: fills, open orders, balances.",
  );
  expect(output).toContain('s, 0 reconnects.\n');
  return summary;
}

describe('hedgehog demo', () => {
  it(
    'plays its tape to the end, kills a trader on the way, and tells what exchange and database tell too',
    async () => {
      const demo = startDemo();
      expect(await demo.ended).toBe(0);
      expect(demo.errors()).toBe('');
      const summary = await expectConsistent(demo.output());
      // The tape has 20,000 trades, and every fill of ours is a public trade as well.
      expect(summary.count('trades streamed', 'XRPUSDT')).toBe(20_000 + summary.count('fills', 'XRPUSDT'));
      for (const symbol of SYMBOLS) expect(summary.count('trades streamed', symbol)).toBeGreaterThan(1_000);
      expect(summary.count('cycles closed', 'total')).toBeGreaterThan(0);
      for (const line of [
        /XRPUSDT +order 1 +buy {2}[\d.]+ XRP at [\d.]+ placed\n/,
        /DOGEUSDT +order 1 +buy {2}[\d.]+ DOGE at [\d.]+ placed\n/,
        /SOLUSDT +order 1 +buy {2}[\d.]+ SOL at [\d.]+ placed\n/,
        /XRPUSDT +order 1 +bought [\d.]+ XRP at [\d.]+ in \d+ fills?\n/,
        /order \d+ +sold [\d.]+ \w+ at [\d.]+ in \d+ fills?: \+[\d.]+ USDT after commission, \+[\d.]+ in 1 cycle\n/,
        /XRPUSDT +---- [\d.]+ \([+-][\d.]+%\); [\d,]+ seen, [\d,]+ stored; /,
        /Trader \d+ is killed for show, while its order \d+ rests on the exchange\n/,
        /Trader \d+ was killed for show; it was back[\w\d, ]+\. 0 other actors started again\.\n/,
        /\n[│ ]+└─ Leader XRPUSDT /,
        /What to try next:/,
      ]) {
        expect(demo.output()).toMatch(line);
      }
      // A terminal's colours begin with one.
      expect(demo.output()).not.toContain('\u001b');
      expect(isAlive(demo.simulatorPid())).toBe(false);
    },
    TEST_MS,
  );

  it(
    'goes on past the end of the tape when it is asked to, ends in order at Ctrl-C, and begins anew right after',
    async () => {
      const demo = startDemo('--speed', '1500/s', '--keep-running');
      await demo.says(/(2[1-9]|[3-9]\d),\d{3} seen/);
      demo.interrupt();
      expect(await demo.ended).toBe(0);
      expect(demo.errors()).toBe('');
      await expectConsistent(demo.output());
      expect(isAlive(demo.simulatorPid())).toBe(false);

      const next = startDemo('--speed', '1000/s');
      await next.says(/ sold /);
      next.signal('SIGTERM');
      expect(await next.ended).toBe(0);
      const summary = await expectConsistent(next.output());
      expect(summary.count('trades streamed', 'XRPUSDT')).toBeLessThan(20_000);
    },
    TEST_MS,
  );

  it(
    'draws in place on a terminal, and leaves the summary and the cursor there',
    async () => {
      const demo = startDemoWith(['--import', ON_A_TERMINAL]);
      await demo.says(/ bought /);
      const screen = new FakeTerminal();
      screen.write(demo.output());
      expect(screen.isCursorShown).toBe(false);
      expect(screen.display).toMatch(
        /\nHedgehog demo {2}\d+\.\ds {2}A simulated exchange, play money\. Ctrl-C ends it\.\n/,
      );
      for (const symbol of SYMBOLS) expect(screen.display).toMatch(new RegExp(`\n${symbol} +[\\d.]+ `));
      demo.interrupt();
      expect(await demo.ended).toBe(0);
      expect(demo.errors()).toBe('');
      const after = new FakeTerminal();
      after.write(demo.output());
      expect(after.isCursorShown).toBe(true);
      expect(after.display).not.toContain('Ctrl-C ends it.\nSYMBOL');
      expect(after.display).toMatch(/The actors before they stopped:\nHedgehog {2}\d+ actors: /);
      await expectConsistent(after.display);
    },
    TEST_MS,
  );

  it.each([
    { how: 'in lines', args: ['--plain'] },
    { how: 'without colours', args: ['--no-color'] },
  ])('tells it $how on a terminal when it is asked to', async ({ how, args }) => {
    const demo = startDemoWith(['--import', ON_A_TERMINAL], ...args);
    await demo.says(/ placed/);
    demo.interrupt();
    expect(await demo.ended).toBe(0);
    const codes = demo.output().match(new RegExp(`${ESCAPE}\\[[?\\d;]*[A-Za-z]`, 'g')) ?? [];
    expect(codes.filter((code) => code.endsWith('m'))).toEqual([]);
    expect(codes.length > 0).toBe(how === 'without colours');
  });

  it('ends in order when nobody reads any more what it says', async () => {
    const demo = startDemo();
    await demo.says(/ placed/);
    const simulator = demo.simulatorPid();
    demo.stopReading();
    expect(await demo.ended).toBe(0);
    expect(demo.errors()).toBe('');
    expect(isAlive(simulator)).toBe(false);
    // Nobody else uses the server, and it was not left behind.
    const { stdout } = await hedgehogIn({ HEDGEHOG_DATA_DIR, DATABASE_URL: '' }, 'db', 'stop');
    expect(stdout).toBe('it was not running\n');
  });

  it('ends in order when its terminal is closed', async () => {
    const demo = startDemo();
    await demo.says(/ placed/);
    demo.signal('SIGHUP');
    // As it would have been without all this.
    expect(await demo.ended).toBeNull();
    expect(demo.errors()).toBe('');
    await expectConsistent(demo.output());
  });

  it('ends when it is asked to before its market opens', async () => {
    const demo = startDemo();
    await demo.says(/Hedgehog demo/);
    demo.interrupt();
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
