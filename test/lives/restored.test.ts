import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import type { Engine } from '../../src/app/compose.js';
import { composeLive } from '../../src/app/live.js';
import { readStartConfig } from '../../src/app/start-config.js';
import type { Order } from '../../src/domain/order.js';
import { formatTree, inspectTree } from '../../src/otp/index.js';
import { parseSettings } from '../../src/platform/settings-file.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { Clock } from '../../src/ports/clock.js';
import { TapeFeed } from '../../src/streaming/tape-feed.js';
import type { Database } from '../../src/warehouse/database.js';
import { installationId } from '../../src/warehouse/installation.js';
import { changeSettings, switchSymbols } from '../../src/warehouse/settings-tables.js';
import { backUpInto, restoreFrom } from '../support/backups.js';
import { testDatabase } from '../support/database.js';
import { ExchangeAccount } from '../support/exchange-account.js';
import { fastClock } from '../support/fast-clock.js';
import { aLog } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';
import { aSimulator, stopSimulatorsAfterEach, type TestSimulator } from '../support/simulator.js';
import { tempFolder } from '../support/temp-folder.js';
import { aTradeEvent } from '../support/trade-events.js';

const SYMBOL = 'XRPUSDT';
const db = testDatabase();
const file = tempFolder().path('a.backup');
stopSimulatorsAfterEach();

/** Buys 1 % below the price, and sells some 1.2 % above what it bought for. */
const SETTINGS = parseSettings(
  {
    ...{ chunks: 1, budget: '100', buy_down_interval: '0.01', profit_interval: '0.01' },
    ...{ rebuy_interval: '0.5', fee: '0.001' },
  },
  'the test',
);

let simulator: TestSimulator;
let account: ExchangeAccount;
/** Of the trades of others from now on; null: nobody trades. */
let price: string | null;

async function* others() {
  for (let tradeId = 1; ; ) {
    if (price === null) await sleep(5);
    else yield [aTradeEvent({ symbol: SYMBOL, tradeId: tradeId++, price, quantity: '10000' })];
  }
}

beforeEach(async () => {
  await db.empty();
  const { kysely } = db.database;
  await seedSettings(kysely, [SYMBOL]);
  await changeSettings(kysely, SYMBOL, () => SETTINGS);
  for (const table of ['trading_settings', 'streaming_settings'] as const)
    await switchSymbols(kysely, { table }, [SYMBOL], 'on');
  price = null;
  const feed = new TapeFeed({ open: others, pace: { kind: 'interval', ms: 20 }, clock: systemClock });
  simulator = await aSimulator({ feeds: new Map([[SYMBOL, feed]]), mode: 'run' });
  account = new ExchangeAccount(simulator.port);
});

interface Life {
  readonly engine: Engine;
  readonly database: Database;
  readonly log: ReturnType<typeof aLog>;
}
const lives: Life[] = [];

async function aLife(clock: Clock = systemClock): Promise<Life> {
  const database = await db.open();
  const log = aLog();
  const config = await readStartConfig({
    HEDGEHOG_EXCHANGE: 'simulator',
    HEDGEHOG_SIMULATOR_URL: `http://127.0.0.1:${simulator.port}`,
  });
  const engine = await composeLive({ config, database, clock, log, onEnd: () => {} });
  const life = { engine, database, log };
  lives.push(life);
  await eventually(() => engine.system.registry.lookup(`Streamer ${SYMBOL}`), 'it streams');
  return life;
}

async function end({ engine, database }: Life): Promise<void> {
  await engine.stop();
  await database.close();
}

afterEach(async () => {
  price ??= '0.5';
  for (const life of lives.splice(0)) await end(life);
});

/** Others trade at that price from now on, and it becomes so. */
async function tradesAt(at: string, what: string, isSo: () => Promise<boolean>): Promise<void> {
  price = at;
  await eventually(isSo, what);
}

/** `hh…-1-B1 FILLED` without what is random, in the order in which they were placed. */
async function ordersNow(names: ReadonlyMap<string, string>): Promise<string[]> {
  const orders: readonly Order[] = await account.orders(SYMBOL);
  return orders.map(({ clientOrderId, status }) => {
    const [prefix = '', ...rest] = clientOrderId.split('-');
    return `${names.get(prefix) ?? prefix}-${rest.join('-')} ${status}`;
  });
}

