import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StreamState } from '../../src/ports/stream-state.js';
import { type Leg, newLeg } from '../../src/strategy/leg.js';
import { FLAT, type Position, type RebuyStatus } from '../../src/strategy/position.js';
import { decimal } from '../../src/testing/index.js';
import type { Pending, TraderStanding } from '../../src/trading/standing.js';
import { type IdleView, type MarketView, whyIdle } from '../../src/trading/why-idle.js';
import { scaled } from '../support/arbitraries.js';

const ON: StreamState = { kind: 'on', trouble: null };
const MINUTE = 60_000;
const NOW = 1_000_000;

const leg = (side: 'BUY' | 'SELL', price: string, given: Partial<Leg> = {}): Leg => ({
  ...newLeg(
    { symbol: 'XRPUSDT', side, price: decimal(price), quantity: decimal('10'), clientOrderId: 'id' },
    1,
  ),
  orderId: 7,
  ...given,
});
const buying = (price: string, given: Partial<Leg> = {}, ending = false): Position => ({
  phase: 'buying',
  buy: leg('BUY', price, given),
  rebuy: { below: decimal('0.1'), status: 'unspent' },
  ending,
});
const selling = (
  price: string,
  given: Partial<Leg> = {},
  [below, status]: [string, RebuyStatus] = ['0.1', 'answered'],
): Position => ({
  phase: 'selling',
  buy: leg('BUY', '0.5', { status: 'FILLED', filled: decimal('10') }),
  sell: leg('SELL', price, given),
  earlierSells: [],
  rebuy: { below: decimal(below), status },
});
const why = { code: -2010, reason: 'insufficient balance' };
const buyParked: Position = { phase: 'buy-parked', why, next: FLAT };
const sellParked: Position = {
  phase: 'sell-parked',
  why,
  buy: leg('BUY', '0.5'),
  earlierSells: [],
  rebuy: { below: decimal('0.1'), status: 'unspent' },
  attempt: 2,
};
const trader = (position: Position, pending: Pending | null = null): TraderStanding => ({
  position,
  pending,
});

function view(
  traders: readonly (Position | TraderStanding)[],
  market: Partial<MarketView> = {},
  given: Partial<IdleView> = {},
): IdleView {
  return {
    isLed: true,
    isShuttingDown: false,
    chunks: 5,
    traders: traders.map((one) => ('phase' in one ? trader(one) : one)),
    market: { price: decimal('0.5'), quietMs: 0, stream: ON, ...market },
    nowMs: NOW,
    ...given,
  };
}

const unplaced = { orderId: null };
const due = (what: Pending['what'], inMs: number | null): Pending => ({
  what,
  dueMs: inMs === null ? null : NOW + inMs,
});
const NEVER = { price: null };

