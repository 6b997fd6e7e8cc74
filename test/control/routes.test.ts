import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { sql } from 'kysely';
import { DEFAULT_SETTINGS, settingsToJson } from '../../src/domain/settings.js';
import { type Pid, publish, type SupervisorProtocol, terminateChild } from '../../src/otp/index.js';
import { executions, tradeEvents } from '../../src/ports/topics.js';
import { type Leg, newLeg } from '../../src/strategy/leg.js';
import { FLAT, type Position } from '../../src/strategy/position.js';
import { positionToJson } from '../../src/strategy/position-json.js';
import { decimal } from '../../src/testing/index.js';
import { storeOrders } from '../../src/warehouse/order-store.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { controlledEngine } from '../support/control.js';
import type { TestDatabase } from '../support/database.js';
import { anOrder, aTrade } from '../support/market.js';
import { eventually } from '../support/running-hedgehog.js';

const SYMBOLS = ['XRPUSDT', 'BTCUSDT', 'ETHBTC'];

const aLeg = (
  symbol: string,
  side: 'BUY' | 'SELL',
  [price, quantity, filled]: readonly [string, string, string],
  given: Partial<Leg> = {},
): Leg => ({
  ...newLeg(
    {
      symbol,
      side,
      price: decimal(price),
      quantity: decimal(quantity),
      clientOrderId: `${symbol}-${side}-${price}`,
    },
    1,
  ),
  orderId: 7,
  status: filled === quantity ? 'FILLED' : 'PARTIALLY_FILLED',
  filled: decimal(filled),
  ...given,
});

const buy = (symbol: string, ...leg: readonly [string, string, string]): Leg => aLeg(symbol, 'BUY', leg);
const sell = (symbol: string, ...leg: readonly [string, string, string]): Leg => aLeg(symbol, 'SELL', leg);
const rebuy = { below: decimal('0.1'), status: 'unspent' } as const;
const sold = (bought: Leg, selling: Leg): Position => ({
  phase: 'closed',
  earlierSells: [],
  result: { kind: 'sold' },
  rebuy: 'unspent',
  buy: bought,
  sell: selling,
});

/** A cycle on record; nobody trades it, as its symbol is off. */
async function record(db: TestDatabase, symbol: string, position: Position, ended = false, scope = 'live') {
  const { kysely } = db.database;
  await kysely
    .insertInto('cycles')
    .values({
      symbol_id: await symbolIdOf(kysely, symbol),
      scope,
      settings: JSON.stringify(settingsToJson(DEFAULT_SETTINGS)),
      position: JSON.stringify(positionToJson(position)),
      ended_at: ended ? new Date() : null,
      started_at: new Date('2026-01-02T03:04:05Z'),
    })
    .execute();
}

const api = controlledEngine(SYMBOLS);
const X = 'XRPUSDT';

/** What the exchange would have told. */
function tradesAt(prices: Readonly<Record<string, string>>): void {
  const { system, pubsub } = api.engine;
  for (const [symbol, price] of Object.entries(prices))
    publish(system, pubsub, tradeEvents(symbol), aTrade(1, { symbol, price }));
}

