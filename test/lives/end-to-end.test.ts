import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { openTape } from '../../src/backtest/tape/tape.js';
import { Decimal } from '../../src/domain/decimal.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { storeTrades } from '../../src/warehouse/trade-store.js';
import { testDatabase } from '../support/database.js';
import {
  commandsOn,
  endAfterEach,
  eventually,
  type RunningHedgehog,
  startHedgehog,
} from '../support/running-hedgehog.js';

/** Nine trades, and the three orders that a reference system places on them. */
const TAPE = 'test/fixtures/tapes/XRPUSDT-e2e.csv.gz';
const SETTINGS = 'test/fixtures/golden/settings-E2E.json';
const ORDERS = 'test/fixtures/golden/XRPUSDT-e2e-E2E.orders.csv';
const SYMBOL = 'XRPUSDT';
// Live nothing settles between two trades: far enough apart for everybody to be done with one before the next.
const INTERVAL_MS = 150;
const TAPE_PACE = '750ms';

const db = testDatabase();
const command = commandsOn(() => db.environment);
endAfterEach();

beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, [SYMBOL, 'BTCUSDT']);
});

const plain = (text: string): string => new Decimal(text).toFixed();

/** `side price quantity status` of each order, in order of placement. */
const GOLDEN = readFileSync(ORDERS, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [, side, price, quantity, status] = line.split(',') as [string, string, string, string, string];
    return `${side} ${plain(price)} ${plain(quantity)} ${status}`;
  });
const [BUY, SELL, NEXT_BUY] = GOLDEN as [string, string, string];
const stillNew = (order: string): string => order.replace(/\w+$/, 'NEW');

async function ordersIn(table: 'orders' | 'mock_orders'): Promise<string[]> {
  const rows = await db.database.kysely
    .selectFrom(table)
    .select(['side', 'price', 'quantity', 'status'])
    .orderBy('order_id')
    .execute();
  return rows.map(
    ({ side, price, quantity, status }) => `${side} ${plain(price)} ${plain(quantity)} ${status}`,
  );
}

const untilOrders = (wanted: readonly string[], table: 'orders' | 'mock_orders' = 'mock_orders') =>
  eventually(
    () => ordersIn(table),
    `${table} are ${wanted.join(', ')}`,
    (found) => JSON.stringify(found) === JSON.stringify(wanted),
  );

/** Every client order id of the exchange's is one order's. */
async function expectNoneTwice(): Promise<void> {
  const rows = await db.database.kysely.selectFrom('mock_orders').select('client_order_id').execute();
  expect(new Set(rows.map(({ client_order_id: id }) => id)).size).toBe(rows.length);
}

async function statusOf(symbol: string): Promise<string | undefined> {
  const list = JSON.parse((await command('trading', 'list', '--json')).stdout) as {
    symbol: string;
    status: string;
  }[];
  return list.find((row) => row.symbol === symbol)?.status;
}

async function run(...args: string[]): Promise<void> {
  const ran = await command(...args);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
}

/** Settings changed, trading and storing switched on. */
async function switchOn(): Promise<void> {
  const settings = JSON.parse(readFileSync(SETTINGS, 'utf8')) as Record<string, unknown>;
  await run(
    'settings',
    'set',
    SYMBOL,
    ...Object.entries(settings).map(([key, value]) => `${key}=${String(value)}`),
  );
  await run('storing', 'start', 'ORDERS', SYMBOL);
  await run('storing', 'start', 'TRADE_EVENTS', SYMBOL);
  await run('trading', 'start', SYMBOL);
}

async function storeTape(): Promise<void> {
  const { kysely } = db.database;
  for await (const batch of openTape(TAPE, { symbol: SYMBOL }))
    await storeTrades(kysely, await symbolIdOf(kysely, SYMBOL), batch);
}

/** The trade times of the tape are 5010, 5020 … 5090; events are counted from 0. */
const timeOf = (event: number): string => new Date(5_010 + event * 10).toISOString();

const publishEvents = (from: number, to = from): Promise<void> =>
  run(
    ...['publish', '--symbol', SYMBOL, '--from', timeOf(from), '--to', timeOf(to)],
    ...['--interval-ms', String(INTERVAL_MS)],
  );

/** The events from one to the last, the last once the trader that places the last order is there to hear of it. */
async function publishTheRest(from: number): Promise<void> {
  await publishEvents(from, 7);
  await untilOrders([BUY, SELL]);
  await eventually(
    async () => {
      const cycles = await db.database.kysely.selectFrom('cycles').select('ended_at').orderBy('id').execute();
      return cycles.map((cycle) => cycle.ended_at === null).join(' ');
    },
    'the second cycle has begun',
    (open) => open === 'false true',
  );
  // The command takes longer to start than the trader to begin to listen.
  await publishEvents(8);
}

const start = (environment: Record<string, string> = {}): Promise<RunningHedgehog> =>
  startHedgehog({ ...db.environment, HEDGEHOG_TAPE_PACE: TAPE_PACE, ...environment });

const startTrading = async (): Promise<RunningHedgehog> => {
  const hedgehog = await start();
  await hedgehog.says(`trading: ${SYMBOL} is started`);
  return hedgehog;
};

