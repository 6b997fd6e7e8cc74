import { describe, expect, it } from '@jest/globals';
import { type Tiding, TradingLedger } from '../../../src/app/demo/trading-ledger.js';
import { Decimal, ZERO } from '../../../src/domain/decimal.js';
import type { Fill, Order, OrderStatus, Side } from '../../../src/domain/order.js';
import { seededRandom } from '../../../src/platform/seeded-random.js';
import { afterSnapshot, type Leg, newLeg } from '../../../src/strategy/leg.js';
import type { Position } from '../../../src/strategy/position.js';

const ASSETS = { baseAsset: 'XRP', quoteAsset: 'USDT' };

const decimal = (text: string): Decimal => new Decimal(text);

/** A fill of a quantity, with the commission that it took: of a buy in XRP, of a sell in USDT. */
const fill = (side: Side, tradeId: number, price: string, quantity: string, commission: string): Fill => ({
  tradeId,
  price: decimal(price),
  quantity: decimal(quantity),
  commission: decimal(commission),
  commissionAsset: side === 'BUY' ? 'XRP' : 'USDT',
  time: tradeId,
});

function anOrder(
  side: Side,
  number: number,
  status: OrderStatus,
  fills: readonly Fill[] = [],
  executed?: string,
): Order {
  const price = decimal(side === 'BUY' ? '0.4' : '0.5');
  return {
    symbol: 'XRPUSDT',
    side,
    price,
    quantity: decimal('10'),
    clientOrderId: `h-${number}-${side === 'BUY' ? 'B' : 'S'}1`,
    orderId: 2 * number + (side === 'BUY' ? 0 : 1),
    status,
    executedQuantity:
      executed === undefined
        ? fills.reduce((sum, { quantity }) => sum.plus(quantity), ZERO)
        : decimal(executed),
    fills,
    createdTime: 1,
    updatedTime: 1,
  };
}

const legOf = (order: Order): Leg => afterSnapshot(newLeg(order, 1), order, 'XRP');

const closed = (buy: Order | null, ...sells: readonly Order[]): Position => ({
  phase: 'closed',
  result: { kind: 'sold' },
  rebuy: 'unspent',
  buy: buy && legOf(buy),
  sell: sells.length === 0 ? null : legOf(sells.at(-1) as Order),
  earlierSells: sells.slice(0, -1).map(legOf),
});

const BUY_FILLS = [fill('BUY', 1, '0.4', '4', '0.004'), fill('BUY', 2, '0.39', '6', '0.006')];
const SELL_FILLS = [fill('SELL', 3, '0.5', '10', '0.005')];
const BOUGHT = anOrder('BUY', 1, 'FILLED', BUY_FILLS);
const SOLD = anOrder('SELL', 1, 'FILLED', SELL_FILLS);
/** 10 x 0.5 - 0.005 for the sell, less 4 x 0.4 + 6 x 0.39 for the buy. */
const PROFIT = '1.055';

const kinds = (tidings: readonly Tiding[]): readonly string[] => tidings.map(({ kind }) => kind);

