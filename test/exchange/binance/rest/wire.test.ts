import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeAccount, decodeCommission } from '../../../../src/exchange/binance/rest/account-wire.js';
import { cancelIdOf, originalIdOf } from '../../../../src/exchange/binance/rest/cancel-id.js';
import {
  decodeCancelled,
  decodeOrder,
  decodeOrders,
  decodePlaced,
  decodePlacedOrder,
} from '../../../../src/exchange/binance/rest/order-wire.js';
import { placeLimitOrder } from '../../../../src/exchange/binance/rest/requests.js';
import { decodeRules, decodeServerTime } from '../../../../src/exchange/binance/rest/rules-wire.js';
import { decodeOwnTrades, decodeTrades } from '../../../../src/exchange/binance/rest/trade-wire.js';
import { decimal } from '../../../../src/testing/index.js';
import { scaled } from '../../../support/arbitraries.js';
import { payload } from '../../../support/binance-payloads.js';

const TERMS = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  price: decimal('64000'),
  quantity: decimal('0.003'),
  clientOrderId: 'bot1-7f3a-000123',
} as const;
const fill = (tradeId: number, price: string, commissionAsset: string, time: number) => ({
  tradeId,
  price: decimal(price),
  quantity: decimal('0.001'),
  commission: decimal('0.000001'),
  commissionAsset,
  time,
});

const FILL = {
  price: '63990.00000000',
  qty: '0.00100000',
  commission: '0.00000100',
  commissionAsset: 'BTC',
  tradeId: 5312,
};

describe('an answer to a placement', () => {
  it('is read with its fills, which happened as the order was taken', () => {
    expect(decodePlaced(TERMS)(payload('placed-partly-filled'))).toEqual({
      ...TERMS,
      orderId: 812,
      status: 'PARTIALLY_FILLED',
      executedQuantity: decimal('0.002'),
      fills: [fill(5312, '63990', 'BTC', 1784246400123), fill(5313, '64000', 'BTC', 1784246400123)],
      createdTime: 1784246400123,
      updatedTime: 1784246400123,
    });
    expect(decodePlaced(TERMS)(payload('placed-resting'))).toMatchObject({ status: 'NEW', fills: [] });
  });

  it.each([
    ['symbol', { symbol: 'ETHUSDT' }],
    ['side', { side: 'SELL' }],
    ['price', { price: '64000.01' }],
    ['quantity', { origQty: '0.004' }],
    ['client order id', { clientOrderId: 'another' }],
  ])('about another %s is none to this one', (_what, changes) => {
    expect(decodePlacedOrder(payload('placed-resting', changes))).toBeDefined();
    expect(decodePlaced(TERMS)(payload('placed-resting', changes))).toBeUndefined();
  });

  it.each([
    ['more filled than ordered', { executedQty: '0.00300001' }],
    ['fills of more than was executed', { executedQty: '0.00199999' }],
    ['an id that is a text', { orderId: '812' }],
    ['an id too big to be exact', { orderId: 2 ** 53 }],
    ['a price that is a number', { price: 64000 }],
    ['a price with an exponent', { price: '6.4e4' }],
    ['a negative quantity', { origQty: '-0.003' }],
    ['a status that nobody knows', { status: 'WAITING' }],
    ['no status, as when it is only acknowledged', { status: undefined }],
    ['the same trade twice', { fills: [{ ...FILL }, { ...FILL }] }],
    ['a fill without its commission', { fills: [{ ...FILL, commission: undefined }] }],
  ])('with %s is not read', (_what, changes) => {
    expect(decodePlacedOrder(payload('placed-partly-filled', changes))).toBeUndefined();
  });

  it('may leave the fills out', () => {
    expect(decodePlacedOrder(payload('placed-partly-filled', { fills: undefined }))).toMatchObject({
      fills: [],
    });
  });
});

describe('an order that is sent', () => {
  it('states its decimals in the grammar of the exchange, and they come back the same', () => {
    const units = fc.bigInt({ min: 1n, max: 10n ** 20n - 1n });
    fc.assert(
      fc.property(units, units, fc.integer({ min: 0, max: 18 }), (price, quantity, places) => {
        const order = { ...TERMS, price: scaled(price, places), quantity: scaled(quantity, places) };
        const { params } = placeLimitOrder(order);
        for (const text of [params.price, params.quantity])
          expect(text).toMatch(/^([0-9]{1,20})(\.[0-9]{1,20})?$/);
        const answer = payload('placed-resting', { price: params.price, origQty: params.quantity });
        expect(decodePlaced(order)(answer)).toMatchObject({ price: order.price, quantity: order.quantity });
      }),
    );
  });
});

describe('an order that was looked up', () => {
  it('is read without fills', () => {
    expect(decodeOrder(payload('order'))).toEqual({
      ...TERMS,
      orderId: 812,
      status: 'PARTIALLY_FILLED',
      executedQuantity: decimal('0.002'),
      fills: [],
      createdTime: 1784246400123,
      updatedTime: 1784246401456,
    });
  });

  it('goes by its own id, also when its cancel has renamed it', () => {
    expect(decodeOrder(payload('order-cancelled-renamed'))).toMatchObject({ ...TERMS, status: 'CANCELED' });
  });

  it.each([
    ['PENDING_NEW', '0', 'NEW'],
    ['PENDING_CANCEL', '0.001', 'PARTIALLY_FILLED'],
    ['EXPIRED_IN_MATCH', '0.001', 'EXPIRED_IN_MATCH'],
  ])('with status %s and %s filled is %s', (status, executedQty, expected) => {
    expect(decodeOrder(payload('order', { status, executedQty }))).toMatchObject({ status: expected });
  });

  it('stands in a list by order id, and one that makes no sense spoils the list', () => {
    const list = [payload('order', { orderId: 9 }), payload('order', { orderId: 8 })];
    expect(decodeOrders(list)?.map(({ orderId }) => orderId)).toEqual([8, 9]);
    expect(decodeOrders([...list, payload('order', { orderId: null })])).toBeUndefined();
    expect(decodeOrders({})).toBeUndefined();
  });
});

