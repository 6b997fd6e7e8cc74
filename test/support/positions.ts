import fc from 'fast-check';
import type { Decimal } from '../../src/domain/decimal.js';
import type { OrderStatus } from '../../src/domain/order.js';
import type { Leg, LegFill } from '../../src/strategy/leg.js';
import type { CycleResult, ParkReason, Position, Rebuy, RebuyStatus } from '../../src/strategy/position.js';
import { decimal } from '../../src/testing/index.js';
import { scaled } from './arbitraries.js';

const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }).map((fields) => fields as unknown as T);

/** From 10^-60 to 10^60, with up to forty digits: numbers that a float, or an exponent, would spoil. */
export const extremeDecimals: fc.Arbitrary<Decimal> = fc.oneof(
  fc
    .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 60 }))
    .map(([units, places]) => scaled(units, places)),
  fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 40n }), fc.integer({ min: 0, max: 20 })).map(([units, zeros]) => {
    return decimal(`${units}${'0'.repeat(zeros)}`);
  }),
  fc
    .constantFrom('0', '1e-60', '1e60', '0.1', '0.00000001', '9007199254740993', '123456789012345678.90')
    .map(decimal),
);

const statuses = fc.constantFrom<OrderStatus>(
  'NEW',
  'PARTIALLY_FILLED',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'EXPIRED_IN_MATCH',
);
const rebuyStatuses = fc.constantFrom<RebuyStatus>('unspent', 'asked', 'answered');
const attempts = fc.integer({ min: 1, max: 1_000_000 });
const ids = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

const legFills: fc.Arbitrary<LegFill> = record({
  tradeId: ids,
  price: extremeDecimals,
  quantity: extremeDecimals,
  baseCommission: extremeDecimals,
});
const legs: fc.Arbitrary<Leg> = record({
  request: record({
    symbol: fc.constantFrom('XRPUSDT', '1000SATSUSDT'),
    side: fc.constantFrom('BUY', 'SELL'),
    price: extremeDecimals,
    quantity: extremeDecimals,
    clientOrderId: fc.string({ unit: 'grapheme-ascii', maxLength: 36 }),
  }),
  attempt: attempts,
  orderId: fc.option(ids),
  status: statuses,
  filled: extremeDecimals,
  fills: fc.array(legFills, { maxLength: 5 }),
});
const earlierSells = fc.array(legs, { maxLength: 2 });
const rebuys: fc.Arbitrary<Rebuy> = record({ below: extremeDecimals, status: rebuyStatuses });
// PostgreSQL's jsonb takes every character but NUL.
const reasons: fc.Arbitrary<ParkReason> = record({
  code: fc.option(fc.integer()),
  reason: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
});
const results: fc.Arbitrary<CycleResult> = fc.oneof(
  record({ kind: fc.constantFrom('sold', 'abandoned') }),
  record({ kind: fc.constant('dust' as const), quantity: extremeDecimals }),
);
const flats = record({ phase: fc.constant('flat' as const), attempt: attempts, rebuy: rebuyStatuses });

/** Every position that a cycle could be in, and many that none could: each phase with anything in its fields. */
export const positions: fc.Arbitrary<Position> = fc.oneof(
  flats,
  record({ phase: fc.constant('buying' as const), buy: legs, rebuy: rebuys, ending: fc.boolean() }),
  record({ phase: fc.constant('selling' as const), buy: legs, sell: legs, earlierSells, rebuy: rebuys }),
  record({ phase: fc.constant('buy-parked' as const), why: reasons, next: flats }),
  record({
    phase: fc.constant('sell-parked' as const),
    why: reasons,
    buy: legs,
    earlierSells,
    rebuy: rebuys,
    attempt: attempts,
  }),
  record({
    phase: fc.constant('closed' as const),
    result: results,
    rebuy: rebuyStatuses,
    buy: fc.option(legs),
    sell: fc.option(legs),
    earlierSells,
  }),
);
