import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Decimal, ZERO } from '../../../src/domain/decimal.js';
import { isOpen, type Order, type Side } from '../../../src/domain/order.js';
import { MatchingEngine, type OrderChange } from '../../../src/exchange/mock/matching-engine.js';
import { anOrder, aSymbol, aTradeEvent, decimal } from '../../../src/testing/index.js';

let engine: MatchingEngine;
beforeEach(() => {
  engine = new MatchingEngine([aSymbol()], { fillModel: 'tape' });
});

let lastId = 0;
function placed(side: Side, price: string, quantity = '2'): Order {
  const order = anOrder({ side, price, quantity, clientOrderId: `c${++lastId}` });
  const result = engine.place(order, 1_000);
  if (result.kind === 'refused') throw new Error(result.error.message);
  return result.change.order;
}
function trade(price: string, quantity: string): OrderChange[] {
  const event = aTradeEvent({ price, quantity, tradeTime: 7, eventTime: 8 });
  return engine.match(event).map((match) => engine.fill(match, event));
}
const told = (changes: readonly OrderChange[]) =>
  changes.map(({ order, fill }) => `${order.orderId} ${fill?.quantity.toFixed()} ${order.status}`);
const sum = (values: readonly Decimal[]): Decimal => values.reduce((total, value) => total.plus(value), ZERO);