describe('an answer to a cancel', () => {
  it("tells of the order by the order's id, not by that of the cancel", () => {
    expect(decodeCancelled(payload('cancel'))).toMatchObject({
      ...TERMS,
      orderId: 812,
      status: 'CANCELED',
      executedQuantity: decimal('0.002'),
      updatedTime: 1784246402789,
    });
  });
});

describe('the id of a cancel', () => {
  it.each(['a', 'bot1-7f3a-000123', 'x'.repeat(34)])('leads back to that of the order %s', (id) => {
    expect(cancelIdOf(id)).toMatch(/^[a-zA-Z0-9-_]{1,36}$/);
    expect(originalIdOf(cancelIdOf(id))).toBe(id);
    expect(originalIdOf(id)).toBe(id);
  });

  it('is legal and its own also for the longest ids, which it cannot hold', () => {
    const ids = ['a', 'b'].map((end) => cancelIdOf(`${'x'.repeat(35)}${end}`));
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9-_]{36}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe('trades', () => {
  it('that are public become trade events', () => {
    expect(decodeTrades('BTCUSDT', 5311)(payload('historical-trades'))?.[0]).toEqual({
      kind: 'trade-event',
      symbol: 'BTCUSDT',
      tradeId: 5311,
      price: decimal('64010.1'),
      quantity: decimal('0.0021'),
      tradeTime: 1784246400123,
      eventTime: 1784246400123,
      buyerIsMaker: true,
      origin: 'exchange',
    });
  });

  it('that are public are not read when they begin before what was asked, or are out of order', () => {
    expect(decodeTrades('BTCUSDT', 5312)(payload('historical-trades'))).toBeUndefined();
    const trades = payload('historical-trades') as unknown[];
    expect(decodeTrades('BTCUSDT', 1)(trades.toReversed())).toBeUndefined();
    expect(decodeTrades('BTCUSDT', 1)([])).toEqual([]);
  });

  it('of ours are read with their commissions, by id', () => {
    const trades = payload('my-trades') as unknown[];
    const expected = [
      { orderId: 812, fill: fill(5312, '63990', 'BTC', 1784246400123) },
      { orderId: 812, fill: fill(5313, '64000', 'BNB', 1784246400124) },
    ];
    expect(decodeOwnTrades('BTCUSDT')(trades)).toEqual(expected);
    expect(decodeOwnTrades('BTCUSDT')(trades.toReversed())).toEqual(expected);
    expect(decodeOwnTrades('ETHUSDT')(trades)).toBeUndefined();
    expect(decodeOwnTrades('BTCUSDT')([...trades, trades[0]])).toBeUndefined();
  });
});

describe('the account', () => {
  it('is read by asset, each once', () => {
    expect(decodeAccount(payload('account'))).toEqual({
      canTrade: true,
      balances: [
        { asset: 'BTC', free: decimal('0.501999'), locked: decimal('0') },
        { asset: 'USDT', free: decimal('872.01'), locked: decimal('64') },
      ],
    });
    const twice = { balances: [1, 2].map(() => ({ asset: 'BTC', free: '1', locked: '0' })) };
    expect(decodeAccount(payload('account', twice))).toBeUndefined();
  });

  it("pays as a resting buyer the sum of the maker's and the buyer's parts of all three rates", () => {
    expect(decodeCommission('BTCUSDT')(payload('commission'))?.toFixed()).toBe('0.00132222');
    expect(decodeCommission('ETHUSDT')(payload('commission'))).toBeUndefined();
  });
});

describe('the rules', () => {
  it('are read: limits that matter, and symbols, also those not in Latin letters', () => {
    const rules = decodeRules(payload('exchange-info'));
    expect(rules?.rateLimits).toEqual([
      { kind: 'weight', windowMs: 60_000, limit: 6_000 },
      { kind: 'orders', windowMs: 10_000, limit: 50 },
      { kind: 'orders', windowMs: 86_400_000, limit: 160_000 },
      { kind: 'requests', windowMs: 300_000, limit: 300_000 },
    ]);
    expect([...(rules?.symbols.keys() ?? [])]).toEqual(['BTCUSDT', 'OLDUSDT', '１２３４５６']);
    expect(rules?.symbols.get('BTCUSDT')?.lotSize.stepSize).toEqual(decimal('0.00001'));
    expect(rules?.unreadable).toBe(0);
  });

  it('leave out a symbol that makes no sense, and keep the others', () => {
    const { symbols } = payload('exchange-info') as { symbols: object[] };
    const odd = [
      { ...symbols[0], symbol: 'ODD', filters: [{ filterType: 'LOT_SIZE', stepSize: 1 }] },
      null,
      symbols[0],
    ];
    const rules = decodeRules(payload('exchange-info', { symbols: [...symbols, ...odd] }));
    expect(rules?.symbols.size).toBe(3);
    expect(rules?.unreadable).toBe(3);
  });

  it.each([{}, [], null, { symbols: {}, rateLimits: [] }, { symbols: [], rateLimits: [{ limit: 'x' }] }])(
    'are not read from %j',
    (json) => {
      expect(decodeRules(json)).toBeUndefined();
    },
  );

  it('come with the time', () => {
    expect(decodeServerTime(payload('time'))).toBe(1784246400123);
    expect(decodeServerTime({ serverTime: 1.5 })).toBeUndefined();
  });
});