describe('GET /v1/profit', () => {
  it('adds up what closed cycles earned and what open ones would, exactly', async () => {
    // 10 bought at 0.5 and sold at 0.53: 0.3 gross; the rate 0.001 on 5 + 5.3 is 0.0103.
    await record(api.db, X, sold(buy(X, '0.5', '10', '10'), sell(X, '0.53', '10', '10')), true);
    // Sold at a loss, and not marked as ended yet: 3 x -0.01; 0.001 on 1.5 + 1.47.
    await record(api.db, X, sold(buy(X, '0.5', '3', '3'), sell(X, '0.49', '3', '3')));
    // Nothing was bought, and what is of a backtest is nobody's money.
    await record(
      api.db,
      X,
      {
        phase: 'closed',
        result: { kind: 'abandoned' },
        rebuy: 'unspent',
        buy: null,
        sell: null,
        earlierSells: [],
      },
      true,
    );
    await record(
      api.db,
      X,
      sold(buy(X, '1', '1000', '1000'), sell(X, '2', '1000', '1000')),
      true,
      'backtest',
    );
    // 4 of 10 sold at 0.52: 0.08 taken; 6 held, which cost 3, at 0.505: 0.03.
    await record(api.db, X, {
      phase: 'selling',
      earlierSells: [],
      buy: buy(X, '0.5', '10', '10'),
      sell: sell(X, '0.52', '10', '4'),
      rebuy,
    });
    // 2 of 10 bought, 0.002 of them taken as commission: 1.998 held at 0.499, which is 0.997002; at 0.505 0.011988 more.
    await record(api.db, X, {
      phase: 'buying',
      buy: {
        ...buy(X, '0.499', '10', '2'),
        fills: [
          { tradeId: 1, price: decimal('0.499'), quantity: decimal('2'), baseCommission: decimal('0.002') },
        ],
      },
      rebuy,
      ending: false,
    });
    await record(api.db, X, FLAT);
    await record(
      api.db,
      'BTCUSDT',
      sold(buy('BTCUSDT', '100.1', '0.5', '0.5'), sell('BTCUSDT', '101.1', '0.5', '0.5')),
      true,
    );
    // One whose price is not known.
    await record(api.db, 'ETHBTC', {
      phase: 'sell-parked',
      earlierSells: [],
      buy: buy('ETHBTC', '0.05', '1', '1'),
      rebuy,
      attempt: 2,
      why: { code: null, reason: 'no' },
    });
    tradesAt({ XRPUSDT: '0.505' });
    const xrp = {
      cycles: 2,
      grossProfit: '0.27',
      fees: '0.01327',
      netProfit: '0.25673',
      open: { cycles: 3, cost: '3.997002', profit: '0.121988' },
    };
    const eth = {
      cycles: 0,
      grossProfit: '0',
      fees: '0',
      netProfit: '0',
      open: { cycles: 1, cost: '0.05', profit: null },
    };
    expect((await api.ask('/v1/profit')).json).toEqual({
      symbols: [
        {
          symbol: 'BTCUSDT',
          quoteAsset: 'USDT',
          cycles: 1,
          grossProfit: '0.5',
          fees: '0.1006',
          netProfit: '0.3994',
          open: { cycles: 0, cost: '0', profit: '0' },
        },
        { symbol: 'ETHBTC', quoteAsset: 'BTC', ...eth },
        { symbol: X, quoteAsset: 'USDT', ...xrp },
      ],
      totals: [
        {
          quoteAsset: 'USDT',
          cycles: 3,
          grossProfit: '0.77',
          fees: '0.11387',
          netProfit: '0.65613',
          open: { cycles: 3, cost: '3.997002', profit: '0.121988' },
        },
        { quoteAsset: 'BTC', ...eth },
      ],
    });
  });

  it('adds up more cycles than are read at once', async () => {
    const position = JSON.stringify(
      positionToJson(sold(buy(X, '0.5', '10', '10'), sell(X, '0.53', '10', '10'))),
    );
    await sql`
      INSERT INTO cycles (symbol_id, settings, position, ended_at)
      SELECT id, ${JSON.stringify(settingsToJson(DEFAULT_SETTINGS))}::jsonb, ${position}::jsonb, now()
      FROM symbols, generate_series(1, 1203) WHERE symbol = ${X}`.execute(api.db.database.kysely);
    expect((await api.ask('/v1/profit')).json.totals).toMatchObject([
      { cycles: 1203, grossProfit: '360.9', fees: '12.3909', netProfit: '348.5091' },
    ]);
  });
});

describe('GET /v1/positions', () => {
  it('shows each cycle that has not ended: what is bought, what rests, how far from the price', async () => {
    await record(api.db, X, sold(buy(X, '0.5', '10', '10'), sell(X, '0.53', '10', '10')), true);
    await record(api.db, X, {
      phase: 'selling',
      earlierSells: [],
      buy: buy(X, '0.5', '10', '10'),
      sell: sell(X, '0.52', '10', '4'),
      rebuy,
    });
    await record(api.db, X, {
      phase: 'buy-parked',
      why: { code: -2010, reason: 'insufficient balance' },
      next: FLAT,
    });
    await record(api.db, 'BTCUSDT', {
      phase: 'buying',
      buy: buy('BTCUSDT', '99.5', '2', '0'),
      rebuy,
      ending: false,
    });
    tradesAt({ XRPUSDT: '0.505', ETHBTC: '1' });
    const { positions } = (await api.ask('/v1/positions', { token: api.tokens.read })).json;
    expect(positions).toHaveLength(3);
    expect(positions[0]).toEqual({
      cycleId: 2,
      symbol: X,
      phase: 'selling',
      startedAt: '2026-01-02T03:04:05.000Z',
      buyPrice: '0.5',
      buyQuantity: '10',
      bought: '10',
      sellPrice: '0.52',
      sellQuantity: '10',
      sold: '4',
      held: '6',
      resting: {
        side: 'SELL',
        status: 'PARTIALLY_FILLED',
        price: '0.52',
        orderId: 7,
        clientOrderId: 'XRPUSDT-SELL-0.52',
      },
      lastPrice: '0.505',
      distance: '0.029702',
      parkedBecause: null,
    });
    expect(positions[1]).toMatchObject({
      phase: 'buy-parked',
      resting: null,
      parkedBecause: 'insufficient balance',
      distance: null,
    });
    expect(positions[2]).toMatchObject({
      symbol: 'BTCUSDT',
      lastPrice: null,
      distance: null,
      held: '0',
      resting: { price: '99.5' },
    });
  });
});

