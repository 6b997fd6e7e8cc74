import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import type { Engine } from '../../src/app/compose.js';
import { composeLive } from '../../src/app/live.js';
import { readStartConfig } from '../../src/app/start-config.js';
import { openTape } from '../../src/backtest/tape/tape.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { formatTree, inspectTree, publish } from '../../src/otp/index.js';
import { parseSettings } from '../../src/platform/settings-file.js';
import { systemClock } from '../../src/platform/system-clock.js';
import { tradeEvents } from '../../src/ports/topics.js';
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

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('nine trades that make three orders', () => {
  it.each([0, 1, 2, 4, 8, 32])(
    'leave the three stored as they are when the subscriber of orders is killed %d turns after each trade',
    async (count) => {
      await eventually(() => subscriber() !== undefined, 'orders are stored');
      await eventually(() => /\bTrader \d/.test(formatTree(inspectTree(engine.system))), 'a trader is there');
      await settle(engine.system);
      for (const event of await events()) {
        publish(engine.system, engine.pubsub, tradeEvents(SYMBOL), event);
        await turns(count);
        const victim = subscriber();
        if (victim !== undefined) engine.system.kill(victim, 'killed');
        await settle(engine.system);
      }
      await until('mock_orders');
      expect(await until('orders')).toEqual(GOLDEN);
    },
  );
});
