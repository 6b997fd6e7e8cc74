import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { Order } from '../../src/domain/order.js';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.js';
import type { Cycle } from '../../src/ports/cycle-store.js';
import { type PositionJson, positionFromJson } from '../../src/strategy/position-json.js';
import { disagreements, parked, unsettled } from '../support/account-books.js';
import { testDatabase } from '../support/database.js';
import { ExchangeAccount } from '../support/exchange-account.js';
import { Random } from '../support/random.js';
import {
  commandsOn,
  endAfterEach,
  eventually,
  type RunningHedgehog,
  startHedgehog,
  startSimulator,
} from '../support/running-hedgehog.js';
import { ShakyNetwork, stopNetworksAfterEach } from '../support/shaky-network.js';
import { LISTED } from '../support/simulator.js';
import { tempFolder } from '../support/temp-folder.js';

const SYMBOLS = ['XRPUSDT', 'ADAUSDT'] as const;
const TAPE = 'test/fixtures/tapes/XRPUSDT-synthetic-volatile.csv.gz';
const OTHER_TAPE = 'test/fixtures/tapes/XRPUSDT-synthetic-calm.csv.gz';
const SETTINGS = 'test/fixtures/golden/settings-S4.json';
const PATIENCE_MS = 90_000;

const folder = tempFolder();
const db = testDatabase();
const command = commandsOn(() => db.environment);
stopNetworksAfterEach();
endAfterEach();

beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, SYMBOLS);
});

/** The other tape, of the other symbol. */
async function otherTape(): Promise<string> {
  const file = folder.path('ADAUSDT-calm.csv.gz');
  const text = gunzipSync(await readFile(OTHER_TAPE)).toString();
  await writeFile(file, gzipSync(text.replaceAll('XRPUSDT', 'ADAUSDT')));
  return file;
}

async function run(...args: string[]): Promise<void> {
  expect(await command(...args)).toMatchObject({ code: 0, stderr: '' });
}

async function switchOn(): Promise<void> {
  const settings = Object.entries(JSON.parse(readFileSync(SETTINGS, 'utf8')) as Record<string, unknown>);
  for (const symbol of SYMBOLS) {
    await run('settings', 'set', symbol, ...settings.map(([key, value]) => `${key}=${String(value)}`));
    await run('storing', 'start', 'ORDERS', symbol);
    await run('storing', 'start', 'TRADE_EVENTS', symbol);
    await run('trading', 'start', symbol);
    await run('streaming', 'start', symbol);
  }
}

/** Every cycle that there was, as the database has it. */
async function cycles(): Promise<readonly Cycle[]> {
  const rows = await db.database.kysely
    .selectFrom('cycles')
    .innerJoin('symbols', 'symbols.id', 'cycles.symbol_id')
    .select(['cycles.id', 'symbol', 'position'])
    .execute();
  return rows.map(({ id, symbol, position }) => ({
    id: Number(id),
    symbol,
    position: positionFromJson(position as PositionJson),
    settings: DEFAULT_SETTINGS,
    epoch: 1,
  }));
}

const orderText = (order: Order): string =>
  [order.orderId, order.clientOrderId, order.side, order.price, order.quantity, order.executedQuantity]
    .map((field) => (field instanceof Decimal ? field.toFixed() : field))
    .concat(order.status)
    .join(' ');

async function storedOrders(symbol: string): Promise<string[]> {
  const rows = await db.database.kysely
    .selectFrom('orders')
    .innerJoin('symbols', 'symbols.id', 'orders.symbol_id')
    .selectAll('orders')
    .where('symbol', '=', symbol)
    .orderBy('order_id')
    .execute();
  const plain = (text: string): string => new Decimal(text).toFixed();
  return rows.map((row) =>
    [
      ...[row.order_id, row.client_order_id, row.side, plain(row.price), plain(row.quantity)],
      ...[plain(row.executed_quantity), row.status],
    ].join(' '),
  );
}

async function storedTrades(symbol: string): Promise<number[]> {
  const rows = await db.database.kysely
    .selectFrom('trade_events')
    .innerJoin('symbols', 'symbols.id', 'trade_events.symbol_id')
    .select('trade_id')
    .where('symbol', '=', symbol)
    .orderBy('trade_id')
    .execute();
  return rows.map(({ trade_id: id }) => Number(id));
}

const idsUpTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** What the database says otherwise than the exchange, in words. */
async function wrong(exchange: ExchangeAccount): Promise<string[]> {
  const orders = await Promise.all(SYMBOLS.map((symbol) => exchange.orders(symbol)));
  const known = await cycles();
  const start = new Map(['USDT', 'XRP', 'ADA'].map((asset) => [asset, new Decimal('1000000')]));
  const problems = [
    ...disagreements({
      ...{
        symbols: LISTED,
        orders: orders.flat(),
        balances: await exchange.balances(),
        start,
        cycles: known,
      },
      commissionRate: new Decimal('0.001'),
    }),
    ...unsettled(known),
    ...parked(known),
  ];
  for (const [index, symbol] of SYMBOLS.entries()) {
    const stored = await storedOrders(symbol);
    const there = (orders[index] ?? []).map(orderText);
    problems.push(
      ...there.filter((order) => !stored.includes(order)).map((order) => `${order} is not stored`),
      ...stored.filter((order) => !there.includes(order)).map((order) => `${order} is stored only`),
    );
    const ids = await storedTrades(symbol);
    const all = idsUpTo(ids[0] ?? 0, await exchange.lastTrade(symbol));
    if (ids.length !== all.length)
      problems.push(`${symbol}: ${ids.length} trades are stored of the ${all.length} to ${all.at(-1)}`);
  }
  return problems;
}

describe('a daemon and a simulated exchange, each a process of its own', () => {
  it('agree about orders, fills, trades and balances, though one is killed and the network between them is lost', async () => {
    const random = new Random(1);
    const port = await startSimulator(...['--tape', TAPE, await otherTape(), '--loop', '--speed', '30/s']);
    const exchange = new ExchangeAccount(port);
    const control = (path: string, body: unknown = {}) =>
      fetch(`http://127.0.0.1:${port}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const network = await ShakyNetwork.to(port);
    const start = (): Promise<RunningHedgehog> =>
      startHedgehog({
        ...db.environment,
        HEDGEHOG_EXCHANGE: 'simulator',
        HEDGEHOG_SIMULATOR_URL: `http://127.0.0.1:${network.port}`,
      });
    // Asked of the database: the exchange counts the requests of one address together.
    const count = async () => (await Promise.all(SYMBOLS.map(storedOrders))).flat().length;
    const trades = async (more: number): Promise<void> => {
      const before = await count();
      await eventually(
        count,
        `${more} more orders than ${before}`,
        (now) => now >= before + more,
        PATIENCE_MS,
      );
    };
    const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

    let hedgehog = await start();
    await switchOn();
    await trades(6);
    for (let round = 0; round < 3; round++) {
      await pass(random.below(1_500));
      if (round === 1) {
        await hedgehog.stop('SIGKILL');
        await network.lose();
      } else {
        await network.lose();
        await pass(random.below(1_000));
        await hedgehog.stop('SIGKILL');
      }
      hedgehog = await start();
      await pass(1_000 + random.below(2_000));
      await network.restore();
      await trades(4);
    }
    await control('market', { mode: 'step' });
    await control('release');
    const untilMs = performance.now() + PATIENCE_MS;
    while ((await wrong(exchange)).length > 0 && performance.now() < untilMs) await pass(3_000);
    expect(await hedgehog.stop()).toBe(0);
    expect(await wrong(exchange)).toEqual([]);
  }, 400_000);
});