const CASES: readonly (readonly [string, IdleView, string])[] = [
  ['start', view([], {}, { isLed: false }), "waiting for the exchange's rules"],
  ['start', view([]), 'its first trader is being started'],
  ['start', view([], {}, { isShuttingDown: true }), 'shut down'],
  ['trade', view([FLAT], NEVER), 'flat, waiting for the first trade'],
  ['trade', view([FLAT]), 'flat, waiting for the next trade'],
  ['trade', view([FLAT], { price: null, quietMs: 9 * MINUTE }), 'flat, waiting for the first trade'],
  [
    'stream',
    view([FLAT], { price: null, quietMs: 9 * MINUTE, stream: { kind: 'off' } }),
    'flat, waiting for the first trade; streaming is off',
  ],
  [
    'stream',
    view([FLAT], { ...NEVER, stream: { kind: 'given-up', reason: 'no tape' } }),
    'flat, waiting for the first trade; streaming is given up: no tape',
  ],
  // Exactly, and cut off rather than rounded: 0.31 %, 1.2 %.
  ['price', view([buying('0.49845')]), 'buy resting 0.31% below the price'],
  ['price', view([selling('0.506')]), 'sell resting 1.2% above the price'],
  [
    'stream',
    view([selling('0.506')], { quietMs: 4 * MINUTE + 59_999, stream: { kind: 'off' } }),
    'sell resting 1.2% above the price; no trades for 4 min: streaming is off',
  ],
  [
    'stream',
    view([buying('0.49')], {
      quietMs: MINUTE,
      stream: { kind: 'on', trouble: 'the stream is reconnecting' },
    }),
    'buy resting 2% below the price; no trades for 1 min: the stream is reconnecting',
  ],
  ['price', view([buying('0.49')], { quietMs: MINUTE - 1 }), 'buy resting 2% below the price'],
  [
    'stream',
    view([buying('0.49')], { quietMs: MINUTE }),
    'buy resting 2% below the price; no trades for 1 min',
  ],
  ['stream', view([buying('0.49')], { price: null, quietMs: MINUTE }), 'buy resting at 0.49; no trades yet'],
  [
    'price',
    view([buying('0.49', { filled: decimal('4'), status: 'PARTIALLY_FILLED' })]),
    'buy resting 2% below the price, 4 of 10 filled',
  ],
  [
    'price',
    view([buying('0.4'), selling('0.6'), selling('0.55'), selling('0.57')]),
    'buy resting 20% below the price; 3 sells resting, the nearest 10% above the price',
  ],
  [
    'price',
    view([selling('0.6'), selling('0.55')], {}, { chunks: 2 }),
    'all 2 chunks in use, waiting for a sell: 2 sells resting, the nearest 10% above the price',
  ],
  [
    'price',
    view([selling('0.55')], {}, { chunks: 1 }),
    'its only chunk in use, waiting for a sell: sell resting 10% above the price',
  ],
  [
    'price',
    view([selling('0.6'), selling('0.55'), buying('0.4'), buying('0.45')], NEVER),
    '2 buys resting, the nearest at 0.45; 2 sells resting, the nearest at 0.55',
  ],
  ['parked', view([buyParked]), 'buy parked: insufficient balance'],
  ['parked', view([buyParked, buyParked]), 'buy parked: insufficient balance'],
  [
    'parked',
    view([selling('0.55'), sellParked], { quietMs: 2 * MINUTE, stream: { kind: 'off' } }),
    'sell parked: insufficient balance; sell resting 10% above the price; no trades for 2 min: streaming is off',
  ],
  [
    'exchange',
    view([trader(buying('0.49', unplaced), due('place', null))]),
    "waiting for the exchange's answer to the buy",
  ],
  [
    'exchange',
    view([trader(buying('0.49', unplaced), due('look-up', 39_001))]),
    'outcome of the buy unknown, looked up again in 40 s',
  ],
  [
    'exchange',
    view([trader(selling('0.6', unplaced), due('look-up', null))]),
    'outcome of the sell unknown, looking it up',
  ],
  [
    'exchange',
    view([trader(selling('0.6', unplaced), due('place', 12_000))]),
    'the exchange takes no orders now, placing the sell again in 12 s',
  ],
  [
    'exchange',
    view([trader(buying('0.49', { status: 'FILLED', filled: decimal('10') }), due('look-up', 1_000))]),
    'buy has ended and its fills are not known, looked up again in 1 s',
  ],
  [
    'exchange',
    view([trader(selling('0.6'), due('look-up', 60_000))]),
    'how the sell stands cannot be told, looked up again in 60 s',
  ],
  [
    'price',
    view([trader(selling('0.6'), due('look-up', null))], {}, { chunks: 1 }),
    'its only chunk in use, waiting for a sell: sell resting 20% above the price',
  ],
  [
    'exchange',
    view([trader(buying('0.49', {}, true), due('cancel', 3_000))], {}, { isShuttingDown: true }),
    'shutting down: cancelling the buy, again in 3 s',
  ],
  [
    'price',
    view([selling('0.55', {}, ['0.4', 'unspent'])], {}, { isShuttingDown: true }),
    'shutting down: sell resting 10% above the price',
  ],
  // A time that is over already is not told as one to come.
  [
    'exchange',
    view([trader(buying('0.49', unplaced), due('look-up', -50))]),
    'outcome of the buy unknown, looked up again in 0 s',
  ],
];

