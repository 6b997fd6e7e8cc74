import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Decimal, isOnStep } from '../../src/domain/decimal.js';
import type { OrderRequest } from '../../src/domain/order.js';
import { type CycleEvent, type CycleTerms, decide, type Step } from '../../src/strategy/decide.js';
import { baseCommission } from '../../src/strategy/leg.js';
import { type Buying, FLAT, type Position, rebuyStatus, type Selling } from '../../src/strategy/position.js';
import {
  aFill,
  anExecutionReport,
  anOrder,
  aSymbol,
  aTradeEvent,
  decimal,
  someSettings,
} from '../../src/testing/index.js';
import {
  type Course,
  courses,
  deepFrozen,
  priceUnits,
  reportsOf,
  scaled,
  settings,
  symbols,
} from '../support/arbitraries.js';

const terms = (fields: Partial<CycleTerms> = {}): CycleTerms => ({
  settings: someSettings(),
  info: aSymbol(),
  clientOrderId: (side, attempt) => `test-1-${side === 'BUY' ? 'B' : 'S'}${attempt}`,
  ...fields,
});
const TERMS = deepFrozen(terms());

/** The last position, and every action on the way. */
function outcomeOf(position: Position, events: readonly CycleEvent[], by = TERMS) {
  const actions: NonNullable<Step['action']>[] = [];
  let now = position;
  for (const event of events) {
    const step = decide(deepFrozen(now), deepFrozen(event), by);
    if (step.action !== null) actions.push(step.action);
    now = step.position;
  }
  return { position: now, actions };
}

const BUY = aTradeEvent({ price: '100' });
const filled = (clientOrderId: string, fields: Parameters<typeof anExecutionReport>[0] = {}): CycleEvent =>
  anExecutionReport({
    clientOrderId,
    executionType: 'TRADE',
    orderStatus: 'FILLED',
    cumulativeQuantity: '2',
    lastQuantity: '2',
    lastPrice: '100',
    tradeId: -1,
    ...fields,
  });
const trade98 = aTradeEvent({ price: '98', tradeId: 50 });
const buying = outcomeOf(FLAT, [BUY]).position as Buying;
const selling = outcomeOf(buying, [filled('test-1-B1')]).position as Selling;
const refused = (clientOrderId: string): CycleEvent => ({
  kind: 'order-refused',
  clientOrderId,
  why: { code: -2010, reason: 'no' },
});
const CHANGED: CycleEvent = { kind: 'conditions-changed' };
const NEW_SETTINGS: CycleEvent = { kind: 'settings-changed' };
const SHUTDOWN: CycleEvent = { kind: 'shutdown-asked' };
const ANSWERED: CycleEvent = { kind: 'rebuy-answered' };
const CANCELED: CycleEvent = {
  kind: 'order-seen',
  order: anOrder({ clientOrderId: 'test-1-B1', status: 'CANCELED' }),
};
const ending = outcomeOf(buying, [SHUTDOWN]).position;
const buyParked = outcomeOf(buying, [refused('test-1-B1')]).position;
const sellParked = outcomeOf(selling, [refused('test-1-S1')]).position;
const closed = outcomeOf(selling, [filled('test-1-S1')]).position;

