import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import type { Engine } from '../../src/app/compose.js';
import { composeLive } from '../../src/app/live.js';
import { readStartConfig } from '../../src/app/start-config.js';
import { openTape } from '../../src/backtest/tape/tape.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { OrderUpdate } from '../../src/domain/order.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import {
  formatTree,
  type GenServer,
  inspectTree,
  type Pid,
  type Protocol,
  publish,
  subscribeTo,
} from '../../src/otp/index.js';
import type { Process } from '../../src/otp/process.js';
import { parseSettings } from '../../src/platform/settings-file.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { orders, tradeEvents } from '../../src/ports/topics.js';
import type { Database } from '../../src/warehouse/database.js';
import { changeSettings, switchSymbols } from '../../src/warehouse/settings-tables.js';
import { subscriberOf } from '../../src/warehouse/warehouse-tree.js';
import { settle } from '../support/actors.js';
import { testDatabase } from '../support/database.js';
import { aLog } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';

const SYMBOL = 'XRPUSDT';
const SETTINGS = 'test/fixtures/golden/settings-E2E.json';
const ORDERS = 'test/fixtures/golden/XRPUSDT-e2e-E2E.orders.csv';
const TAPE = 'test/fixtures/tapes/XRPUSDT-e2e.csv.gz';

const db = testDatabase();
let database: Database;
let engine: Engine;

beforeEach(async () => {
  await db.empty();
  const { kysely } = db.database;
  await seedSettings(kysely, [SYMBOL]);
  const settings = parseSettings(JSON.parse(readFileSync(SETTINGS, 'utf8')), SETTINGS);
  await changeSettings(kysely, SYMBOL, () => settings);
  await switchSymbols(kysely, { table: 'trading_settings' }, [SYMBOL], 'on');
  await switchSymbols(kysely, { table: 'storing_settings', topic: 'ORDERS' }, [SYMBOL], 'on');
  database = await db.open();
  engine = await composeLive({
    config: await readStartConfig({}),
    database,
    clock: systemClock,
    log: aLog(),
    onEnd: () => {},
  });
});

afterEach(async () => {
  await engine.stop();
  await database.close();
});

const plain = (text: string): string => new Decimal(text).toFixed();

const GOLDEN = readFileSync(ORDERS, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [, side, price, quantity, status] = line.split(',') as [string, string, string, string, string];
    return `${side} ${plain(price)} ${plain(quantity)} ${status}`;
  });

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

const until = (table: 'orders' | 'mock_orders') =>
  eventually(
    () => ordersIn(table),
    `${table} are right`,
    (found) => JSON.stringify(found) === JSON.stringify(GOLDEN),
  );

const subscriber = () => subscriberOf(engine.system, 'ORDERS', SYMBOL).whereis();

async function events(): Promise<TradeEvent[]> {
  const all: TradeEvent[] = [];
  for await (const batch of openTape(TAPE, { symbol: SYMBOL })) all.push(...batch);
  return all;
}

interface KillerProtocol extends Protocol {
  readonly state: { lost: number };
  readonly info: OrderUpdate;
  readonly continue: 'subscribe';
}

/** Kills the subscriber whenever an order is told of. Whoever begins to listen later hears it later, and so never. */
const Killer: GenServer<KillerProtocol> = {
  kind: 'Killer',
  init: () => ({ state: { lost: 0 }, continue: 'subscribe' }),
  continue(state, _note, self) {
    subscribeTo(self, engine.pubsub, orders(SYMBOL), self);
    return { state };
  },
  info(state, message) {
    const victim = subscriber();
    if (message.kind !== 'order-update') return { state };
    // While it is started again nobody takes the update.
    state.lost += victim === undefined ? 1 : (victim as Process).load.waiting;
    if (victim !== undefined) engine.system.kill(victim, 'killed');
    return { state };
  },
};

describe('nine trades that make three orders', () => {
  beforeEach(async () => {
    await eventually(() => subscriber() !== undefined, 'orders are stored');
    await eventually(() => /\bTrader \d/.test(formatTree(inspectTree(engine.system))), 'a trader is there');
    await settle(engine.system);
  });

  const kill = async (): Promise<void> => {
    engine.system.kill(subscriber() as Pid, 'killed');
    await settle(engine.system);
  };

  const trade = async (event: TradeEvent): Promise<void> => {
    publish(engine.system, engine.pubsub, tradeEvents(SYMBOL), event);
    await settle(engine.system);
  };

  it('leave the three stored as they are when the subscriber of orders is killed after each trade', async () => {
    for (const event of await events()) {
      await trade(event);
      await kill();
    }
    await until('mock_orders');
    expect(await until('orders')).toEqual(GOLDEN);
  });

  it('leave the three stored as they are when it is killed with each update in its mailbox', async () => {
    const killer = engine.system.spawn(Killer, undefined, 'Killer') as Process<KillerProtocol>;
    await settle(engine.system);
    await kill();
    for (const event of await events()) await trade(event);
    await until('mock_orders');
    expect(await until('orders')).toEqual(GOLDEN);
    // Each of the three appeared, and two were filled: five, less those that met it before it listened again.
    expect(killer.state.lost).toBeGreaterThanOrEqual(3);
  });
});