describe('GET /v1/why', () => {
  const why = async (query = '') =>
    (await api.ask(`/v1/why${query}`, { token: api.tokens.read })).json.symbols;

  it('says what symbols that are traded wait for, and of any other that it is off', async () => {
    expect(await why()).toEqual([]);
    expect(await why(`?symbol=${X}`)).toEqual([
      {
        symbol: X,
        traded: false,
        reason: 'trading is off',
        secondsSinceEvent: null,
        hint: `hedgehog trading start ${X}`,
      },
    ]);
    await api.ask('/v1/services/trading/start', { body: { symbols: [X] } });
    const [told] = await eventually(
      () => why(),
      'it is traded, and flat',
      ([first]) => first?.reason.startsWith('flat'),
    );
    expect(told).toEqual({
      symbol: X,
      traded: true,
      reason: 'flat, waiting for the first trade; streaming is off',
      secondsSinceEvent: null,
      hint: `hedgehog streaming start ${X}`,
    });
    tradesAt({ XRPUSDT: '0.5' });
    await eventually(
      () => why(`?symbol=${X}`),
      'its buy rests',
      ([first]) => /^buy resting 0\.\d+% below the price; streaming is off$/.test(first.reason),
    );
    expect((await why())[0].secondsSinceEvent).toBeGreaterThanOrEqual(0);
    const unknown = await api.ask('/v1/why?symbol=XRPUSDC');
    expect([unknown.status, unknown.json.error.code]).toEqual([404, 'unknown']);
  });

  it('says that a symbol which cannot be streamed is given up, and why', async () => {
    await api.ask('/v1/services/trading/start', { body: { symbols: [X] } });
    await api.ask('/v1/services/streaming/start', { body: { symbols: [X] } });
    await eventually(
      () => why(),
      'it says so',
      ([first]) => first?.reason.endsWith(`; streaming is given up: there is no tape of ${X}`),
    );
  });
});

describe('GET /v1/orders', () => {
  it('shows stored orders and those that open cycles wait for, the newest first', async () => {
    const { kysely } = api.db.database;
    await storeOrders(kysely, await symbolIdOf(kysely, X), [
      anOrder({
        clientOrderId: 'old',
        orderId: 1,
        createdTime: 1_000,
        status: 'FILLED',
        executedQuantity: '10',
      }),
      anOrder({ clientOrderId: 'new', orderId: 3, createdTime: 3_000 }),
      anOrder({ clientOrderId: 'XRPUSDT-SELL-0.52', orderId: 2, createdTime: 2_000, side: 'SELL' }),
    ]);
    await storeOrders(kysely, await symbolIdOf(kysely, 'BTCUSDT'), [
      anOrder({ symbol: 'BTCUSDT', createdTime: 500 }),
    ]);
    await record(api.db, X, {
      phase: 'selling',
      earlierSells: [],
      buy: buy(X, '0.5', '10', '10'),
      sell: sell(X, '0.52', '10', '4'),
      rebuy,
    });
    await record(api.db, X, { phase: 'buying', buy: buy(X, '0.4', '8', '1'), rebuy, ending: false });
    const ids = async (query: string): Promise<string[]> =>
      ((await api.ask(`/v1/orders${query}`)).json.orders as { clientOrderId: string }[]).map(
        ({ clientOrderId }) => clientOrderId,
      );
    expect(await ids('')).toEqual(['XRPUSDT-BUY-0.4', 'new', 'XRPUSDT-SELL-0.52', 'old', 'hedgehog-1']);
    expect(await ids('?symbol=XRPUSDT&open=true')).toEqual(['XRPUSDT-BUY-0.4', 'new', 'XRPUSDT-SELL-0.52']);
    expect(await ids('?symbol=BTCUSDT')).toEqual(['hedgehog-1']);
    expect(await ids('?limit=2')).toEqual(['XRPUSDT-BUY-0.4', 'new']);
    const [leg, , , old] = (await api.ask('/v1/orders')).json.orders;
    expect(leg).toEqual({
      symbol: X,
      side: 'BUY',
      status: 'PARTIALLY_FILLED',
      price: '0.4',
      quantity: '8',
      executedQuantity: '1',
      orderId: 7,
      clientOrderId: 'XRPUSDT-BUY-0.4',
      createdTime: null,
      updatedTime: null,
    });
    expect(old).toMatchObject({ status: 'FILLED', executedQuantity: '10', orderId: 1, createdTime: 1_000 });
  });
});