// One row per phase and event: the phase after it, and what is to be done.
describe('decide', () => {
  const trade = trade98;
  const quiet = aTradeEvent({ price: '99', tradeId: 51 });
  it.each<{ at: Position; event: CycleEvent; phase: Position['phase']; action: string | null }>([
    { at: FLAT, event: trade, phase: 'buying', action: 'place-order' },
    { at: FLAT, event: filled('test-1-B1'), phase: 'flat', action: null },
    { at: FLAT, event: refused('test-1-B1'), phase: 'flat', action: null },
    { at: FLAT, event: CHANGED, phase: 'flat', action: null },

    { at: buying, event: quiet, phase: 'buying', action: null },
    { at: buying, event: trade, phase: 'buying', action: 'ask-rebuy' },
    { at: buying, event: anExecutionReport(), phase: 'buying', action: null },
    { at: buying, event: filled('test-1-B1'), phase: 'selling', action: 'place-order' },
    { at: buying, event: filled('test-1-S1'), phase: 'buying', action: null },
    { at: buying, event: filled('test-2-B1'), phase: 'buying', action: null },
    { at: buying, event: refused('test-1-B1'), phase: 'buy-parked', action: 'park' },
    { at: buying, event: refused('test-1-B2'), phase: 'buying', action: null },
    { at: buying, event: CHANGED, phase: 'buying', action: null },

    { at: selling, event: quiet, phase: 'selling', action: null },
    { at: selling, event: trade, phase: 'selling', action: 'ask-rebuy' },
    { at: selling, event: filled('test-1-B1'), phase: 'selling', action: null },
    { at: selling, event: filled('test-1-S1'), phase: 'closed', action: 'close' },
    { at: selling, event: refused('test-1-S1'), phase: 'sell-parked', action: 'park' },
    { at: selling, event: refused('test-1-B1'), phase: 'selling', action: null },
    { at: selling, event: CHANGED, phase: 'selling', action: null },

    { at: buyParked, event: trade, phase: 'buy-parked', action: null },
    { at: buyParked, event: filled('test-1-B1'), phase: 'buy-parked', action: null },
    { at: buyParked, event: CHANGED, phase: 'flat', action: null },

    { at: sellParked, event: trade, phase: 'sell-parked', action: null },
    { at: sellParked, event: CHANGED, phase: 'selling', action: 'place-order' },

    { at: closed, event: trade, phase: 'closed', action: null },
    { at: closed, event: filled('test-1-S1'), phase: 'closed', action: null },
    { at: closed, event: CHANGED, phase: 'closed', action: null },

    { at: FLAT, event: NEW_SETTINGS, phase: 'flat', action: null },
    { at: buying, event: NEW_SETTINGS, phase: 'buying', action: null },
    { at: selling, event: NEW_SETTINGS, phase: 'selling', action: null },
    { at: buyParked, event: NEW_SETTINGS, phase: 'closed', action: 'close' },
    { at: sellParked, event: NEW_SETTINGS, phase: 'selling', action: 'place-order' },
    { at: closed, event: NEW_SETTINGS, phase: 'closed', action: null },

    { at: FLAT, event: SHUTDOWN, phase: 'closed', action: 'close' },
    { at: buying, event: SHUTDOWN, phase: 'buying', action: 'cancel-order' },
    { at: buyParked, event: SHUTDOWN, phase: 'closed', action: 'close' },
    { at: selling, event: SHUTDOWN, phase: 'selling', action: null },
    { at: sellParked, event: SHUTDOWN, phase: 'sell-parked', action: null },
    { at: closed, event: SHUTDOWN, phase: 'closed', action: null },

    { at: ending, event: SHUTDOWN, phase: 'buying', action: 'cancel-order' },
    { at: ending, event: CANCELED, phase: 'closed', action: 'close' },
    { at: buying, event: CANCELED, phase: 'buy-parked', action: 'park' },
    { at: ending, event: refused('test-1-B1'), phase: 'closed', action: 'close' },
    { at: ending, event: filled('test-1-B1'), phase: 'selling', action: 'place-order' },

    ...[FLAT, buying, ending, selling, buyParked, sellParked, closed].map((at) => ({
      at,
      event: ANSWERED,
      phase: at.phase,
      action: null,
    })),
  ])('$at.phase, $event.kind -> $phase, $action', ({ at, event, phase, action }) => {
    const step = decide(deepFrozen(at), deepFrozen(event), TERMS);
    expect([step.position.phase, step.action?.kind ?? null]).toEqual([phase, action]);
    expect(decide(at, event, TERMS)).toEqual(step);
  });

  it('counts a new attempt for each order of a leg', () => {
    const ids = (steps: ReturnType<typeof outcomeOf>) =>
      steps.actions.flatMap((action) =>
        action.kind === 'place-order' ? [action.request.clientOrderId] : [],
      );
    expect(
      ids(outcomeOf(FLAT, [BUY, refused('test-1-B1'), CHANGED, BUY, refused('test-1-B2'), CHANGED, BUY])),
    ).toEqual(['test-1-B1', 'test-1-B2', 'test-1-B3']);
    expect(ids(outcomeOf(selling, [refused('test-1-S1'), CHANGED, refused('test-1-S2'), CHANGED]))).toEqual([
      'test-1-S2',
      'test-1-S3',
    ]);
  });

  it('keeps asking for one rebuy, whatever happens to the cycle', () => {
    const rebuyTrade = aTradeEvent({ price: '98', tradeId: 9 });
    const { actions } = outcomeOf(FLAT, [
      BUY,
      rebuyTrade,
      rebuyTrade,
      refused('test-1-B1'),
      CHANGED,
      BUY,
      rebuyTrade,
      filled('test-1-B2'),
      rebuyTrade,
    ]);
    expect(actions.filter(({ kind }) => kind === 'ask-rebuy')).toHaveLength(1);
  });

  it('notes that its rebuy was answered, in every phase that may ask again after a crash', () => {
    for (const at of [FLAT, buying, ending, selling, buyParked, sellParked])
      expect(rebuyStatus(outcomeOf(at, [ANSWERED]).position)).toBe('answered');
    expect(rebuyStatus(outcomeOf(buying, [trade98, refused('test-1-B1'), CHANGED]).position)).toBe('asked');
  });

  it.each([
    { name: 'exactly at the trigger', price: '99', asks: false },
    { name: 'a hair below', price: '98.99999999', asks: true },
  ])('does not ask for a rebuy unless strictly below: $name', ({ price, asks }) => {
    expect(decide(buying, aTradeEvent({ price, tradeId: 5 }), TERMS).action?.kind === 'ask-rebuy').toBe(asks);
  });

  it('knows its own prints on both legs', () => {
    const partly = outcomeOf(selling, [
      filled('test-1-S1', { orderStatus: 'PARTIALLY_FILLED', cumulativeQuantity: '1', tradeId: -2 }),
    ]).position;
    const print = (tradeId: number) => decide(partly, aTradeEvent({ price: '50', tradeId }), TERMS).action;
    expect([print(-1), print(-2)]).toEqual([null, null]);
    expect(print(-3)).toEqual({ kind: 'ask-rebuy' });
  });

  it.each([
    { name: 'sellable to the lot', minQty: '2', minNotional: '0', maxQty: '0', phase: 'selling' },
    { name: 'a lot short', minQty: '2.1', minNotional: '0', maxQty: '0', phase: 'closed' },
    { name: 'worth the least notional', minQty: '0', minNotional: '202', maxQty: '0', phase: 'selling' },
    { name: 'worth less', minQty: '0', minNotional: '202.01', maxQty: '0', phase: 'closed' },
    {
      name: 'more than may be sold at once',
      minQty: '0',
      minNotional: '0',
      maxQty: '1',
      phase: 'sell-parked',
    },
  ])('sells, closes with dust or parks: $name', ({ phase, ...rules }) => {
    const { position } = outcomeOf(buying, [filled('test-1-B1')], terms({ info: aSymbol(rules) }));
    expect(position.phase).toBe(phase);
  });

  it('parks the sell of what can never be priced, instead of placing it at zero', () => {
    const info = aSymbol({ tickSize: '1000', minNotional: '0' });
    const { position } = outcomeOf(buying, [filled('test-1-B1')], terms({ info }));
    expect(position).toMatchObject({ phase: 'sell-parked', why: { reason: 'Filter failure: PRICE_FILTER' } });
  });

  it('sells what is left, without the commission, after the exchange ended a sell', () => {
    const events: CycleEvent[] = [
      filled('test-1-B1', { commission: '0.05', commissionAsset: 'XRP' }),
      {
        kind: 'order-seen',
        order: anOrder({
          clientOrderId: 'test-1-S1',
          status: 'CANCELED',
          executedQuantity: '0.4',
          fills: [aFill({ tradeId: 11, quantity: '0.4' })],
        }),
      },
      CHANGED,
    ];
    const { actions } = outcomeOf(buying, events);
    const sold = actions.flatMap((action) =>
      action.kind === 'place-order' ? [action.request.quantity.toFixed()] : [],
    );
    // 2 less 0.05, cut to 1.9; then 2 less 0.4 less 0.05, cut to 1.5.
    expect(sold).toEqual(['1.9', '1.5']);
  });

  describe('a buy that has ended, of which not every fill is known', () => {
    const seen = (fields: Parameters<typeof anOrder>[0]): CycleEvent => ({
      kind: 'order-seen',
      order: anOrder(fields),
    });
    const fee = { commission: '0.05', commissionAsset: 'XRP' };
    const FILLED = { executedQuantity: '2', status: 'FILLED' } as const;
    const lookUp = { kind: 'look-up', request: buying.buy.request };
    const quantities = ({ actions }: ReturnType<typeof outcomeOf>) =>
      actions.flatMap((action) =>
        action.kind === 'place-order' ? [action.request.quantity.toFixed()] : [action.kind],
      );

    it('is not sold but looked up, again and again, until the fills add up', () => {
      const one = aFill({ tradeId: 1, quantity: '1.5', ...fee });
      const both = [one, aFill({ tradeId: 2, quantity: '0.5', ...fee })];
      const { position, actions } = outcomeOf(buying, [seen(FILLED), seen({ ...FILLED, fills: [one] })]);
      expect(position).toMatchObject({ phase: 'buying', buy: { status: 'FILLED' } });
      expect(actions).toEqual([lookUp, lookUp]);
      // 2 less twice 0.05.
      expect(quantities(outcomeOf(position, [seen({ ...FILLED, fills: both })]))).toEqual(['1.9']);
    });

    it('is sold when a late report tells of the fill that was missing, and told again it changes nothing', () => {
      const report = filled('test-1-B1', { tradeId: 2, lastQuantity: '0.5', ...fee });
      const late = filled('test-1-B1', {
        orderStatus: 'PARTIALLY_FILLED',
        cumulativeQuantity: '1.5',
        lastQuantity: '1.5',
        tradeId: 1,
        ...fee,
      });
      expect(quantities(outcomeOf(buying, [report, late, late, report]))).toEqual(['look-up', '1.9']);
      expect(quantities(outcomeOf(buying, [report, report, late]))).toEqual(['look-up', 'look-up', '1.9']);
    });

    it('is looked up too when it was filled in part and then ended', () => {
      const canceled = { status: 'CANCELED', executedQuantity: '1' } as const;
      const { position, actions } = outcomeOf(buying, [seen(canceled)]);
      expect(actions).toEqual([lookUp]);
      expect(
        quantities(outcomeOf(position, [seen({ ...canceled, fills: [aFill({ quantity: '1' })] })])),
      ).toEqual(['1']);
    });

    it('is not cancelled when the symbol shuts down, and still sold', () => {
      const { position, actions } = outcomeOf(buying, [seen(FILLED), SHUTDOWN]);
      expect(actions).toEqual([lookUp]);
      expect(quantities(outcomeOf(position, [seen({ ...FILLED, fills: [aFill()] })]))).toEqual(['2']);
    });
  });

  describe('sells that the exchange ended early', () => {
    const ended = (attempt: number, executedQuantity: string): CycleEvent => ({
      kind: 'order-seen',
      order: anOrder({
        clientOrderId: `test-1-S${attempt}`,
        status: 'EXPIRED',
        executedQuantity,
        fills: [aFill({ tradeId: 10 + attempt, quantity: executedQuantity })],
      }),
    });
    const parked = outcomeOf(selling, [ended(1, '0.4')]).position;
    const placed = (position: Position, events: readonly CycleEvent[]) =>
      outcomeOf(position, events).actions.flatMap((action) =>
        action.kind === 'place-order' ? [action.request.quantity.toFixed()] : [],
      );

    it('are kept with what they sold, to the end of the cycle', () => {
      const { position } = outcomeOf(parked, [CHANGED, ended(2, '0.6'), CHANGED, filled('test-1-S3')]);
      expect(position).toMatchObject({ phase: 'closed', result: { kind: 'sold' }, sell: { attempt: 3 } });
      const legs = position.phase === 'closed' ? position.earlierSells : [];
      expect(legs.map((leg) => [leg.attempt, leg.filled.toFixed()])).toEqual([
        [1, '0.4'],
        [2, '0.6'],
      ]);
      expect(position.phase === 'closed' && position.buy?.filled.toFixed()).toBe('2');
    });

    it('count also when too little is left to be sold', () => {
      const { position } = outcomeOf(selling, [ended(1, '1.95'), CHANGED]);
      expect(position).toMatchObject({ phase: 'closed', result: { kind: 'dust' }, sell: null });
      expect(position.phase === 'closed' && position.earlierSells).toHaveLength(1);
      expect(
        position.phase === 'closed' && position.result.kind === 'dust' && position.result.quantity.toFixed(),
      ).toBe('0.05');
    });

    it('leave what they sold late, and what the buy filled late, to be counted', () => {
      expect(placed(parked, [CHANGED])).toEqual(['1.6']);
      expect(placed(parked, [ended(1, '0.7'), CHANGED])).toEqual(['1.3']);
      const lateBuy = filled('test-1-B1', { cumulativeQuantity: '2.5', lastQuantity: '0.5', tradeId: -7 });
      expect(placed(parked, [lateBuy, lateBuy, CHANGED])).toEqual(['2.1']);
      expect(placed(parked, [CHANGED, lateBuy, ended(1, '0.7'), ended(2, '0.1'), CHANGED])).toEqual([
        '1.6',
        '1.7',
      ]);
    });

    it.each(['FILLED', 'EXPIRED'] as const)(
      'are asked for until every fill of one that is %s is known',
      (status) => {
        const last = anExecutionReport({
          clientOrderId: 'test-1-S1',
          executionType: 'TRADE',
          orderStatus: status,
          cumulativeQuantity: '2',
          lastQuantity: '0.5',
          tradeId: 12,
        });
        const waiting = outcomeOf(selling, [last]);
        expect(waiting.position).toMatchObject({ phase: 'selling', sell: { status } });
        expect(waiting.actions).toEqual([{ kind: 'look-up', request: selling.sell.request }]);
        const missing = [aFill({ tradeId: 11, quantity: '1.5' }), aFill({ tradeId: 12, quantity: '0.5' })];
        const order = anOrder({ clientOrderId: 'test-1-S1', status, executedQuantity: '2', fills: missing });
        expect(outcomeOf(waiting.position, [{ kind: 'order-seen', order }]).position.phase).toBe(
          status === 'FILLED' ? 'closed' : 'sell-parked',
        );
      },
    );

    it('have their commission in the base asset counted', () => {
      const fill = anExecutionReport({
        clientOrderId: 'test-1-S1',
        executionType: 'TRADE',
        orderStatus: 'PARTIALLY_FILLED',
        cumulativeQuantity: '0.4',
        lastQuantity: '0.4',
        commission: '0.2',
        commissionAsset: 'XRP',
        tradeId: 11,
      });
      expect(placed(selling, [fill, ended(1, '0.4'), CHANGED])).toEqual(['1.4']);
    });
  });

  it('takes a snapshot of the order as it takes a report', () => {
    const seen = (fields: Parameters<typeof anOrder>[0]): CycleEvent => ({
      kind: 'order-seen',
      order: anOrder(fields),
    });
    expect(
      outcomeOf(buying, [seen({ executedQuantity: '1', status: 'PARTIALLY_FILLED' })]).position.phase,
    ).toBe('buying');
    expect(
      outcomeOf(buying, [seen({ executedQuantity: '2', status: 'FILLED', fills: [aFill()] })]).position.phase,
    ).toBe('selling');
    expect(outcomeOf(buying, [seen({ status: 'CANCELED' })]).position.phase).toBe('buy-parked');
  });
});