describe('whyIdle', () => {
  it.each(CASES)('(%s) tells of %# in words', (kind, given, text) => {
    expect(whyIdle(given)).toEqual({ kind, text });
  });

  it('tells the highest price that starts one more trader, and how far it is', () => {
    const traders = [
      selling('0.55', {}, ['0.4', 'unspent']),
      selling('0.6', {}, ['0.4975', 'unspent']),
      selling('0.6', {}, ['0.499', 'answered']),
    ];
    expect(whyIdle(view(traders)).text).toBe(
      '3 sells resting, the nearest 10% above the price; buys again below 0.4975, 0.5% below the price',
    );
    expect(whyIdle(view(traders, NEVER)).text).toMatch(/; buys again below 0.4975$/);
    expect(whyIdle(view([selling('0.55', {}, ['0.4', 'answered'])])).text).toBe(
      'sell resting 10% above the price',
    );
  });

  const price = fc.bigInt({ min: 1n, max: 10_000_000n }).map((units) => scaled(units, 4));
  const status = fc.constantFrom('NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED') as fc.Arbitrary<
    Leg['status']
  >;
  const given = fc.record({ status, orderId: fc.constantFrom(null, 7) });
  const pending = fc.option(
    fc.record({
      what: fc.constantFrom('place', 'look-up', 'cancel'),
      dueMs: fc.option(fc.integer({ min: 0, max: 2 * NOW })),
    }),
  );
  const position: fc.Arbitrary<Position> = fc.oneof(
    fc.constantFrom(FLAT, buyParked, sellParked),
    fc.tuple(price, given, fc.boolean()).map(([at, some, ends]) => buying(at.toFixed(), some, ends)),
    fc.tuple(price, given).map(([at, some]) => selling(at.toFixed(), some)),
  );
  const views: fc.Arbitrary<IdleView> = fc.record({
    isLed: fc.boolean(),
    isShuttingDown: fc.boolean(),
    chunks: fc.integer({ min: 1, max: 6 }),
    traders: fc.array(fc.record({ position, pending }), { maxLength: 6 }),
    market: fc.record({
      price: fc.option(price),
      quietMs: fc.integer({ min: 0, max: 10 * MINUTE }),
      stream: fc.constantFrom<StreamState>(ON, { kind: 'off' }, { kind: 'on', trouble: 'trouble' }),
    }),
    nowMs: fc.constant(NOW),
  });

  it('always has one line of words for it', () => {
    fc.assert(
      fc.property(views, (one) => {
        const { text } = whyIdle(one);
        expect(text).toMatch(/^[^\n]{5,}$/);
        expect(text).not.toMatch(/undefined|null|NaN|\{|; $|^; |; ;/);
      }),
    );
  });

  it('hides no parked cycle behind anything else, and none makes up one', () => {
    fc.assert(
      fc.property(views, (one) => {
        const isParked = one.traders.some(({ position: { phase } }) => phase.endsWith('parked'));
        const isTold = whyIdle({ ...one, isLed: true }).text.includes('parked: insufficient balance');
        expect(isTold).toBe(isParked);
      }),
    );
  });

  it('tells a distance from which the price of the order follows', () => {
    fc.assert(
      fc.property(price, price, (at, last) => {
        const { text } = whyIdle(view([buying(at.toFixed())], { price: last }));
        const [, digits = '0', where] = /resting (?:at|([\d.]+)%) ?(above|below|the price)/.exec(text) ?? [];
        const fraction = decimal(digits).times(where === 'below' ? '-0.01' : '0.01');
        // Cut off after a millionth, so never farther than it is.
        const told = last.times(fraction.plus('1'));
        expect(told.minus(at).abs().lt(last.times('0.000001'))).toBe(true);
      }),
    );
  });
});
