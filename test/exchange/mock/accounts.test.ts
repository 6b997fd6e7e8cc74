import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Decimal, ZERO } from '../../../src/domain/decimal.js';
import { isOpen, type Side } from '../../../src/domain/order.js';
import { type EngineOptions, MatchingEngine } from '../../../src/exchange/mock/matching-engine.js';
import { anOrder, aSymbol, aTradeEvent, decimal, type SymbolFields } from '../../../src/testing/index.js';

const funds = (assets: Readonly<Record<string, string>>) =>
  new Map(Object.entries(assets).map(([asset, free]) => [asset, decimal(free)]));
const TWO_ACCOUNTS = new Map([
  ['main', funds({ USDT: '1000', XRP: '5' })],
  ['other', funds({ USDT: '50' })],
]);

let engine: MatchingEngine;
const start = (options: EngineOptions = {}, symbol: SymbolFields = {}): void => {
  engine = new MatchingEngine([aSymbol(symbol)], { fillModel: 'tape', accounts: TWO_ACCOUNTS, ...options });
};
beforeEach(() => start());

let lastId = 0;
const place = (
  side: Side,
  price: string,
  quantity: string,
  { account = 'main', clientOrderId = `c${++lastId}` } = {},
) => engine.place(anOrder({ side, price, quantity, clientOrderId }), 0, account);
function trade(price: string, quantity: string) {
  const event = aTradeEvent({ price, quantity });
  return engine.match(event).map((match) => engine.fill(match, event));
}
const balances = (account = 'main') =>
  engine.balances(account).map(({ asset, free, locked }) => `${asset} ${free.toFixed()} ${locked.toFixed()}`);
const INSUFFICIENT = {
  kind: 'refused',
  error: { code: -2010, message: 'Account has insufficient balance for requested action.' },
};