/** The phase of the cycle that is open, and what the exchange calls its order. */
async function openCycle(): Promise<string> {
  const { rows } = await db.database.pool.query<{ id: string; phase: string; order: string | null }>(
    `SELECT id, position ->> 'phase' AS phase, coalesce(position -> 'sell', position -> 'buy') ->> 'orderId' AS order
     FROM cycles WHERE ended_at IS NULL`,
  );
  return rows.map(({ id, phase, order }) => `${id} ${phase} ${order === null ? 'not seen' : 'seen'}`).join();
}
const isCycle = (wanted: string) => async () => (await openCycle()) === wanted;

describe.each([
  // A cycle without an order is no reason to keep to old ids: it begins under new ones, and its old orders are strangers.
  { at: 'flat', first: '1 flat not seen', after: '1', adopts: [] },
  { at: 'buying', first: '1 buying seen', after: '2', adopts: ['old-1-S1'] },
  { at: 'selling', first: '1 selling seen', after: '2', adopts: [] },
])('a database that was restored to where its cycle was $at', ({ at, first, after, adopts }) => {
  it('uses no client order id again, and sells nothing twice', async () => {
    const life = await aLife();
    await eventually(isCycle('1 flat not seen'), 'a cycle has begun');
    const names = new Map([[`hh${await installationId(db.database.kysely)}`, 'old']]);
    const backUpWhen = async (phase: string) => {
      if (phase !== at) return;
      expect(await openCycle()).toBe(first);
      await backUpInto(file, db.database);
    };
    await backUpWhen('flat');
    await tradesAt('0.5', 'it has a buy', isCycle('1 buying seen'));
    await backUpWhen('buying');
    await tradesAt('0.49', 'it has bought', isCycle('1 selling seen'));
    await backUpWhen('selling');
    await tradesAt('0.51', 'it has sold, and begun again', isCycle('2 buying seen'));
    const lost = ['old-1-B1 FILLED', 'old-1-S1 FILLED', 'old-2-B1 NEW'];
    expect(await ordersNow(names)).toEqual(lost);
    await end(life);

    const { installationId: id } = await restoreFrom(file, db.database, true);
    names.set(`hh${id}`, 'new');
    expect(await openCycle()).toBe(first);
    const { log } = await aLife();
    await tradesAt('0.51', 'it trades on', isCycle(`${after} buying seen`));
    expect(await ordersNow(names)).toEqual([...lost, `new-${after}-B1 NEW`]);
    const strangers = await eventually(
      () => log.entries.filter(({ message }) => message.includes('open orders that are not ours')),
      'strangers are told of',
      (entries) => entries.length > 0,
    );
    expect(strangers).toMatchObject([{ fields: { orders: 1, symbols: SYMBOL } }]);
    const adopted = log.entries.filter(({ message }) => message.includes('it is taken up'));
    expect(adopted.map(({ fields }) => String(fields.clientOrderId).replace(/^[^-]*/, 'old'))).toEqual(
      adopts,
    );
    const ids = (await account.orders(SYMBOL)).map(({ clientOrderId }) => clientOrderId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it('a database that was restored when nothing had been done since goes on with the orders it has, as its own', async () => {
  const life = await aLife();
  await tradesAt('0.5', 'it has a buy', isCycle('1 buying seen'));
  const names = new Map([[`hh${await installationId(db.database.kysely)}`, 'old']]);
  await backUpInto(file, db.database);
  await end(life);
  const { installationId: id } = await restoreFrom(file, db.database, true);
  names.set(`hh${id}`, 'new');
  // That no order can appear any more is certain only some time after the start.
  const { engine, log } = await aLife({ ...fastClock(5), wallMs: () => systemClock.wallMs() });
  await eventually(
    () => formatTree(inspectTree(engine.system)),
    'the account was looked at',
    (tree) => tree.includes('MarketWatch') && !tree.includes('AccountCheck'),
  );
  expect(log.entries.filter(({ message }) => message.includes('not ours'))).toEqual([]);
  await tradesAt('0.49', 'it has bought', isCycle('1 selling seen'));
  expect(await ordersNow(names)).toEqual(['old-1-B1 FILLED', 'old-1-S1 NEW']);
  await tradesAt('0.51', 'it has sold, and begun again', isCycle('2 buying seen'));
  expect(await ordersNow(names)).toEqual(['old-1-B1 FILLED', 'old-1-S1 FILLED', 'new-2-B1 NEW']);
});
