import { beforeEach, describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { NotNow, NotThere } from '../../src/control/in-time.js';
import { type CancelDeps, cancelOrders } from '../../src/control/order-cancel.js';
import type { Order } from '../../src/domain/order.js';
import { DEFAULT_SETTINGS, settingsToJson } from '../../src/domain/settings.js';
import { CallFailed } from '../../src/otp/index.js';
import { InputError } from '../../src/platform/input-error.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import { systemClock } from '../../src/platform/system-clock.js';
import type { CancelOutcome, LookupOutcome } from '../../src/ports/exchange.js';
import { newLeg } from '../../src/strategy/leg.js';
import type { Position } from '../../src/strategy/position.js';
import { positionToJson } from '../../src/strategy/position-json.js';
import { aSymbol, decimal } from '../../src/testing/index.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { testDatabase } from '../support/database.js';
import { aLog } from '../support/log.js';
import { anOrder } from '../support/market.js';

const X = 'XRPUSDT';
const db = testDatabase();
beforeEach(async () => {
  await db.empty();
  await seedSettings(db.database.kysely, [X]);
});

/** A cycle, which waits for a buy; the first one is 1. */
async function aBuyingCycle(clientOrderId = 'hhme-1-B1'): Promise<Order> {
  const { kysely } = db.database;
  const request = {
    symbol: X,
    side: 'BUY',
    price: decimal('0.4'),
    quantity: decimal('10'),
    clientOrderId,
  } as const;
  const position: Position = {
    phase: 'buying',
    buy: { ...newLeg(request, 1), orderId: 7 },
    rebuy: { below: decimal('0.3'), status: 'unspent' },
    ending: false,
  };
  await kysely
    .insertInto('cycles')
    .values({
      symbol_id: await symbolIdOf(kysely, X),
      settings: JSON.stringify(settingsToJson(DEFAULT_SETTINGS)),
      position: JSON.stringify(positionToJson(position)),
    })
    .execute();
  return anOrder({ symbol: X, clientOrderId, orderId: 7, price: '0.4', quantity: '10' });
}

interface Scripted {
  readonly lookups: readonly LookupOutcome[];
  readonly cancel?: CancelOutcome | Error;
}

/** An exchange that answers as it is told to, and Hedgehog around it, whose trading is off. */
function around({ lookups, cancel = { kind: 'outcome-unknown' } }: Scripted) {
  const asked: string[] = [];
  const answers = [...lookups];
  const { entries, ...log } = aLog();
  const service = { list: async () => [], standings: () => [], follow: async () => {} };
  const deps: CancelDeps = {
    database: db.database,
    symbols: new Map([[X, aSymbol()]]),
    services: { streaming: service, trading: service, storing: service },
    orderIdPrefix: 'hhme',
    clock: systemClock,
    log,
    exchange: {
      async getOrder(symbol, key) {
        asked.push(`look ${symbol} ${JSON.stringify(key)}`);
        return answers.shift() ?? { kind: 'unavailable', retryAfterMs: 20_000 };
      },
      async cancelOrder(symbol, key) {
        asked.push(`cancel ${symbol} ${JSON.stringify(key)}`);
        if (cancel instanceof Error) throw cancel;
        return cancel;
      },
    },
  };
  return { deps, asked, entries };
}

const found = (order: Order): LookupOutcome => ({ kind: 'found', order });
const BOTH = '{"orderId":7,"clientOrderId":"hhme-1-B1"}';

describe('cancelling an order', () => {
  it('asks the exchange for it, then cancels it by both of its ids', async () => {
    const order = await aBuyingCycle();
    const { deps, asked } = around({
      lookups: [found(order)],
      cancel: {
        kind: 'cancelled',
        order: { ...order, status: 'CANCELED', executedQuantity: decimal('2.5') },
      },
    });
    expect(await cancelOrders(deps, [{ clientOrderId: 'hhme-1-B1' }])).toEqual([
      {
        ...{ outcome: 'cancelled', reason: null, symbol: X, side: 'BUY', status: 'CANCELED' },
        ...{ orderId: 7, clientOrderId: 'hhme-1-B1', price: '0.4', quantity: '10', executedQuantity: '2.5' },
        cycle: {
          ...{ cycleId: 1, phase: 'buying', isTraded: false },
          next: 'XRPUSDT is not traded at the moment; its trader looks the order up when that is started',
        },
      },
    ]);
    expect(asked).toEqual([`look ${X} {"clientOrderId":"hhme-1-B1"}`, `cancel ${X} ${BOTH}`]);
  });

  it('that is named twice is one', async () => {
    const order = await aBuyingCycle();
    const { deps, asked } = around({
      lookups: [found(order), found(order)],
      cancel: { kind: 'cancelled', order: { ...order, status: 'CANCELED' } },
    });
    const named = [{ clientOrderId: 'hhme-1-B1' }, { symbol: X, orderId: 7 }];
    expect(await cancelOrders(deps, named)).toHaveLength(1);
    expect(asked.filter((line) => line.startsWith('cancel'))).toHaveLength(1);
    expect(asked[1]).toBe(`look ${X} {"orderId":7}`);
  });

  it('of an earlier prefix is that of a cycle which waits for it', async () => {
    const order = await aBuyingCycle('hhold-1-B1');
    const { deps } = around({
      lookups: [found(order)],
      cancel: { kind: 'cancelled', order: { ...order, status: 'CANCELED' } },
    });
    expect(await cancelOrders(deps, [{ clientOrderId: 'hhold-1-B1' }])).toMatchObject([
      { outcome: 'cancelled', cycle: { cycleId: 1 } },
    ]);
  });

  describe('whose cancel the exchange does not confirm looks it up', () => {
    const filled = { status: 'FILLED', executedQuantity: decimal('10') } as const;
    const refused: CancelOutcome = { kind: 'rejected', code: -2011, reason: 'Unknown order sent.' };
    it.each<[string, CancelOutcome | Error, Partial<Order> | null, object]>([
      [
        'was filled meanwhile',
        refused,
        filled,
        { outcome: 'ended-before', status: 'FILLED', executedQuantity: '10' },
      ],
      [
        'is cancelled all the same',
        { kind: 'outcome-unknown' },
        { status: 'CANCELED' },
        { outcome: 'cancelled', reason: null },
      ],
      [
        'is cancelled, and the exchange crashed',
        new Error('gone'),
        { status: 'CANCELED' },
        { outcome: 'cancelled' },
      ],
      [
        'is open',
        refused,
        {},
        { outcome: 'open', reason: 'the exchange refused to cancel it: Unknown order sent.' },
      ],
      [
        'is open, and nobody answered',
        { kind: 'outcome-unknown' },
        {},
        {
          outcome: 'open',
          reason: 'the exchange did not answer, and it is open still; the cancel may take effect yet',
        },
      ],
      [
        'is open, for too much was asked',
        { kind: 'rate-limited', retryAfterMs: 1_500 },
        {},
        { outcome: 'open', reason: 'the exchange takes no more requests for 2 s' },
      ],
      ['is not told of', { kind: 'outcome-unknown' }, null, { outcome: 'unknown', status: 'NEW' }],
    ])('and tells that it %s', async (_what, cancel, after, expected) => {
      const order = await aBuyingCycle();
      const { deps, asked, entries } = around({
        lookups: [found(order), ...(after === null ? [] : [found({ ...order, ...after })])],
        cancel,
      });
      const [told] = await cancelOrders(deps, [{ clientOrderId: 'hhme-1-B1' }]);
      expect(told).toMatchObject(expected);
      expect(asked.slice(0, 3)).toEqual([
        `look ${X} {"clientOrderId":"hhme-1-B1"}`,
        `cancel ${X} ${BOTH}`,
        `look ${X} ${BOTH}`,
      ]);
      expect(asked.filter((line) => line.startsWith('cancel'))).toHaveLength(1);
      expect(entries).toHaveLength(1);
      if (told?.outcome === 'open') expect(told.cycle?.next).toBe('it waits for the order as before');
    });

    it('again, while that cannot be told', async () => {
      const order = await aBuyingCycle();
      const { deps, asked } = around({
        lookups: [
          found(order),
          { kind: 'unavailable', retryAfterMs: 100 },
          { kind: 'absent' },
          found({ ...order, status: 'CANCELED' }),
        ],
      });
      expect(await cancelOrders(deps, [{ clientOrderId: 'hhme-1-B1' }])).toMatchObject([
        { outcome: 'cancelled' },
      ]);
      expect(asked).toHaveLength(5);
    });
  });

  describe('that takes long', () => {
    /** Hedgehog around an exchange, each of whose answers takes so many milliseconds; Infinity: none comes. */
    async function slow({ lookMs = 0, cancelMs = 0 }) {
      const orders = [await aBuyingCycle(), await aBuyingCycle('hhme-2-B1')];
      const { deps, asked } = around({ lookups: orders.map(found) });
      const clock = new SimClock();
      const { exchange } = deps;
      const later = <T>(ms: number, answer: T): Promise<T> =>
        new Promise((resolve) => {
          setImmediate(() => {
            clock.advance(Math.min(ms, 60_000));
            if (ms !== Number.POSITIVE_INFINITY) resolve(answer);
          });
        });
      const slowly: typeof exchange = {
        getOrder: async (...given) => later(lookMs, await exchange.getOrder(...given)),
        cancelOrder: async (...given) => later(cancelMs, await exchange.cancelOrder(...given)),
      };
      const named = orders.map(({ clientOrderId }) => ({ clientOrderId }));
      return { cancelling: cancelOrders({ ...deps, clock, exchange: slowly }, named), asked };
    }

    it('is told of in time, and what is late is neither waited for nor asked for again', async () => {
      const { cancelling, asked } = await slow({ cancelMs: Number.POSITIVE_INFINITY });
      expect(await cancelling).toMatchObject([
        {
          ...{ outcome: 'unknown', clientOrderId: 'hhme-1-B1', cycle: { cycleId: 1 } },
          reason: 'the exchange has not answered yet; the cancel may take effect yet',
        },
        {
          ...{ outcome: 'open', clientOrderId: 'hhme-2-B1', cycle: { cycleId: 2 } },
          reason: 'it was not tried for want of time: the exchange was not asked to cancel it',
        },
      ]);
      expect(asked.slice(2)).toEqual([`cancel ${X} ${BOTH}`]);
    });

    it.each([
      ['one look-up does not end', Number.POSITIVE_INFINITY, 'hhme-1-B1'],
      ['all look-ups together take too long', 6_000, 'hhme-2-B1'],
    ])('is refused when %s, and nothing is cancelled', async (_what, lookMs, late) => {
      const { cancelling, asked } = await slow({ lookMs });
      await expect(cancelling).rejects.toThrow(
        new NotNow(`nothing was cancelled: the look-up of order "${late}" does not answer`),
      );
      expect(asked.filter((line) => line.startsWith('cancel'))).toEqual([]);
    });
  });

  describe('whose cycle cannot be looked at afterwards', () => {
    const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    /** Cancels, after which the database and trading answer with these errors. */
    async function cancelledThen(errors: { readonly database?: Error; readonly trading?: Error }) {
      const order = await aBuyingCycle();
      const { deps, entries } = around({
        lookups: [found(order)],
        cancel: { kind: 'cancelled', order: { ...order, status: 'CANCELED' } },
      });
      const { database, services, exchange } = deps;
      let isCancelled = false;
      const kysely = database.kysely.withPlugin({
        transformQuery({ node }) {
          if (isCancelled && errors.database !== undefined) throw errors.database;
          return node;
        },
        transformResult: async ({ result }) => result,
      });
      const told = await cancelOrders(
        {
          ...deps,
          database: { ...database, kysely },
          services: {
            ...services,
            trading: {
              ...services.trading,
              list: async () => {
                if (errors.trading !== undefined) throw errors.trading;
                return [];
              },
            },
          },
          exchange: {
            ...exchange,
            cancelOrder(...given) {
              isCancelled = true;
              return exchange.cancelOrder(...given);
            },
          },
        },
        [{ clientOrderId: 'hhme-1-B1' }],
      );
      return { told, entries };
    }

    it.each([
      ['the database cannot be reached', { database: lost }, 'gone'],
      [
        'trading does not answer',
        { trading: new CallFailed('Trading', 'whichChildren', 'timeout') },
        'call whichChildren to Trading: timeout',
      ],
    ])('is told to be cancelled nevertheless when %s', async (_what, errors, reason) => {
      const { told, entries } = await cancelledThen(errors);
      expect(told).toMatchObject([{ outcome: 'cancelled', clientOrderId: 'hhme-1-B1', cycle: null }]);
      expect(entries.at(-1)).toEqual({
        level: 'warn',
        message: 'control: what comes of cycle 1 cannot be told',
        fields: { cycleId: 1, clientOrderId: 'hhme-1-B1', reason },
      });
    });

    it('is a failure when that is a defect', async () => {
      await expect(cancelledThen({ trading: new TypeError('a defect') })).rejects.toThrow('a defect');
    });
  });

  describe('is refused, and no other is cancelled either', () => {
    const other = { clientOrderId: 'hhme-1-B1' };
    it.each<[string, object, LookupOutcome | null, new (...given: never[]) => Error, string]>([
      [
        'when it is not ours by its id',
        { clientOrderId: 'web_123' },
        null,
        InputError,
        'order "web_123" is none of this Hedgehog\'s, whose client order ids begin with hhme-; allowed are those alone',
      ],
      [
        'when it is not ours by what the exchange tells',
        { symbol: X, orderId: 9 },
        found(anOrder({ symbol: X, orderId: 9, clientOrderId: 'web_123' })),
        InputError,
        'order 9 of XRPUSDT is none of this Hedgehog',
      ],
      [
        'when it is of another installation, whose cycle has the number of one of ours',
        { clientOrderId: 'hhyou-1-B1' },
        null,
        InputError,
        'order "hhyou-1-B1" is none of this Hedgehog',
      ],
      [
        'when there is no such cycle',
        { clientOrderId: 'hhme-99-B1' },
        null,
        NotThere,
        'there is no order "hhme-99-B1"',
      ],
      [
        'when it is no id of a cycle',
        { clientOrderId: 'hhme-x' },
        null,
        NotThere,
        'there is no order "hhme-x"',
      ],
      [
        'when the exchange has none',
        { clientOrderId: 'hhme-1-S1' },
        { kind: 'absent' },
        NotThere,
        'there is no order "hhme-1-S1", and nothing was cancelled; see hedgehog orders --open',
      ],
      [
        'when it is filled',
        { clientOrderId: 'hhme-1-S1' },
        found(
          anOrder({
            symbol: X,
            clientOrderId: 'hhme-1-S1',
            status: 'FILLED',
            quantity: '10',
            executedQuantity: '10',
          }),
        ),
        InputError,
        'order "hhme-1-S1" has ended already: FILLED, 10 of 10; nothing was cancelled',
      ],
      [
        'when it cannot be looked up',
        { clientOrderId: 'hhme-1-S1' },
        { kind: 'unavailable', retryAfterMs: 1 },
        NotNow,
        'the exchange does not tell of order "hhme-1-S1" at the moment; nothing was cancelled',
      ],
      [
        'when the exchange lists no such symbol',
        { symbol: 'DOGE', orderId: 1 },
        null,
        InputError,
        '"DOGE" is unknown; allowed is XRPUSDT',
      ],
    ])('%s', async (_why, named, lookup, kind, message) => {
      const order = await aBuyingCycle();
      const { deps, asked } = around({ lookups: [found(order), ...(lookup === null ? [] : [lookup])] });
      const cancelling = cancelOrders(deps, [other, named as typeof other]);
      await expect(cancelling).rejects.toThrow(kind);
      await expect(cancelling).rejects.toThrow(message);
      expect(asked.filter((line) => line.startsWith('cancel'))).toEqual([]);
    });
  });
});
