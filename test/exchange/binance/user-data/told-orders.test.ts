import { describe, expect, it } from '@jest/globals';
import { Decimal } from '../../../../src/domain/decimal.js';
import type { Order } from '../../../../src/domain/order.js';
import { decodeExecution, type Execution } from '../../../../src/exchange/binance/user-data/execution.js';
import { KnownBalances } from '../../../../src/exchange/binance/user-data/known-balances.js';
import { ToldOrders } from '../../../../src/exchange/binance/user-data/told-orders.js';
import { aWireCancel, aWireFill, aWireReport, type WireReport } from '../../../support/account-frames.js';
import { Random } from '../../../support/random.js';

function execution(event: WireReport): Execution {
  const decoded = decodeExecution(event);
  if (decoded.kind !== 'execution') throw new Error(`malformed at ${decoded.where}`);
  return decoded;
}

const PLACED = execution(aWireReport());
const PART = execution(aWireFill());
const WHOLE = execution(
  aWireFill({ X: 'FILLED', I: 1003, t: 5313, l: '0.00200000', z: '0.00300000', T: 1784246400400 }),
);

const brief = (order: Order | null) =>
  order && [order.status, order.executedQuantity.toFixed(), order.fills.map(({ tradeId }) => tradeId)];

describe('told orders', () => {
  it('make an order of reports, with the fills seen so far', () => {
    const told = new ToldOrders();
    expect([PLACED, PART, WHOLE].map((report) => brief(told.take(report)))).toEqual([
      ['NEW', '0', []],
      ['PARTIALLY_FILLED', '0.001', [5312]],
      ['FILLED', '0.003', [5312, 5313]],
    ]);
    const order = new ToldOrders().take(WHOLE);
    expect(JSON.parse(JSON.stringify(order))).toEqual({
      ...{ symbol: 'BTCUSDT', side: 'BUY', price: '64000', quantity: '0.003', clientOrderId: 'hedgehog-1' },
      ...{ orderId: 77, status: 'FILLED', executedQuantity: '0.003' },
      ...{ createdTime: 1784246400100, updatedTime: 1784246400400 },
      fills: [
        {
          ...{ tradeId: 5313, price: '63999.5', quantity: '0.002', commission: '0.000001' },
          ...{ commissionAsset: 'BTC', time: 1784246400400 },
        },
      ],
    });
  });

  it('take a report once, whatever came between', () => {
    const told = new ToldOrders();
    for (const report of [PLACED, PART, WHOLE]) expect(told.take(report)).not.toBeNull();
    for (const report of [WHOLE, PLACED, PART]) expect(told.take(report)).toBeNull();
  });

  it('take a report of another order or symbol with the same execution id', () => {
    const told = new ToldOrders();
    expect(told.take(PART)).not.toBeNull();
    expect(told.take(execution(aWireFill({ i: 78 })))).not.toBeNull();
    expect(told.take(execution(aWireFill({ s: 'ETHUSDT' })))).not.toBeNull();
    expect(told.size).toBe(3);
  });

  it('do not let a late report take an order back', () => {
    const told = new ToldOrders();
    expect([WHOLE, PLACED, PART].map((report) => brief(told.take(report)))).toEqual([
      ['FILLED', '0.003', [5313]],
      ['FILLED', '0.003', [5313]],
      ['FILLED', '0.003', [5312, 5313]],
    ]);
  });

  it('come to the same order in whatever sequence the reports come, and however often', () => {
    const reports = [
      PLACED,
      PART,
      WHOLE,
      execution(aWireCancel({ i: 78 })),
      execution(aWireReport({ i: 78 })),
    ];
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Random(seed);
      const told = new ToldOrders();
      const last = new Map<number, unknown>();
      const shuffled = [...reports, ...reports]
        .map((report) => ({ report, at: random.next() }))
        .toSorted((a, b) => a.at - b.at);
      for (const { report } of shuffled) {
        const order = told.take(report);
        if (order !== null) last.set(order.orderId, brief(order));
      }
      expect([seed, last.get(77), last.get(78)]).toEqual([
        seed,
        ['FILLED', '0.003', [5312, 5313]],
        ['CANCELED', '0', []],
      ]);
    }
  });

  it('forget the order of which nothing was heard for longest', () => {
    const told = new ToldOrders({ orders: 2 });
    const of = (i: number, I: number) => execution(aWireReport({ i, I }));
    for (const [i, I] of [
      [1, 1],
      [2, 2],
      [1, 3],
      [3, 4],
    ] as const)
      told.take(of(i, I));
    expect(told.size).toBe(2);
    expect(told.take(of(1, 1))).toBeNull();
    expect(told.take(of(3, 4))).toBeNull();
    expect(told.take(of(2, 2))).not.toBeNull();
  });

  it('forget the oldest reports of an order that has too many', () => {
    const told = new ToldOrders({ reportsPerOrder: 2 });
    for (const report of [PLACED, PART, WHOLE]) told.take(report);
    expect(told.take(PART)).toBeNull();
    expect(brief(told.take(PLACED))).toEqual(['FILLED', '0.003', [5313]]);
  });
});

describe('known balances', () => {
  const balance = (asset: string, free: string, locked = '0') => ({
    asset,
    free: new Decimal(free),
    locked: new Decimal(locked),
  });
  const names = (balances: readonly { asset: string }[]) => balances.map(({ asset }) => asset);

  it('are news once, and never when they are older than what is known', () => {
    const known = new KnownBalances();
    expect(names(known.take([balance('USDT', '10', '5'), balance('BTC', '1')], 100))).toEqual([
      'USDT',
      'BTC',
    ]);
    expect(known.take([balance('USDT', '10.0', '5'), balance('BTC', '1')], 100)).toEqual([]);
    expect(names(known.take([balance('USDT', '9', '5'), balance('BTC', '1')], 101))).toEqual(['USDT']);
    expect(known.take([balance('USDT', '10', '5')], 99)).toEqual([]);
    expect(names(known.take([balance('USDT', '9', '6')], 101))).toEqual(['USDT']);
    expect(known.inspect()).toEqual({ BTC: '1 free, 0 locked', USDT: '9 free, 6 locked' });
    expect(names(known.all())).toEqual(['BTC', 'USDT']);
  });

  it('that were told again unchanged are not taken back by older ones', () => {
    const known = new KnownBalances();
    known.take([balance('USDT', '10')], 100);
    known.take([balance('USDT', '10')], 200);
    expect(known.take([balance('USDT', '7')], 150)).toEqual([]);
  });

  it('show few, and none that are zero', () => {
    const known = new KnownBalances();
    known.take(
      Array.from({ length: 50 }, (_, index) => balance(`A${index}`, index === 0 ? '0' : '1')),
      1,
    );
    expect(Object.keys(known.inspect())).toHaveLength(20);
    expect(known.inspect()).not.toHaveProperty('A0');
  });
});
