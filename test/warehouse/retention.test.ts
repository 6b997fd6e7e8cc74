import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { inspectTree } from '../../src/otp/index.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import { importTrades } from '../../src/warehouse/import-trades.js';
import { retentionSpec } from '../../src/warehouse/retention.js';
import { readRetentionConfig } from '../../src/warehouse/retention-config.js';
import { aSystem, type TestSystem } from '../support/actors.js';
import { aLog } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';
import { stoppableDatabase } from '../support/stoppable-database.js';
import { storedTrades } from '../support/stored.js';
import { batchesOf, tradesFrom } from '../support/trade-events.js';

const HOUR_MS = 3_600_000;
const db = stoppableDatabase();
let clock: SimClock;
let log: ReturnType<typeof aLog>;
let test: TestSystem;

/** Trades 1 to 100, each of so many minutes. */
const store = () =>
  importTrades(
    db.database,
    'XRPUSDT',
    batchesOf(tradesFrom(1, 100).map((trade) => ({ ...trade, tradeTime: trade.tradeId * 60_000 }))),
  );

const start = (): void => {
  const { server, arg } = retentionSpec({ database: db.database, clock, log, keepTradesMs: 2 * HOUR_MS });
  test.system.spawn(server, arg, 'Retention');
};
const inspected = () => inspectTree(test.system)[0]?.state as Record<string, unknown>;
const untilPasses = (passes: number) =>
  eventually(() => inspected().passes === passes, `${passes} passes were made`);

describe('Retention', () => {
  beforeEach(async () => {
    await sql`TRUNCATE trade_events`.execute(db.kysely);
    clock = new SimClock(3 * HOUR_MS);
    log = aLog();
    test = aSystem({ clock });
  });

  afterEach(() => test.system.stop());

  it('deletes what is too old when it starts and then every hour, and tells of it', async () => {
    await store();
    start();
    await untilPasses(1);
    expect(await storedTrades(db.kysely)).toBe('60-100');
    expect(log.entries).toEqual([
      {
        level: 'info',
        message: 'old trades were deleted',
        fields: { symbol: 'XRPUSDT', trades: 59, before: '1970-01-01T01:00:00.000Z' },
      },
    ]);
    clock.advance(HOUR_MS - 1);
    expect(test.system.inFlight.size).toBe(0);
    expect(await storedTrades(db.kysely)).toBe('60-100');
    clock.advance(1);
    await untilPasses(2);
    expect(await storedTrades(db.kysely)).toBe('100');
    expect(inspected()).toEqual({ keepsHours: 2, passes: 2, deletedTrades: 99 });
  });

  it('goes on batch by batch, with pauses between', async () => {
    await db.database.pool.query(`
      INSERT INTO symbols (symbol) VALUES ('XRPUSDT') ON CONFLICT DO NOTHING;
      INSERT INTO trade_events (trade_id, trade_time, event_time, symbol_id, buyer_is_maker, price, quantity)
      SELECT trade, trade, trade, (SELECT id FROM symbols WHERE symbol = 'XRPUSDT'), false, 1, 1
      FROM generate_series(1, 12000) AS trade`);
    start();
    for (const left of ['5001-12000', '10001-12000', '12000']) {
      await eventually(
        () => storedTrades(db.kysely),
        `${left} are left`,
        (found) => found === left,
      );
      await eventually(() => clock.pendingTimers === 1, 'it waits');
      clock.advance(50);
    }
    await untilPasses(1);
    expect(inspected()).toMatchObject({ deletedTrades: 11_999 });
  });

  it('outlives a lost database', async () => {
    await store();
    await db.stop();
    start();
    await eventually(() => inspected().deletingBefore !== undefined, 'it has begun');
    await db.start();
    await untilPasses(1);
    expect(await storedTrades(db.kysely)).toBe('60-100');
    expect(test.crashes).toEqual([]);
  });

  it('tells of a pass that fails otherwise, and makes the next one an hour later', async () => {
    await store();
    await sql`ALTER TABLE trade_events RENAME TO hidden`.execute(db.kysely);
    start();
    await untilPasses(1);
    await sql`ALTER TABLE hidden RENAME TO trade_events`.execute(db.kysely);
    expect(log.entries.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'error old trades could not be deleted; trying again in an hour',
    ]);
    expect(inspected()).toMatchObject({ lastError: expect.stringContaining('trade_events') });
    clock.advance(HOUR_MS);
    await untilPasses(2);
    expect(await storedTrades(db.kysely)).toBe('100');
    expect(inspected()).not.toHaveProperty('lastError');
    expect(test.crashes).toEqual([]);
  });
});

describe('HEDGEHOG_KEEP_TRADES', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['12h', 12 * HOUR_MS],
    ['30d', 720 * HOUR_MS],
    ['36500d', 876_000 * HOUR_MS],
  ])('%s is %s', (given, keepTradesMs) => {
    expect(readRetentionConfig({ HEDGEHOG_KEEP_TRADES: given })).toEqual({ keepTradesMs });
  });

  it.each(['0d', '30', '-1d', '1.5d', '30 d', '5m', '36501d', 'for ever'])('refuses %s', (given) => {
    expect(() => readRetentionConfig({ HEDGEHOG_KEEP_TRADES: given })).toThrow(
      `HEDGEHOG_KEEP_TRADES is "${given}"; allowed is whole days or hours from 1, at most 36500d: 30d, 12h`,
    );
  });
});