describe('services and settings', () => {
  const wanted = async (name: string) =>
    (
      (await api.ask(`/v1/services/${name}`)).json.wanted as {
        symbol: string;
        status: string;
        topic: string;
      }[]
    )
      .filter(({ status }) => status !== 'off')
      .map(({ symbol, status, topic }) => [symbol, topic, status].filter(Boolean).join(' '));
  const running = async (name: string) =>
    ((await api.ask(`/v1/services/${name}`)).json.running as { name: string; state: string }[]).map(
      ({ name: thing, state }) => `${thing} ${state}`,
    );

  it('are switched, and what is wanted is followed', async () => {
    const started = await api.ask('/v1/services/trading/start', {
      body: { symbols: [X, 'BTCUSDT', X], settings: { budget: '250', chunks: 2 } },
    });
    expect(started.json).toEqual({
      service: 'trading',
      followed: true,
      symbols: [
        { symbol: X, before: 'off', now: 'on' },
        { symbol: 'BTCUSDT', before: 'off', now: 'on' },
      ],
    });
    await eventually(
      () => running('trading'),
      'both are traded',
      (names) => names.join() === 'BTCUSDT running,XRPUSDT running',
    );
    expect((await api.ask(`/v1/settings/${X}`)).json.settings).toMatchObject({
      budget: '250',
      chunks: 2,
      fee: '0.001',
    });
    expect((await api.ask('/v1/settings/ETHBTC')).json.settings).toMatchObject({ budget: '1000', chunks: 5 });
    await api.ask('/v1/services/trading/stop', { body: { symbols: ['BTCUSDT'] } });
    // Flat, so there is nothing to sell: it is off as soon as it is shut down.
    await api.ask('/v1/services/trading/shutdown', { body: { symbols: [X] } });
    await eventually(
      () => wanted('trading'),
      'all is off',
      (all) => all.length === 0,
    );
    await api.ask('/v1/services/storing/start', { body: { symbols: [X], topic: 'ORDERS' } });
    await api.ask('/v1/services/streaming/start', { body: { symbols: [X] } });
    expect([await wanted('storing'), await wanted('streaming')]).toEqual([[`${X} ORDERS on`], [`${X} on`]]);
    await eventually(
      () => running('streaming'),
      'it says why not',
      (names) => names.join() === `${X} given-up`,
    );
    await api.ask('/v1/services/storing/stop', { body: { symbols: [X], topic: 'ORDERS' } });
    await api.ask('/v1/services/streaming/stop', { body: { symbols: [X] } });
    expect([await wanted('storing'), await wanted('streaming')]).toEqual([[], []]);
  });

  it('are previewed and then changed, for cycles that begin from now on', async () => {
    await record(api.db, X, FLAT);
    const asking = { method: 'PATCH', body: { budget: 100, profit_interval: '0.002' } };
    const expected = {
      symbol: X,
      before: settingsToJson(DEFAULT_SETTINGS),
      after: { ...settingsToJson(DEFAULT_SETTINGS), budget: '100', profit_interval: '0.002' },
      changes: [
        { key: 'budget', from: '1000', to: '100' },
        { key: 'profit_interval', from: '-0.0012', to: '0.002' },
      ],
      from: 'cycles that begin from now on',
      openCycles: 1,
      cycles: [{ cycleId: 1, phase: 'flat', makesRoom: false }],
    };
    const preview = await api.ask(`/v1/settings/${X}?dryRun=true`, asking);
    expect(preview.json).toEqual({ ...expected, dryRun: true });
    expect((await api.ask(`/v1/settings/${X}`)).json.settings).toEqual(expected.before);
    expect((await api.ask(`/v1/settings/${X}`, asking)).json).toEqual({ ...expected, dryRun: false });
    expect((await api.ask(`/v1/settings/${X}`)).json.settings).toEqual(expected.after);
    expect((await api.ask(`/v1/settings/${X}`, { method: 'PATCH', body: {} })).json.changes).toEqual([]);
  });
});

