import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { Registry } from 'prom-client';
import { EarnedSoFar } from '../../src/control/earned-so-far.js';
import { Meter } from '../../src/control/metrics/meter.js';
import { Durations } from '../../src/domain/durations.js';
import { DEFAULT_SETTINGS, settingsToJson } from '../../src/domain/settings.js';
import { type Pid, publish } from '../../src/otp/index.js';
import { executions, tradeEvents } from '../../src/ports/topics.js';
import { newLeg } from '../../src/strategy/leg.js';
import { FLAT, type Position } from '../../src/strategy/position.js';
import { positionToJson } from '../../src/strategy/position-json.js';
import { anExecutionReport, decimal } from '../../src/testing/index.js';
import { actorNamed } from '../support/actors.js';
import { controlledEngine } from '../support/control.js';
import { aTrade } from '../support/market.js';
import { eventually } from '../support/running-hedgehog.js';

const X = 'XRPUSDT';
const api = controlledEngine([X, 'BTCUSDT', 'ETHBTC']);

const metrics = async (): Promise<string> => (await api.ask('/metrics', { token: null })).text;

/** Values by `name{label="value"}`. */
async function values(): Promise<ReadonlyMap<string, number>> {
  const lines = (await metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

const leg = (side: 'BUY' | 'SELL', price: string) => ({
  ...newLeg({ symbol: X, side, price: decimal(price), quantity: decimal('10'), clientOrderId: 'id' }, 1),
  orderId: 1,
  status: 'FILLED' as const,
  filled: decimal('10'),
});
// 0.3 gross; the rate 0.001 on 5 + 5.3 is 0.0103.
const SOLD: Position = {
  phase: 'closed',
  earlierSells: [],
  result: { kind: 'sold' },
  rebuy: 'unspent',
  buy: leg('BUY', '0.5'),
  sell: leg('SELL', '0.53'),
};

async function record(position: Position, isEnded: boolean, id?: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO cycles (id, symbol_id, settings, position, ended_at)
    OVERRIDING SYSTEM VALUE
    SELECT coalesce(${id ?? null}::bigint, nextval(pg_get_serial_sequence('cycles', 'id'))), id,
      ${JSON.stringify(settingsToJson(DEFAULT_SETTINGS))}::jsonb,
      ${JSON.stringify(positionToJson(position))}::jsonb,
      CASE WHEN ${isEnded} THEN now() END
    FROM symbols WHERE symbol = ${X}
    RETURNING id`.execute(api.db.database.kysely);
  return Number(rows[0]?.id);
}

const end = (id: number) =>
  api.db.database.kysely
    .updateTable('cycles')
    .set({ ended_at: new Date(), position: JSON.stringify(positionToJson(SOLD)) })
    .where('id', '=', String(id))
    .execute();

describe('docs/metrics.md', () => {
  interface Described {
    readonly name: string;
    readonly type: string;
    readonly labels: readonly string[];
    readonly help: string;
  }
  const documented = [
    ...readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]*?) ?\| (.*) \|$/gm),
  ].map(
    ([, name = '', type = '', labels = '', help = '']): Described => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
      help,
    }),
  );

  it('lists every metric of ours as /metrics tells it, and no other', async () => {
    const text = await metrics();
    const helps = [...text.matchAll(/^# HELP (hedgehog_\w+) (.*)$/gm)].map(([, name, help]) => [name, help]);
    const types = new Map(
      [...text.matchAll(/^# TYPE (hedgehog_\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]),
    );
    const told = helps.map(([name, help]) => `${name} ${types.get(name)}: ${help}`);
    expect(documented.map(({ name, type, help }) => `${name} ${type}: ${help}`).toSorted()).toEqual(
      told.toSorted(),
    );
  });

  it('names the labels that they have, and metrics are named as Prometheus has it', async () => {
    await api.ask('/v1/services/trading/start', { body: { symbols: [X] } });
    await record(SOLD, true);
    const { system, pubsub } = api.engine;
    publish(system, pubsub, tradeEvents(X), aTrade(1));
    publish(system, pubsub, executions(X), anExecutionReport({ executionType: 'NEW' }));
    system.kill(actorNamed(system, 'PublishDesk'));
    await eventually(
      () => values(),
      'a trader runs',
      (now) =>
        now.has(`hedgehog_cycles{symbol="${X}",phase="flat"}`) ||
        now.has(`hedgehog_cycles{symbol="${X}",phase="buying"}`),
    );
    const labelsOf = new Map(documented.map(({ name, labels }) => [name, labels]));
    const seen = new Set<string>();
    for (const sample of (await values()).keys()) {
      const [, full = '', labels = ''] = /^(hedgehog_\w+?)(?:\{(.*)\})?$/.exec(sample) ?? [];
      if (full === '') continue;
      const name = labelsOf.has(full) ? full : full.replace(/_(bucket|sum|count)$/, '');
      const used = [...labels.matchAll(/(\w+)="/g)]
        .map(([, label = '']) => label)
        .filter((label) => label !== 'le');
      expect([name, used.toSorted()]).toEqual([name, [...(labelsOf.get(name) ?? [])].toSorted()]);
      seen.add(name);
    }
    expect(seen.size).toBeGreaterThan(15);
    for (const { name, type } of documented) {
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      expect(name).not.toMatch(/_(ms|milliseconds|minutes)\b/);
    }
  });
});

describe('metrics', () => {
  it('count actors, what waits for them and what became of them by kind', async () => {
    const { system } = api.engine;
    system.kill(actorNamed(system, 'PublishDesk') as Pid);
    await eventually(
      () => values(),
      'it is started again',
      (now) => now.get('hedgehog_restarts_total{kind="PublishDesk"}') === 1,
    );
    const now = await values();
    expect(now.get('hedgehog_crashes_total{kind="PublishDesk"}')).toBe(1);
    expect(now.get('hedgehog_crashes_total{kind="PubSub"}')).toBeUndefined();
    expect(now.get('hedgehog_actors{kind="IdleReporter"}')).toBe(1);
    expect(now.get('hedgehog_mailbox_messages_max{kind="PubSub"}')).toBe(0);
    expect(now.get('hedgehog_messages_handled_total{kind="PubSub"}')).toBeGreaterThan(0);
  });

  it('tell of orders, of cycles by what they do, and what is held', async () => {
    await api.ask('/v1/services/trading/start', { body: { symbols: [X] } });
    await eventually(
      () => values(),
      'a trader runs',
      (now) => now.get(`hedgehog_cycles{symbol="${X}",phase="flat"}`) === 1,
    );
    const { system, pubsub } = api.engine;
    publish(system, pubsub, tradeEvents(X), aTrade(1, { price: '0.5', eventTime: 1_700_000_000_500 }));
    await eventually(
      () => values(),
      'the buy is placed',
      (now) => now.get(`hedgehog_cycles{symbol="${X}",phase="buying"}`) === 1,
    );
    const placed = await eventually(
      () => values(),
      'the exchange has answered',
      (now) => now.get('hedgehog_placements_total{outcome="placed"}') === 1,
    );
    expect(placed.get(`hedgehog_cycles{symbol="${X}",phase="flat"}`)).toBeUndefined();
    expect(placed.get(`hedgehog_positions_open{symbol="${X}"}`)).toBe(0);
    expect(placed.get(`hedgehog_orders_total{symbol="${X}",side="BUY"}`)).toBe(1);
    expect(placed.get(`hedgehog_last_trade_timestamp_seconds{symbol="${X}"}`)).toBe(1_700_000_000.5);
    publish(system, pubsub, tradeEvents(X), aTrade(2, { price: '0.4' }));
    const bought = await eventually(
      () => values(),
      'it is bought',
      (now) => now.get(`hedgehog_positions_open{symbol="${X}"}`) === 1,
    );
    expect(bought.get(`hedgehog_fills_total{symbol="${X}",side="BUY"}`)).toBe(1);
    await api.ask('/v1/services/trading/stop', { body: { symbols: [X] } });
    await eventually(
      () => values(),
      'what is no longer traded is no longer told',
      (now) => !now.has(`hedgehog_positions_open{symbol="${X}"}`),
    );
  });

  it('count cancels, and refusals by code', async () => {
    const { system, pubsub } = api.engine;
    publish(system, pubsub, executions(X), anExecutionReport({ executionType: 'CANCELED' }));
    publish(system, pubsub, executions(X), anExecutionReport({ executionType: 'EXPIRED' }));
    await eventually(
      () => values(),
      'the cancel is counted',
      (now) => now.get(`hedgehog_cancels_total{symbol="${X}",side="BUY"}`) === 1,
    );
    expect((await values()).get('hedgehog_rest_requests_total')).toBeUndefined();
  });

  it('tell what was earned, and answer while the database does not', async () => {
    await record(SOLD, true);
    const profit = `hedgehog_profit_realised{symbol="${X}",quote_asset="USDT"}`;
    expect((await values()).get(profit)).toBeCloseTo(0.2897, 12);
    expect((await values()).get(`hedgehog_fees_total{symbol="${X}",quote_asset="USDT"}`)).toBeCloseTo(
      0.0103,
      12,
    );
    await record(SOLD, true);
    const now = await values();
    expect(now.get(profit)).toBeCloseTo(0.5794, 12);
    expect(now.get(`hedgehog_cycles_closed_total{symbol="${X}",quote_asset="USDT"}`)).toBe(2);
    const release = await api.db.database.pool.connect();
    try {
      // Nobody can read what was earned since.
      await release.query('BEGIN; LOCK TABLE cycles');
      expect((await values()).get(profit)).toBeCloseTo(0.5794, 12);
    } finally {
      await release.query('ROLLBACK');
      release.release();
    }
  });

  it('explain the delay of the event loop by its median, its 99th percentile and its maximum', async () => {
    const now = await values();
    for (const which of ['p50', 'p99', 'max'])
      expect(now.has(`nodejs_eventloop_lag_${which}_seconds`)).toBe(true);
  });
});

describe('EarnedSoFar', () => {
  const cycles = (earned: EarnedSoFar) => earned.closed.get(X)?.cycles ?? 0;

  it('counts each cycle once: those that end later, and those seen after later ones', async () => {
    const earned = new EarnedSoFar(api.db.database.kysely);
    expect(await earned.refresh()).toEqual([]);
    const open = await record(FLAT, false);
    await record(SOLD, true);
    const late = open + 500;
    await record(SOLD, true, late + 1);
    expect(await earned.refresh()).toMatchObject([{ id: open }]);
    expect(cycles(earned)).toBe(2);
    await earned.refresh();
    expect(cycles(earned)).toBe(2);
    await record(SOLD, true, late);
    await end(open);
    expect(await earned.refresh()).toEqual([]);
    expect(cycles(earned)).toBe(4);
    const opened = await record(FLAT, false, late + 2);
    await earned.refresh();
    await end(opened);
    await Promise.all([earned.refresh(), earned.refresh()]);
    await earned.refresh();
    expect([cycles(earned), earned.closed.get(X)?.netProfit.toFixed()]).toEqual([5, '1.4485']);
  });

  it('counts each once when a look broke off in the middle', async () => {
    const open = await record(FLAT, false);
    let failsNow = false;
    const { kysely } = api.db.database;
    const flaky = kysely.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        // The second query of a look reads the cycles after the last one.
        if (failsNow && ++queries === 3) throw new Error('the connection was lost');
        return result;
      },
    });
    let queries = 0;
    const earned = new EarnedSoFar(flaky);
    await earned.refresh();
    await end(open);
    await record(SOLD, true);
    failsNow = true;
    await expect(earned.refresh()).rejects.toThrow('lost');
    failsNow = false;
    await earned.refresh();
    expect(cycles(earned)).toBe(2);
  });
});

describe('durations', () => {
  it('are told in cumulated buckets of seconds, with bounds that belong to them', async () => {
    const registry = new Registry();
    const durations = new Durations([5, 10, 2_500]);
    new Meter(registry).durations('some_seconds', 'some', durations);
    for (const ms of [-3, 0, 5, 5.1, 10, 2_500, 2_500.1, 99_999]) durations.note(ms);
    expect((await registry.metrics()).trim().split('\n')).toEqual([
      '# HELP some_seconds some',
      '# TYPE some_seconds histogram',
      'some_seconds_bucket{le="0.005"} 3',
      'some_seconds_bucket{le="0.01"} 5',
      'some_seconds_bucket{le="2.5"} 6',
      'some_seconds_bucket{le="+Inf"} 8',
      expect.stringMatching(/^some_seconds_sum 105\.019/),
      'some_seconds_count 8',
    ]);
  });

  it('are not told where nothing takes any', async () => {
    const registry = new Registry();
    new Meter(registry).durations('some_seconds', 'some', null);
    expect(await registry.metrics()).not.toMatch(/^some_seconds/m);
  });
});