describe('nine trades on a real database, in real processes', () => {
  it('make the three orders when they are streamed from a tape, and these are read back from the database', async () => {
    const hedgehog = await start({ HEDGEHOG_TAPE: TAPE });
    await switchOn();
    await hedgehog.says(`storing: ORDERS:${SYMBOL} is started`);
    await hedgehog.says(`storing: TRADE_EVENTS:${SYMBOL} is started`);
    await hedgehog.says(`trading: ${SYMBOL} is started`);
    await run('streaming', 'start', SYMBOL);
    expect(await untilOrders(GOLDEN, 'orders')).toEqual(GOLDEN);
    expect(await hedgehog.stop()).toBe(0);
    // What was heard last is stored by the stop at the latest.
    const stored = await db.database.kysely
      .selectFrom('trade_events')
      .select('trade_id')
      .orderBy('trade_id')
      .execute();
    expect(stored.map(({ trade_id: id }) => Number(id))).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((event) => 2_010 + event * 10),
    );
    expect(await ordersIn('mock_orders')).toEqual(GOLDEN);
  });

  it('make them again when everything starts by itself', async () => {
    await switchOn();
    await run('streaming', 'start', SYMBOL);
    const hedgehog = await start({ HEDGEHOG_TAPE: TAPE });
    expect(await untilOrders(GOLDEN, 'orders')).toEqual(GOLDEN);
    await hedgehog.stop();
  });

  it.each([
    { signal: 'SIGTERM', after: 0 },
    { signal: 'SIGKILL', after: 0 },
    { signal: 'SIGTERM', after: 4 },
    { signal: 'SIGKILL', after: 4 },
  ] as const)(
    'make them when the process ends with $signal after event $after and is started again',
    async ({ signal, after }) => {
      await storeTape();
      await switchOn();
      const first = await startTrading();
      await publishEvents(0, after);
      await untilOrders(after === 0 ? [stillNew(BUY)] : [BUY, stillNew(SELL)]);
      await untilOrders(after === 0 ? [stillNew(BUY)] : [BUY, stillNew(SELL)], 'orders');
      await first.stop(signal);
      const second = await startTrading();
      await publishTheRest(after + 1);
      expect(await untilOrders(GOLDEN, 'orders')).toEqual(GOLDEN);
      await second.stop();
      expect(await ordersIn('mock_orders')).toEqual(GOLDEN);
    },
  );

  it('lose no order and place none twice, killed at any moment of an event', async () => {
    await storeTape();
    await switchOn();
    let hedgehog = await startTrading();
    for (const [event, afterMs] of [
      [0, 0],
      [0, 3],
      [4, 0],
      [4, 6],
      [4, 12],
    ] as const) {
      const publishing = publishEvents(event).catch(() => {});
      await hedgehog.says(/placing|closed|published/).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await hedgehog.stop('SIGKILL');
      await publishing;
      hedgehog = await startTrading();
      await publishEvents(event);
      await untilOrders(event === 0 ? [stillNew(BUY)] : [BUY, stillNew(SELL)]);
    }
    await publishTheRest(5);
    await untilOrders(GOLDEN);
    await expectNoneTwice();
    await hedgehog.stop();
  });
});

describe('trading that is switched', () => {
  it('leaves orders standing when it stops, and takes the cycles up again, filled meanwhile', async () => {
    await storeTape();
    await switchOn();
    const hedgehog = await startTrading();
    await publishEvents(0);
    await untilOrders([stillNew(BUY)]);
    await run('trading', 'stop', SYMBOL);
    await hedgehog.says(`trading: ${SYMBOL} is stopped`);
    expect(await ordersIn('mock_orders')).toEqual([stillNew(BUY)]);
    await publishEvents(1, 4);
    await untilOrders([BUY]);
    await run('trading', 'start', SYMBOL);
    await untilOrders([BUY, stillNew(SELL)]);
    await publishTheRest(5);
    await untilOrders(GOLDEN);
    await expectNoneTwice();
    await hedgehog.stop();
  });

  it('cancels a buy that is not filled when it is shut down, and is off then', async () => {
    await storeTape();
    await switchOn();
    const hedgehog = await startTrading();
    await publishEvents(0);
    await untilOrders([stillNew(BUY)]);
    await run('trading', 'shutdown', SYMBOL);
    await eventually(
      () => statusOf(SYMBOL),
      'it is off',
      (status) => status === 'off',
    );
    await hedgehog.says(`trading: ${SYMBOL} is stopped`);
    expect(await ordersIn('mock_orders')).toEqual([BUY.replace('FILLED', 'CANCELED')]);
    await publishEvents(1, 8);
    expect(await ordersIn('mock_orders')).toHaveLength(1);
    await hedgehog.stop();
  });

  it('sells what was bought when it is shut down, also by a process started later, and is off then', async () => {
    await storeTape();
    await switchOn();
    const first = await startTrading();
    await publishEvents(0, 4);
    await untilOrders([BUY, stillNew(SELL)]);
    await run('trading', 'shutdown', SYMBOL);
    await first.stop('SIGKILL');
    expect(await statusOf(SYMBOL)).toBe('shutdown');
    const second = await startTrading();
    await publishEvents(5, 8);
    await eventually(
      () => statusOf(SYMBOL),
      'it is off',
      (status) => status === 'off',
    );
    await second.says(`trading: ${SYMBOL} is stopped`);
    expect(await ordersIn('mock_orders')).toEqual([BUY, SELL]);
    await second.stop();
  });

  it('goes on when a shutdown is called off', async () => {
    await storeTape();
    await switchOn();
    const hedgehog = await startTrading();
    await publishEvents(0, 4);
    await untilOrders([BUY, stillNew(SELL)]);
    await run('trading', 'shutdown', SYMBOL);
    await run('trading', 'start', SYMBOL);
    await publishTheRest(5);
    expect(await untilOrders(GOLDEN)).toContain(NEXT_BUY);
    await hedgehog.stop();
  });

  it('is off at once when it is shut down and has nothing open', async () => {
    const hedgehog = await start();
    await run('trading', 'shutdown', SYMBOL);
    await eventually(
      () => statusOf(SYMBOL),
      'it is off',
      (status) => status === 'off',
    );
    expect(await ordersIn('mock_orders')).toEqual([]);
    await hedgehog.stop();
  });
});