describe('health and figures', () => {
  it('are told without a token', async () => {
    const ask = (path: string) => api.ask(path, { token: null });
    expect((await ask('/healthz')).json).toEqual({ status: 'alive', pid: process.pid, version: '1.2.3' });
    await eventually(
      () => ask('/readyz'),
      'it is ready',
      ({ status }) => status === 200,
    );
    tradesAt({ XRPUSDT: '0.5', BTCUSDT: '100' });
    tradesAt({ XRPUSDT: '0.6' });
    const { system, pubsub } = api.engine;
    const report = { kind: 'execution-report', symbol: X, side: 'BUY' } as const;
    for (const executionType of ['NEW', 'TRADE', 'TRADE', 'CANCELED'] as const)
      publish(system, pubsub, executions(X), { ...report, executionType } as never);
    await system.quiesce();
    const metrics = await ask('/metrics');
    expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'hedgehog_published_total{topic="TRADE_EVENTS",symbol="XRPUSDT"} 2',
      'hedgehog_published_total{topic="TRADE_EVENTS",symbol="BTCUSDT"} 1',
      'hedgehog_orders_total{symbol="XRPUSDT",side="BUY"} 1',
      'hedgehog_fills_total{symbol="XRPUSDT",side="BUY"} 2',
      'hedgehog_actors{kind="PubSub"} 1',
      'hedgehog_actors{kind="Follower"} 4',
      'hedgehog_mailbox_messages{kind="PubSub"} 0',
      'hedgehog_mailbox_messages_max{kind="PubSub"} 0',
    ])
      expect(metrics.text.split('\n')).toContain(line);
    expect(metrics.text).toMatch(/^hedgehog_messages_handled_total\{kind="PubSub"\} \d+$/m);
    expect(metrics.text).not.toMatch(/^hedgehog_(crashes|restarts)_total\{/m);
    expect(metrics.text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(metrics.text).toMatch(/^process_start_time_seconds \d+/m);
  });

  it('count crashes, restarts and messages through the death of whoever had them', async () => {
    const total = async (name: string): Promise<number> =>
      [
        ...(await api.ask('/metrics')).text.matchAll(
          new RegExp(`^hedgehog_${name}_total\\{.*\\} (\\d+)$`, 'gm'),
        ),
      ]
        .map(([, count]) => Number(count))
        .reduce((sum, count) => sum + count, 0);
    for (let count = 0; count < 300; count++) tradesAt({ XRPUSDT: '0.5' });
    await api.engine.system.quiesce();
    const before = await total('messages_handled');
    await api.ask('/v1/kill', { body: { path: 'PubSub' } });
    await eventually(
      () => total('restarts'),
      'it and those after it are started again',
      (count) => count >= 9,
    );
    expect(await total('crashes')).toBe(1);
    expect(await total('messages_handled')).toBeGreaterThanOrEqual(before);
  });

  it('say what does not run while the tree is not complete', async () => {
    const { system } = api.engine;
    await eventually(
      () => api.ask('/readyz'),
      'it is ready',
      ({ status }) => status === 200,
    );
    const root = system.roots.get('Hedgehog') as Pid<SupervisorProtocol>;
    await terminateChild(system, root, 'Publishing');
    const told = await api.ask('/readyz', { token: null });
    expect([told.status, told.json]).toEqual([
      503,
      { ready: false, reasons: ['Publishing does not run at the moment'], givenUp: [] },
    ]);
    expect((await api.ask('/healthz', { token: null })).status).toBe(200);
  });

  it('say what is given up, which keeps nobody else from running', async () => {
    await api.ask('/v1/services/streaming/start', { body: { symbols: ['BTCUSDT'] } });
    const told = await eventually(
      () => api.ask('/readyz', { token: null }),
      'it is told',
      ({ json }) => json.givenUp.length > 0,
    );
    expect([told.status, told.json]).toEqual([
      200,
      { ready: true, reasons: [], givenUp: ['streaming: BTCUSDT is given up: there is no tape of BTCUSDT'] },
    ]);
  });
});