describe('the ledger of the demo', () => {
  it('tells of an order when it appears and when it is done', () => {
    const ledger = new TradingLedger(ASSETS);
    expect(kinds(ledger.take(anOrder('BUY', 1, 'NEW')))).toEqual(['placed']);
    expect(kinds(ledger.take(anOrder('BUY', 1, 'PARTIALLY_FILLED', BUY_FILLS.slice(0, 1))))).toEqual([]);
    const more = [fill('BUY', 1, '0.4', '4', '0.004'), fill('BUY', 2, '0.39', '1', '0.001')];
    expect(kinds(ledger.take(anOrder('BUY', 1, 'PARTIALLY_FILLED', more)))).toEqual([]);
    expect(
      kinds(ledger.take(anOrder('BUY', 1, 'FILLED', [...more, fill('BUY', 9, '0.4', '5', '0.005')]))),
    ).toEqual(['filled']);
    expect(ledger.totals()).toMatchObject({ orders: 1, fills: 3, resting: [], cycles: 0 });
  });

  it('tells of an order that it hears of late at once what has become of it', () => {
    expect(kinds(new TradingLedger(ASSETS).take(BOUGHT))).toEqual(['placed', 'filled']);
    expect(kinds(new TradingLedger(ASSETS).take(anOrder('BUY', 1, 'CANCELED')))).toEqual(['placed', 'ended']);
  });

  it('says beside how many positions a buy is placed: the sells that rest', () => {
    const ledger = new TradingLedger(ASSETS);
    ledger.take(anOrder('SELL', 1, 'NEW'));
    ledger.take(anOrder('SELL', 2, 'PARTIALLY_FILLED', SELL_FILLS, '10'));
    ledger.take(anOrder('SELL', 3, 'FILLED', SELL_FILLS));
    ledger.take(anOrder('BUY', 4, 'NEW'));
    expect(ledger.take(anOrder('BUY', 5, 'NEW'))).toMatchObject([{ kind: 'placed', positions: 2 }]);
  });

  it('counts what a closed cycle earned from its fills, after commission, to the last digit', () => {
    const ledger = new TradingLedger(ASSETS);
    ledger.take(BOUGHT);
    ledger.take(SOLD);
    const [tiding] = ledger.close(closed(BOUGHT, SOLD));
    if (tiding?.kind !== 'cycle-closed') throw new Error('no cycle was closed');
    expect(tiding.profit.toFixed()).toBe(PROFIT);
    expect(tiding.sell?.orderId).toBe(SOLD.orderId);
    const { realisedProfit, cycles, commissions, resting } = ledger.totals();
    expect([realisedProfit.toFixed(), cycles, resting]).toEqual([PROFIT, 1, []]);
    expect([SOLD, BOUGHT, anOrder('BUY', 2, 'NEW')].map((order) => ledger.isAccountedFor(order))).toEqual([
      ...[true, true, false],
    ]);
    expect([...commissions].map(([asset, paid]) => `${paid.toFixed()} ${asset}`)).toEqual([
      '0.01 XRP',
      '0.005 USDT',
    ]);
  });

  it('counts sells that ended before they were filled', () => {
    const ledger = new TradingLedger(ASSETS);
    const first = {
      ...anOrder('SELL', 1, 'CANCELED', [fill('SELL', 3, '0.5', '4', '0.002')]),
      clientOrderId: 'h-1-S0',
    };
    const rest = anOrder('SELL', 1, 'FILLED', [fill('SELL', 4, '0.5', '6', '0.003')]);
    for (const order of [BOUGHT, first, rest]) ledger.take(order);
    ledger.close(closed(BOUGHT, first, rest));
    expect(ledger.totals().realisedProfit.toFixed()).toBe(PROFIT);
  });

  it('knows what the fills have changed our balances by, those of open orders and their commission too', () => {
    const ledger = new TradingLedger(ASSETS);
    ledger.take(BOUGHT);
    ledger.take(anOrder('SELL', 1, 'PARTIALLY_FILLED', [fill('SELL', 3, '0.5', '4', '0.002')]));
    const { base, quote } = ledger.totals().change;
    // 10 - 0.01 - 4 XRP; 4 x 0.5 - 0.002 for the sell, less 4 x 0.4 + 6 x 0.39 for the buy.
    expect([base.toFixed(), quote.toFixed()]).toEqual(['5.99', '-1.942']);
  });

  it('does not take from our balances a commission that was paid in another asset', () => {
    const ledger = new TradingLedger(ASSETS);
    ledger.take(
      anOrder('BUY', 1, 'FILLED', [{ ...fill('BUY', 1, '0.4', '10', '0.1'), commissionAsset: 'BNB' }]),
    );
    const { change, commissions } = ledger.totals();
    expect([change.base.toFixed(), change.quote.toFixed(), commissions.get('BNB')?.toFixed()]).toEqual([
      ...['10', '-4', '0.1'],
    ]);
  });

  it('has the orders that rest by their age', () => {
    const ledger = new TradingLedger(ASSETS);
    for (const number of [3, 1, 2]) ledger.take(anOrder('BUY', number, 'NEW'));
    ledger.take(anOrder('BUY', 2, 'CANCELED'));
    expect(ledger.totals().resting.map(({ orderId }) => orderId)).toEqual([2, 6]);
  });

  it('waits with a cycle until all of its fills are known', () => {
    const ledger = new TradingLedger(ASSETS);
    ledger.take(BOUGHT);
    expect(ledger.close(closed(BOUGHT, SOLD))).toEqual([]);
    expect(ledger.isAccountedFor(BOUGHT)).toBe(false);
    // An answer may tell how much was executed, and not in which trades.
    expect(kinds(ledger.take(anOrder('SELL', 1, 'FILLED', [], '10')))).toEqual(['placed', 'filled']);
    expect(ledger.totals().cycles).toBe(0);
    expect(kinds(ledger.take(SOLD))).toEqual(['cycle-closed']);
    expect(ledger.totals().realisedProfit.toFixed()).toBe(PROFIT);
  });

  it('counts no cycle that bought nothing', () => {
    const ledger = new TradingLedger(ASSETS);
    expect(ledger.close(closed(null))).toEqual([]);
    expect(ledger.close({ phase: 'flat', attempt: 1, rebuy: 'unspent' })).toEqual([]);
    expect(ledger.totals().cycles).toBe(0);
  });

  it('does not count again what is told again of a cycle that is accounted for', () => {
    const ledger = new TradingLedger(ASSETS);
    for (const order of [BOUGHT, SOLD]) ledger.take(order);
    ledger.close(closed(BOUGHT, SOLD));
    const before = ledger.totals();
    expect([...ledger.take(BOUGHT), ...ledger.take(anOrder('SELL', 1, 'NEW'))]).toEqual([]);
    expect(ledger.totals()).toEqual(before);
  });

  it('comes to the same whatever is told twice, and in whatever order', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = seededRandom(seed);
    const told = [
      anOrder('BUY', 1, 'NEW'),
      anOrder('BUY', 1, 'PARTIALLY_FILLED', BUY_FILLS.slice(0, 1)),
      anOrder('BUY', 1, 'FILLED', BUY_FILLS.slice(1), '10'),
      BOUGHT,
      anOrder('SELL', 1, 'NEW'),
      SOLD,
      anOrder('BUY', 2, 'NEW'),
      anOrder('BUY', 2, 'CANCELED'),
      anOrder('SELL', 3, 'PARTIALLY_FILLED', [fill('SELL', 7, '0.5', '3', '0.0015')]),
    ];
    for (let round = 0; round < 300; round++) {
      const ledger = new TradingLedger(ASSETS);
      const mixed = [...told, ...told]
        .map((order) => ({ order, at: random() }))
        .toSorted((one, other) => one.at - other.at)
        .map(({ order }) => order);
      const closeAt = Math.floor(random() * (mixed.length + 1));
      mixed.forEach((order, index) => {
        if (index === closeAt) ledger.close(closed(BOUGHT, SOLD));
        ledger.take(order);
      });
      if (closeAt === mixed.length) ledger.close(closed(BOUGHT, SOLD));
      const { realisedProfit, resting, commissions: _paid, change, ...counts } = ledger.totals();
      expect({ seed, round, profit: realisedProfit.toFixed(), ...counts }).toEqual({
        ...{ seed, round, profit: PROFIT, orders: 4, fills: 4, cycles: 1 },
      });
      expect(
        resting.map(
          ({ executedQuantity, quantity }) => `${executedQuantity.toFixed()}/${quantity.toFixed()}`,
        ),
      ).toEqual(['3/10']);
      // The profit, and 3 x 0.5 - 0.0015 for what the open sell has sold of another position.
      expect([change.base.toFixed(), change.quote.toFixed()]).toEqual(['-3.01', '2.5535']);
    }
  });
});