describe('the accounts of an exchange', () => {
  it('begin with what they were given, by asset, none of it locked', () => {
    expect(balances()).toEqual(['USDT 1000 0', 'XRP 5 0']);
    expect(balances('other')).toEqual(['USDT 50 0']);
  });

  it('lock what an order needs: quote for a buy, base for a sell', () => {
    place('BUY', '100', '2.5');
    place('SELL', '200', '1.5');
    expect(balances()).toEqual(['USDT 750 250', 'XRP 3.5 1.5']);
  });

  it('refuse an order that they cannot pay for, to the last digit, and lock nothing', () => {
    place('BUY', '100', '5');
    expect(place('BUY', '100.01', '5')).toMatchObject(INSUFFICIENT);
    expect(place('SELL', '200', '5.1')).toMatchObject(INSUFFICIENT);
    expect(place('SELL', '200', '1', { account: 'other' })).toMatchObject(INSUFFICIENT);
    expect(balances()).toEqual(['USDT 500 500', 'XRP 5 0']);
    expect(place('BUY', '100', '5').kind).toBe('done');
    expect(place('SELL', '200', '5').kind).toBe('done');
  });

  it('pay for a fill with what was locked, and take in what it brings less the commission', () => {
    place('BUY', '100', '2');
    const [bought] = trade('99', '1.5');
    expect(balances()).toEqual(['USDT 800 50', 'XRP 6.4985 0']);
    expect(bought?.balances.map(({ asset, free }) => `${asset} ${free.toFixed()}`)).toEqual([
      'XRP 6.4985',
      'USDT 800',
    ]);
    place('SELL', '110', '2');
    trade('111', '0.5');
    // 55 less 0.055.
    expect(balances()).toEqual(['USDT 854.945 50', 'XRP 4.4985 1.5']);
  });

  it('have released what an order that was cancelled still held', () => {
    place('BUY', '100', '2');
    trade('99', '0.5');
    const result = engine.cancel('XRPUSDT', { orderId: 1 }, 0);
    expect(balances()).toEqual(['USDT 950 0', 'XRP 5.4995 0']);
    expect(result.kind === 'done' && result.change.balances.map(({ locked }) => locked.toFixed())).toEqual([
      '0',
      '0',
    ]);
  });

  it('do not see the orders of one another', () => {
    place('BUY', '100', '1', { clientOrderId: 'same' });
    place('BUY', '50', '1', { account: 'other', clientOrderId: 'same' });
    expect(place('BUY', '100', '1', { clientOrderId: 'same' })).toMatchObject({
      error: { message: 'Duplicate order sent.' },
    });
    const idOf = (account: string) => engine.order('XRPUSDT', { clientOrderId: 'same' }, account)?.orderId;
    expect([idOf('main'), idOf('other')]).toEqual([1, 2]);
    expect(engine.order('XRPUSDT', { orderId: 2 })).toBeUndefined();
    expect(engine.cancel('XRPUSDT', { orderId: 2 }, 0)).toMatchObject({ error: { code: -2011 } });
    expect(engine.openOrders(undefined, 'other').map(({ orderId }) => orderId)).toEqual([2]);
    expect(engine.orders('XRPUSDT', 'main').map(({ orderId }) => orderId)).toEqual([1]);
  });

  it('are a defect to ask for when they were never named', () => {
    const unknown = 'the mock exchange has no account nobody';
    expect(() => place('BUY', '100', '1', { account: 'nobody' })).toThrow(unknown);
    expect(() => engine.cancel('XRPUSDT', { orderId: 1 }, 0, 'nobody')).toThrow(unknown);
    expect(() => engine.order('XRPUSDT', { orderId: 1 }, 'nobody')).toThrow(unknown);
    expect(() => engine.openOrders('XRPUSDT', 'nobody')).toThrow(unknown);
    expect(() => engine.orders('XRPUSDT', 'nobody')).toThrow(unknown);
    expect(() => engine.balances('nobody')).toThrow(unknown);
  });

  it('are one, whose funds are not checked, where none are named', () => {
    engine = new MatchingEngine([aSymbol({ maxNumOrders: 1, maxPosition: '1' })]);
    expect(engine.hasAccounts).toBe(false);
    expect([place('SELL', '100', '900'), place('BUY', '90', '900')].map(({ kind }) => kind)).toEqual([
      'done',
      'done',
    ]);
    expect(engine.balances()).toEqual([]);
    expect(trade('101', '1')[0]?.balances).toEqual([]);
    expect(() => place('BUY', '100', '1', { account: 'other' })).toThrow('no account other');
  });
});

describe('the rules for an account', () => {
  it('count the open orders of the account on the symbol, this one included', () => {
    start({}, { maxNumOrders: 2 });
    place('BUY', '10', '1');
    place('BUY', '10', '1', { account: 'other' });
    place('BUY', '10', '1');
    expect(place('BUY', '10', '1')).toMatchObject({
      error: { code: -1013, message: 'Filter failure: MAX_NUM_ORDERS' },
    });
    engine.cancel('XRPUSDT', { orderId: 1 }, 0);
    expect(place('BUY', '10', '1').kind).toBe('done');
  });

  it('bound what it has and is about to buy together, and no sell', () => {
    start({ commissionRate: ZERO }, { maxPosition: '8' });
    expect(place('BUY', '100', '2').kind).toBe('done');
    const tooMuch = { error: { code: -1013, message: 'Filter failure: MAX_POSITION' } };
    expect(place('BUY', '100', '1.1')).toMatchObject(tooMuch);
    trade('99', '1.5');
    // 6.5 there, 0.5 on the way.
    expect(place('BUY', '100', '1.1')).toMatchObject(tooMuch);
    place('SELL', '200', '6');
    expect(place('BUY', '100', '1.1')).toMatchObject(tooMuch);
    expect(place('BUY', '100', '1').kind).toBe('done');
  });

  it('come after those of the symbol, and before the balance', () => {
    start({}, { maxNumOrders: 0 });
    expect(place('BUY', '100.001', '1')).toMatchObject({
      error: { message: 'Filter failure: PRICE_FILTER' },
    });
    expect(place('BUY', '100', '1000')).toMatchObject({
      error: { message: 'Filter failure: MAX_NUM_ORDERS' },
    });
  });

  it('refuse a symbol that is not for spot trading', () => {
    start({}, { isSpotTradingAllowed: false });
    expect(place('BUY', '100', '1')).toMatchObject({
      error: { code: -2010, message: 'This symbol is not permitted for this account.' },
    });
  });

  it('hold the price against a reference price, where there is one', () => {
    const percentPrice = {
      filterType: 'PERCENT_PRICE',
      bidMultiplierUp: decimal('1.1'),
      bidMultiplierDown: decimal('0.9'),
      askMultiplierUp: decimal('1.1'),
      askMultiplierDown: decimal('0.9'),
      avgPriceMins: 5,
    } as const;
    let reference: Decimal | null = decimal('100');
    start({ referencePrice: () => reference }, { percentPrice });
    const tooFar = { error: { code: -1013, message: 'Filter failure: PERCENT_PRICE' } };
    expect(place('BUY', '110.01', '1')).toMatchObject(tooFar);
    reference = null;
    expect(place('BUY', '110.01', '1').kind).toBe('done');
    start({}, { percentPrice });
    expect(place('BUY', '1', '10').kind).toBe('done');
  });
});