describe('GET /v1/openapi.json', () => {
  /** Every route, and a request that it answers with what it is for. */
  const REQUESTS: readonly (readonly [string, string, string?, object?])[] = [
    ['get', '/v1/openapi.json'],
    ['get', '/v1/inspect'],
    ['post', '/v1/kill', '/v1/kill', { path: 'PublishDesk' }],
    ['get', '/v1/orders'],
    ['post', '/v1/orders/cancel'],
    ['get', '/v1/positions'],
    ['get', '/v1/profit'],
    ['get', '/v1/why', `/v1/why?symbol=${X}`],
    ['get', '/v1/services/streaming'],
    ['get', '/v1/services/trading'],
    ['get', '/v1/services/storing'],
    ...['streaming/start', 'streaming/stop', 'trading/start', 'trading/stop', 'trading/shutdown'].map(
      (path) => ['post', `/v1/services/${path}`, `/v1/services/${path}`, { symbols: [X] }] as const,
    ),
    ...['storing/start', 'storing/stop'].map(
      (path) =>
        ['post', `/v1/services/${path}`, `/v1/services/${path}`, { symbols: [X], topic: 'OHLC' }] as const,
    ),
    ['get', '/v1/settings'],
    ['get', '/v1/settings/{symbol}', `/v1/settings/${X}`],
    ['patch', '/v1/settings/{symbol}', `/v1/settings/${X}?dryRun=true`, { chunks: 3 }],
    ['get', '/v1/logs'],
    ['get', '/v1/log-levels'],
    ['put', '/v1/log-levels', '/v1/log-levels', { part: 'streaming', level: 'debug' }],
    ['get', '/healthz'],
    ['get', '/readyz'],
    ['get', '/metrics'],
  ];

  /** An order that is open on the exchange. */
  async function restingOrder(): Promise<string> {
    await api.ask('/v1/services/trading/start', { body: { symbols: ['BTCUSDT'] } });
    const [order] = await eventually(
      async () => {
        tradesAt({ BTCUSDT: '100' });
        return (await api.ask('/v1/orders?symbol=BTCUSDT&open=true')).json.orders as {
          orderId: number | null;
          clientOrderId: string;
        }[];
      },
      'an order rests',
      (orders) => orders.length > 0 && orders[0]?.orderId !== null,
    );
    return order?.clientOrderId ?? '';
  }

  it('describes every route, and every answer is as it says', async () => {
    await record(api.db, X, {
      phase: 'selling',
      earlierSells: [],
      buy: buy(X, '0.5', '10', '10'),
      sell: sell(X, '0.52', '10', '4'),
      rebuy,
    });
    await record(api.db, X, sold(buy(X, '0.5', '10', '10'), sell(X, '0.53', '10', '10')), true);
    tradesAt({ XRPUSDT: '0.505' });
    const document = (await api.ask('/v1/openapi.json')).json;
    const described = Object.entries(document.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.toSorted()).toEqual(REQUESTS.map(([method, path]) => `${method} ${path}`).toSorted());
    const ajv = new Ajv2020({
      strict: false,
      allErrors: true,
      formats: { 'date-time': /^\d{4}-\d\d-\d\dT.*Z$/ },
    });
    ajv.addSchema({ ...document, $id: 'doc' });
    const pointer = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1');
    for (const [method, path, url = path, body] of REQUESTS) {
      const asked =
        path === '/v1/orders/cancel' ? { orders: [{ clientOrderId: await restingOrder() }] } : body;
      const answered = await api.ask(url, { method: method.toUpperCase(), body: asked });
      expect([url, answered.status]).toEqual([url, 200]);
      if (path === '/metrics') continue;
      const [type] = Object.keys(document.paths[path][method].responses[200].content) as [string];
      expect(answered.headers['content-type']).toContain(type);
      const at = ['paths', path, method, 'responses', '200', 'content', type, 'schema']
        .map(pointer)
        .join('/');
      const fits = ajv.compile({ $ref: `doc#/${at}` });
      const values: unknown[] =
        type === 'application/x-ndjson'
          ? answered.text
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line) as unknown)
          : [answered.json];
      for (const value of values) expect([url, fits(value), fits.errors]).toEqual([url, true, null]);
    }
    const refused = ajv.compile({ $ref: 'doc#/components/schemas/Refused' });
    expect(refused((await api.ask('/v1/nothing')).json)).toBe(true);
  });
});