// big.js writes to the sign of what it divides and puts it back, which a frozen decimal does not allow.
const isMultiple = (value: Decimal, step: Decimal): boolean => isOnStep(decimal(value.toFixed()), step);

describe('decide, whatever happens', () => {
  /** A cycle that buys at `price` and takes these courses, every report told again at any later time. */
  const cycles = fc.record({
    settings,
    info: symbols,
    price: priceUnits.map((units) => scaled(units, 8)),
    buy: courses,
    sell: courses,
    repeats: fc.array(fc.nat(), { maxLength: 12 }),
    trades: fc.array(fc.tuple(fc.nat(), priceUnits), { maxLength: 6 }),
  });
  type Case = typeof cycles extends fc.Arbitrary<infer T> ? T : never;

  /** Plays the cycle, with reports repeated and trades in between when `disturbed`. */
  function play({ settings: set, info, price, buy, sell, repeats, trades }: Case, disturbed: boolean) {
    const by = terms({ settings: set, info });
    const placed: OrderRequest[] = [];
    const told: CycleEvent[] = [];
    let rebuys = 0;
    let position: Position = FLAT;
    let tick = 0;
    const take = (event: CycleEvent): void => {
      const step = decide(deepFrozen(position), deepFrozen(event), deepFrozen(by));
      ({ position } = step);
      if (step.action?.kind === 'ask-rebuy') rebuys++;
      if (step.action?.kind === 'place-order') placed.push(step.action.request);
    };
    const disturb = (): void => {
      if (!disturbed) return;
      tick++;
      const [pick] = repeats.splice(0, 1);
      if (pick !== undefined && told.length > 0) take(told[pick % told.length] as CycleEvent);
      for (const [when, units] of trades)
        if (when % 10 === tick % 10)
          take(aTradeEvent({ price: scaled(units, 8).toFixed(), tradeId: 10_000 + tick }));
    };
    const follow = (course: Course, firstId: number, count: number): void => {
      const request = placed[count];
      if (request === undefined) return;
      for (const report of reportsOf(request, course, firstId)) {
        take(report);
        told.push(report);
        disturb();
      }
    };
    take(aTradeEvent({ price: price.toFixed() }));
    disturb();
    follow(buy, 100, 0);
    follow(sell, 200, 1);
    return { position: position as Position, placed, rebuys, by };
  }

  const bare = (position: Position): unknown =>
    JSON.parse(JSON.stringify(position, (key, value: unknown) => (key === 'rebuy' ? null : value)));

  it('reports told again, and trades in between, change neither the position nor the orders', () => {
    fc.assert(
      fc.property(cycles, (one) => {
        const plain = play(one, false);
        const disturbed = play({ ...one, repeats: [...one.repeats] }, true);
        expect(bare(disturbed.position)).toEqual(bare(plain.position));
        expect(JSON.stringify(disturbed.placed)).toBe(JSON.stringify(plain.placed));
        expect(disturbed.rebuys).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('places at most one order a leg, legal and within what may be spent and what was bought', () => {
    fc.assert(
      fc.property(cycles, (one) => {
        const { placed, position, by } = play({ ...one, repeats: [...one.repeats] }, true);
        const [buy, sell, ...more] = placed;
        expect(more).toEqual([]);
        if (buy === undefined) return;
        expect(buy.side).toBe('BUY');
        expect(buy.price.lte(one.price)).toBe(true);
        expect(isMultiple(buy.price, by.info.priceFilter.tickSize)).toBe(true);
        expect(isMultiple(buy.quantity, by.info.lotSize.stepSize)).toBe(true);
        const chunk = by.settings.budget;
        expect(buy.price.times(buy.quantity).times(String(by.settings.chunks)).lte(chunk)).toBe(true);
        if (sell === undefined) return;
        expect(sell.side).toBe('SELL');
        expect(sell.quantity.gt('0')).toBe(true);
        expect(isMultiple(sell.quantity, by.info.lotSize.stepSize)).toBe(true);
        if (position.phase !== 'selling' && position.phase !== 'closed') return;
        if (position.buy === null) throw new Error('it sold what it never bought');
        expect(sell.quantity.lte(position.buy.filled.minus(baseCommission(position.buy)))).toBe(true);
        expect(position.buy.filled.lte(buy.quantity)).toBe(true);
        expect((position.sell?.filled ?? decimal('0')).lte(sell.quantity)).toBe(true);
      }),
    );
  });
});