describe('the tape fill model', () => {
  it('fills an order by trades strictly through its price, never by a touch', () => {
    placed('BUY', '100');
    placed('SELL', '110');
    expect([trade('100', '5'), trade('110', '5'), trade('105', '5')]).toEqual([[], [], []]);
    expect(told(trade('99.99', '5'))).toEqual(['1 2 FILLED']);
    expect(told(trade('110.01', '5'))).toEqual(['2 2 FILLED']);
  });

  it('fills no more than what traded, in as many parts as it takes, at the order’s own price', () => {
    placed('BUY', '100', '2');
    expect(told(trade('99', '0.5'))).toEqual(['1 0.5 PARTIALLY_FILLED']);
    expect(told(trade('98', '0.7'))).toEqual(['1 0.7 PARTIALLY_FILLED']);
    const [last] = trade('50', '100');
    expect(last?.order.status).toBe('FILLED');
    expect(last?.order.executedQuantity.toFixed()).toBe('2');
    expect(
      last?.order.fills.map(({ tradeId, price, quantity }) => [tradeId, price.toFixed(), quantity.toFixed()]),
    ).toEqual([
      [-1, '100', '0.5'],
      [-2, '100', '0.7'],
      [-3, '100', '0.8'],
    ]);
    expect(trade('50', '100')).toEqual([]);
  });

  it('shares one trade out by price, then by arrival', () => {
    placed('BUY', '100', '1');
    placed('BUY', '101', '1');
    placed('BUY', '101', '1');
    expect(told(trade('99', '1.5'))).toEqual(['2 1 FILLED', '3 0.5 PARTIALLY_FILLED']);
    expect(told(trade('99', '1'))).toEqual(['3 0.5 FILLED', '1 0.5 PARTIALLY_FILLED']);
  });

  it('shares one trade out among both sides, when our own book is crossed', () => {
    placed('BUY', '101', '1');
    placed('SELL', '99', '1');
    expect(told(trade('100', '1.5'))).toEqual(['1 1 FILLED', '2 0.5 PARTIALLY_FILLED']);
  });

  it('keeps the place of an order that was filled in part', () => {
    placed('SELL', '100', '2');
    placed('SELL', '100', '2');
    trade('101', '1');
    expect(told(trade('101', '3'))).toEqual(['1 1 FILLED', '2 2 FILLED']);
  });

  it('takes a commission of what was received, base for a buy and quote for a sell, cut to eight decimals', () => {
    engine = new MatchingEngine([aSymbol({ stepSize: '0', minQty: '0' })], {
      fillModel: 'tape',
      commissionRate: decimal('0.00075'),
    });
    placed('BUY', '100', '0.12345678');
    placed('SELL', '100.01', '0.12345679');
    const [buy] = trade('99', '1');
    // 0.12345678 x 0.00075 = 0.000092592585
    expect([buy?.fill?.commission.toFixed(), buy?.fill?.commissionAsset]).toEqual(['0.00009259', 'XRP']);
    const [sell] = trade('101', '1');
    // 100.01 x 0.12345679 x 0.00075 = 0.009260185175925
    expect([sell?.fill?.commission.toFixed(), sell?.fill?.commissionAsset]).toEqual(['0.00926018', 'USDT']);
    const { commission, commissionAsset, tradeId, lastQuantity } = sell?.report ?? {};
    expect([commission?.toFixed(), commissionAsset, tradeId]).toEqual(['0.00926018', 'USDT', -2]);
    expect(lastQuantity?.toFixed()).toBe('0.12345679');
  });

  it('names no asset when the commission is too small to be taken', () => {
    engine = new MatchingEngine([aSymbol({ stepSize: '0', minQty: '0', minNotional: '0' })], {
      fillModel: 'tape',
    });
    placed('BUY', '100', '0.00000999');
    expect(trade('99', '1')[0]?.fill).toMatchObject({ commissionAsset: null, commission: ZERO });
  });

  it('takes 0.001 unless told otherwise, and the book model nothing', () => {
    expect(engine.commissionRate?.toFixed()).toBe('0.001');
    expect(new MatchingEngine([aSymbol()]).commissionRate).toBeNull();
    const priced = new MatchingEngine([aSymbol()], { commissionRate: decimal('0.002') });
    expect(priced.commissionRate?.toFixed()).toBe('0.002');
  });

  describe('between a match and its fill', () => {
    const match = (price: string, quantity: string) => {
      const event = aTradeEvent({ price, quantity });
      return { event, matches: engine.match(event) };
    };

    it('does not share out a quantity twice', () => {
      placed('BUY', '100', '2');
      const first = match('99', '1.5');
      const second = match('99', '1.5');
      const third = match('99', '1.5');
      const changes = [first, second, third].flatMap(({ event, matches }) =>
        matches.map((one) => engine.fill(one, event)),
      );
      expect(told(changes)).toEqual(['1 1.5 PARTIALLY_FILLED', '1 0.5 FILLED']);
    });

    it('says that a part is matched, and does not cancel the rest before that is filled', () => {
      placed('BUY', '100', '2');
      const key = { orderId: 1 };
      expect(engine.isPartlyMatched('XRPUSDT', key)).toBe(false);
      const { event, matches } = match('99', '0.5');
      expect(engine.isPartlyMatched('XRPUSDT', key)).toBe(true);
      expect(engine.isPartlyMatched('XRPUSDT', { orderId: 2 })).toBe(false);
      expect(() => engine.cancel('XRPUSDT', key, 0)).toThrow('order 1 of XRPUSDT is to be filled first');
      for (const one of matches) engine.fill(one, event);
      const result = engine.cancel('XRPUSDT', key, 9);
      const order = result.kind === 'done' ? result.change.order : null;
      expect([order?.status, order?.executedQuantity.toFixed(), order?.fills.length]).toEqual([
        'CANCELED',
        '0.5',
        1,
      ]);
      expect(trade('1', '9')).toEqual([]);
    });

    it('refuses to cancel what was matched whole', () => {
      placed('BUY', '100', '2');
      match('99', '2');
      expect(engine.isPartlyMatched('XRPUSDT', { orderId: 1 })).toBe(false);
      expect(engine.cancel('XRPUSDT', { orderId: 1 }, 0)).toMatchObject({ error: { code: -2011 } });
    });
  });
});