describe('balances, whatever happens', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('place' as const),
        account: fc.constantFrom('main', 'other'),
        side: fc.constantFrom<Side>('BUY', 'SELL'),
        price: fc.integer({ min: 95, max: 105 }),
        tenths: fc.integer({ min: 1, max: 30 }),
      }),
      fc.record({
        kind: fc.constant('cancel' as const),
        account: fc.constantFrom('main', 'other'),
        orderId: fc.integer({ min: 1, max: 15 }),
      }),
      fc.record({
        kind: fc.constant('trade' as const),
        price: fc.integer({ min: 94, max: 106 }),
        tenths: fc.integer({ min: 1, max: 40 }),
      }),
    ),
    { maxLength: 40 },
  );
  const tenth = (count: number): string => decimal(`${count}`).times('0.1').toFixed();

  it.each(['book', 'tape'] as const)(
    'are conserved but for what was traded and taken, never below zero, and lock what open orders hold: %s',
    (fillModel) => {
      fc.assert(
        fc.property(steps, (run) => {
          start({ fillModel, commissionRate: decimal('0.001') }, { minNotional: '0' });
          for (const step of run) {
            if (step.kind === 'trade') trade(`${step.price}`, tenth(step.tenths));
            else if (step.kind === 'cancel')
              engine.cancel('XRPUSDT', { orderId: step.orderId }, 0, step.account);
            else place(step.side, `${step.price}`, tenth(step.tenths), { account: step.account });
            for (const account of TWO_ACCOUNTS.keys()) check(account);
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  /** Starting balances, fills and open orders alone must say what an account has. */
  function check(account: string): void {
    const orders = engine.orders('XRPUSDT', account);
    const have = new Map(engine.balances(account).map((balance) => [balance.asset, balance]));
    for (const [asset, lockedBy, receivedBy] of [
      ['XRP', 'SELL', 'BUY'],
      ['USDT', 'BUY', 'SELL'],
    ] as const) {
      const amount = (price: Decimal, quantity: Decimal) =>
        asset === 'XRP' ? quantity : price.times(quantity);
      let total = TWO_ACCOUNTS.get(account)?.get(asset) ?? ZERO;
      let locked = ZERO;
      for (const order of orders) {
        for (const { price, quantity, commission, commissionAsset } of order.fills) {
          if (order.side === receivedBy) total = total.plus(amount(price, quantity));
          else total = total.minus(amount(price, quantity));
          if (commissionAsset === asset) total = total.minus(commission);
        }
        if (order.side === lockedBy && isOpen(order.status))
          locked = locked.plus(amount(order.price, order.quantity.minus(order.executedQuantity)));
      }
      const { free = ZERO, locked: held = ZERO } = have.get(asset) ?? {};
      expect([asset, held.toFixed(), free.plus(held).toFixed()]).toEqual([
        asset,
        locked.toFixed(),
        total.toFixed(),
      ]);
      expect(free.gte(ZERO)).toBe(true);
    }
  }
});
