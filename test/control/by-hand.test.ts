import { describe, expect, it } from '@jest/globals';
import { publish } from '../../src/otp/index.js';
import { tradeEvents } from '../../src/ports/topics.js';
import { controlledEngine } from '../support/control.js';
import { aTrade } from '../support/market.js';
import { eventually } from '../support/running-hedgehog.js';

const X = 'XRPUSDT';
const api = controlledEngine([X, 'BTCUSDT']);

let tradeId = 0;
/** What the exchange would have told, and what comes of it. */
async function tradeAt(price: string): Promise<void> {
  const { system, pubsub } = api.engine;
  publish(system, pubsub, tradeEvents(X), aTrade(++tradeId, { symbol: X, price }));
  await system.quiesce();
}

interface Shown {
  readonly cycleId: number;
  readonly phase: string;
  readonly parkedBecause: string | null;
  readonly resting: {
    readonly clientOrderId: string;
    readonly orderId: number;
    readonly price: string;
  } | null;
}
const positions = async (): Promise<readonly Shown[]> => (await api.ask('/v1/positions')).json.positions;
/** The cycle that there is, once it is in this phase; trades at the price come for as long as it is not. */
const theOnly = (phase: string, price?: string): Promise<Shown> =>
  eventually(
    async () => {
      // A trader that is just being started hears none yet.
      if (price !== undefined) await tradeAt(price);
      return (await positions())[0] as Shown;
    },
    `it is ${phase}`,
    (found) => found?.phase === phase && (phase.includes('parked') || found.resting?.orderId !== null),
  );
const cancel = async (...orders: object[]) => api.ask('/v1/orders/cancel', { body: { orders } });
const settle = (settings: object) => api.ask(`/v1/settings/${X}`, { method: 'PATCH', body: settings });
const startTrading = (settings: object = {}) =>
  api.ask('/v1/services/trading/start', {
    body: { symbols: [X], settings: { chunks: 1, profit_interval: '0.01', ...settings } },
  });

describe('an order that is cancelled by hand', () => {
  it('parks its cycle when it was a buy: none is placed in its place until settings are set', async () => {
    await startTrading();
    const { resting, cycleId } = await theOnly('buying', '0.5');
    const { json, status } = await cancel({ clientOrderId: resting?.clientOrderId });
    expect([status, json.orders]).toEqual([
      200,
      [
        expect.objectContaining({
          outcome: 'cancelled',
          status: 'CANCELED',
          executedQuantity: '0',
          cycle: {
            cycleId,
            phase: 'buy-parked',
            isTraded: true,
            next: `nothing is bought in its place until the settings or the rules of ${X} change, or its trading is started again`,
          },
        }),
      ],
    ]);
    for (const price of ['0.51', '0.49', '0.48', '0.5']) await tradeAt(price);
    expect(await positions()).toMatchObject([
      {
        cycleId,
        phase: 'buy-parked',
        parkedBecause: 'the exchange ended the buy as CANCELED',
        resting: null,
      },
    ]);
    const again = await cancel({ clientOrderId: resting?.clientOrderId });
    expect([again.status, again.json.error.message]).toEqual([
      400,
      `order "${resting?.clientOrderId}" has ended already: CANCELED; nothing was cancelled`,
    ]);
    await settle({ budget: '2000' });
    await eventually(
      async () => (await positions())[0],
      'another cycle has begun',
      (found) => found !== undefined && found.cycleId !== cycleId,
    );
    expect((await theOnly('buying', '0.5')).cycleId).toBeGreaterThan(cycleId);
  });

  it('parks its cycle when it was a sell, which holds what it bought until trading is started again', async () => {
    await startTrading();
    await theOnly('buying', '0.5');
    await tradeAt('0.4');
    const { resting, cycleId } = await theOnly('selling');
    const { json } = await cancel({ symbol: X, orderId: resting?.orderId });
    expect(json.orders).toMatchObject([
      {
        outcome: 'cancelled',
        side: 'SELL',
        cycle: {
          cycleId,
          phase: 'sell-parked',
          next: expect.stringMatching(/^it holds [\d.]+, and does not sell it until/),
        },
      },
    ]);
    await tradeAt('0.6');
    expect(await positions()).toMatchObject([{ cycleId, phase: 'sell-parked' }]);
    await api.ask('/v1/services/trading/start', { body: { symbols: [X] } });
    expect(await theOnly('selling')).toMatchObject({ cycleId, resting: { price: resting?.price } });
  });

  it('of a symbol that is not traded is cancelled, and found so when that is traded again', async () => {
    await startTrading();
    const { resting, cycleId } = await theOnly('buying', '0.5');
    await api.ask('/v1/services/trading/stop', { body: { symbols: [X] } });
    expect((await cancel({ clientOrderId: resting?.clientOrderId })).json.orders).toMatchObject([
      { outcome: 'cancelled', cycle: { cycleId, phase: 'buying', isTraded: false } },
    ]);
    await api.ask('/v1/services/trading/start', { body: { symbols: [X] } });
    await theOnly('buy-parked');
  });

  it.each([
    [{ orders: [] }, 'orders is a list; allowed is at least one order'],
    [{ orders: [{}] }, 'allowed is an object with the key clientOrderId, or with symbol and orderId'],
    [
      { orders: [{ symbol: X, orderId: -1 }] },
      "orders[0].orderId is the number -1; allowed is the exchange's order id, a whole number from 0",
    ],
    [{ orders: [{ clientOrderId: 'x'.repeat(40) }] }, 'allowed is a client order id of up to 36 characters'],
    [{ ids: ['x'] }, 'orders is missing'],
  ])('is named in one of two ways: not by %j', async (body, problem) => {
    const refused = await api.ask('/v1/orders/cancel', { body });
    expect([refused.status, refused.json.error.message]).toEqual([400, expect.stringContaining(problem)]);
  });

  it('is cancelled by nobody who may only look', async () => {
    const body = { orders: [{ clientOrderId: 'x' }] };
    expect((await api.ask('/v1/orders/cancel', { body, token: api.tokens.read })).status).toBe(403);
  });
});