describe('the tape fill model, whatever happens', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('place' as const),
        side: fc.constantFrom<Side>('BUY', 'SELL'),
        price: fc.integer({ min: 95, max: 105 }),
        tenths: fc.integer({ min: 5, max: 40 }),
      }),
      fc.record({ kind: fc.constant('cancel' as const), orderId: fc.integer({ min: 1, max: 20 }) }),
      fc.record({
        kind: fc.constant('trade' as const),
        price: fc.integer({ min: 94, max: 106 }),
        tenths: fc.integer({ min: 1, max: 60 }),
      }),
    ),
    { maxLength: 40 },
  );
  const tenth = (count: number): string => decimal(`${count}`).times('0.1').toFixed();

  it('fills add up: to what was executed, never above what was ordered or traded, in priority', () => {
    fc.assert(
      fc.property(steps, (run) => {
        engine = new MatchingEngine([aSymbol({ minNotional: '0' })], { fillModel: 'tape' });
        for (const step of run) {
          if (step.kind === 'place') placed(step.side, `${step.price}`, tenth(step.tenths));
          else if (step.kind === 'cancel') engine.cancel('XRPUSDT', { orderId: step.orderId }, 0);
          else {
            const before = engine.openOrders();
            const changes = trade(`${step.price}`, tenth(step.tenths));
            const filled = sum(changes.map(({ fill }) => fill?.quantity ?? ZERO));
            expect(filled.lte(tenth(step.tenths))).toBe(true);
            const through = before.filter(({ side, price }) =>
              side === 'BUY' ? price.gt(`${step.price}`) : price.lt(`${step.price}`),
            );
            const wanted = sum(
              through.map(({ quantity, executedQuantity }) => quantity.minus(executedQuantity)),
            );
            // What traded is used up, unless there was nothing more for it to fill.
            expect(filled.eq(wanted) || filled.eq(tenth(step.tenths))).toBe(true);
            // All but the last are filled whole: nobody is served before those in front.
            for (const { order } of changes.slice(0, -1)) expect(order.status).toBe('FILLED');
          }
        }
        for (const order of engine.orders('XRPUSDT')) {
          expect(order.executedQuantity.lte(order.quantity)).toBe(true);
          expect(sum(order.fills.map(({ quantity }) => quantity)).eq(order.executedQuantity)).toBe(true);
          expect(order.executedQuantity.eq(order.quantity)).toBe(order.status === 'FILLED');
          expect(order.fills.every(({ price }) => price.eq(order.price))).toBe(true);
          if (order.status === 'NEW') expect(order.fills).toEqual([]);
        }
      }),
    );
  });

  it('ends the same when it is restored from its orders at any point', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const play = (run: typeof before): string[] =>
          run.flatMap((step) => {
            if (step.kind === 'trade') return trade(`${step.price}`, tenth(step.tenths)).map(shown);
            if (step.kind === 'cancel') {
              const result = engine.cancel('XRPUSDT', { orderId: step.orderId }, 0);
              return result.kind === 'done' ? [shown(result.change)] : ['refused'];
            }
            const { side, price, tenths } = step;
            const order = anOrder({
              side,
              price: `${price}`,
              quantity: tenth(tenths),
              clientOrderId: `r${++lastId}`,
            });
            const result = engine.place(order, 0);
            return result.kind === 'done' ? [shown(result.change)] : ['refused'];
          });
        const shown = ({ order, report, print, balances }: OrderChange) =>
          JSON.stringify([
            { ...order, clientOrderId: '' },
            { ...report, clientOrderId: '' },
            print,
            balances,
          ]);
        const fresh = () =>
          new MatchingEngine([aSymbol({ minNotional: '0' })], {
            fillModel: 'tape',
            accounts: new Map([
              [
                'main',
                new Map([
                  ['USDT', decimal('3000')],
                  ['XRP', decimal('30')],
                ]),
              ],
            ]),
          });
        engine = fresh();
        play(before);
        const [kept, balances] = [engine.orders('XRPUSDT'), engine.balances()];
        const want = play(after);
        engine = fresh();
        for (const balance of balances) engine.restoreBalance('main', balance);
        for (const order of kept) engine.restore({ account: 'main', order });
        expect(JSON.stringify(engine.balances())).toBe(JSON.stringify(balances));
        expect(play(after)).toEqual(want);
        expect(engine.openOrders().every(({ status }) => isOpen(status))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