describe('settings that are set while trading goes on', () => {
  it('are those of the next cycle, without a restart of its Leader, and leave the open one as it is', async () => {
    await startTrading({ budget: '1000', buy_down_interval: '0.01' });
    const first = await theOnly('buying', '0.5');
    expect(first.resting?.price).toBe('0.495');
    const { json } = await settle({ budget: '500', buy_down_interval: '0.02' });
    expect(json).toMatchObject({
      openCycles: 1,
      cycles: [{ cycleId: first.cycleId, phase: 'buying', makesRoom: false }],
    });
    expect(await theOnly('buying')).toMatchObject({ cycleId: first.cycleId, resting: { price: '0.495' } });
    await tradeAt('0.49');
    await theOnly('selling');
    await tradeAt('0.6');
    await eventually(
      positions,
      'another cycle has begun',
      (found) => found[0]?.cycleId === first.cycleId + 1,
    );
    expect(await theOnly('buying', '0.5')).toMatchObject({ resting: { price: '0.49' } });
    const shown = await api.ask(`/v1/inspect?path=${encodeURIComponent(`Leader ${X}`)}`);
    expect(shown.json.actors[0].restarts).toBe(0);
  });

  it('tell of a parked buy that it makes room for a cycle with the new ones', async () => {
    await startTrading();
    const { resting, cycleId } = await theOnly('buying', '0.5');
    await cancel({ clientOrderId: resting?.clientOrderId });
    const preview = await api.ask(`/v1/settings/${X}?dryRun=true`, {
      method: 'PATCH',
      body: { budget: 100 },
    });
    expect(preview.json.cycles).toEqual([{ cycleId, phase: 'buy-parked', makesRoom: true }]);
    expect(await positions()).toMatchObject([{ cycleId, phase: 'buy-parked' }]);
  });
});

describe('a switch', () => {
  it('answers when it has been followed, and what is wanted then tells how it stands', async () => {
    const switched = await api.ask('/v1/services/streaming/start', { body: { symbols: [X] } });
    expect(switched.json).toMatchObject({
      followed: true,
      symbols: [{ symbol: X, before: 'off', now: 'on' }],
    });
    const { wanted } = (await api.ask('/v1/services/streaming')).json;
    expect(wanted).toEqual([
      { symbol: 'BTCUSDT', topic: null, status: 'off', state: null, reason: null },
      { symbol: X, topic: null, status: 'on', state: 'given-up', reason: `there is no tape of ${X}` },
    ]);
  });

  it('answers at once when nobody wants to wait', async () => {
    const switched = await api.ask('/v1/services/trading/start?wait=false', { body: { symbols: [X] } });
    expect(switched.json.followed).toBe(false);
    expect(
      (await api.ask('/v1/services/trading/start?wait=perhaps', { body: { symbols: [X] } })).status,
    ).toBe(400);
  });
});
