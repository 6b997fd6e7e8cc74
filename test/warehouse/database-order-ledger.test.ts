import { beforeEach, describe, expect, it } from '@jest/globals';
import { Decimal, ZERO } from '../../src/domain/decimal.js';
import type { Order } from '../../src/domain/order.js';
import { MatchingEngine, type OrderChange } from '../../src/exchange/mock/matching-engine.js';
import { aFill, aSymbol, aTradeEvent } from '../../src/testing/index.js';
import { DatabaseOrderLedger } from '../../src/warehouse/database-order-ledger.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { testDatabase } from '../support/database.js';

const db = testDatabase();
const ledger = (): DatabaseOrderLedger => new DatabaseOrderLedger(db.database.kysely, (work) => work());

const save = (order: Order) => ledger().save({ account: 'main', order, balances: [] });
const load = async () => (await ledger().load()).orders.map(({ order }) => order);

const anOrder = (given: Partial<Order> = {}): Order => ({
  symbol: 'XRPUSDT',
  side: 'BUY',
  price: new Decimal('0.4307'),
  quantity: new Decimal('46.43'),
  clientOrderId: 'hh-1-B1',
  orderId: 1,
  status: 'NEW',
  executedQuantity: ZERO,
  fills: [],
  createdTime: 1_714_521_600_123,
  updatedTime: 1_714_521_600_123,
  ...given,
});

const shown = (orders: readonly Order[]) =>
  orders.map(({ price, quantity, executedQuantity, fills, ...order }) => ({
    ...order,
    price: price.toFixed(),
    quantity: quantity.toFixed(),
    executedQuantity: executedQuantity.toFixed(),
    fills: JSON.stringify(fills),
  }));

beforeEach(async () => {
  await db.empty();
  for (const symbol of ['XRPUSDT', 'BTCUSDT']) await symbolIdOf(db.database.kysely, symbol);
});

describe('the ledger in the database', () => {
  it('gives back what was saved, exactly, by symbol and order id', async () => {
    const precise = anOrder({
      orderId: 2,
      side: 'SELL',
      clientOrderId: 'hh-1-S1',
      price: new Decimal('1234567890.123456789012345678'),
      quantity: new Decimal('0.000000000000000001'),
      updatedTime: Number.MAX_SAFE_INTEGER,
    });
    const orders = [anOrder({ symbol: 'BTCUSDT', clientOrderId: 'hh-2-B1' }), anOrder(), precise];
    for (const order of orders.toReversed()) await save(order);
    expect(shown(await load())).toEqual(shown(orders));
  });

  it('keeps an order as it was saved last', async () => {
    await save(anOrder());
    const filled = anOrder({
      status: 'FILLED',
      executedQuantity: new Decimal('46.43'),
      updatedTime: 1_714_521_600_200,
    });
    await save(filled);
    await save(filled);
    expect(shown(await load())).toEqual(shown([filled]));
  });

  it('refuses an order of a symbol that the database does not know', async () => {
    await expect(save(anOrder({ symbol: 'DOGEUSDT' }))).rejects.toThrow('does not know DOGEUSDT');
    expect(await load()).toEqual([]);
  });

  const fills = [
    aFill({ tradeId: -1, price: '0.4307', quantity: '0.000000000000000001' }),
    aFill({ tradeId: 1e15, commission: '1234567890.123456789', commissionAsset: 'XRP', time: 7 }),
  ];

  it('keeps the fills of an order, exactly, and the account that it is of', async () => {
    const partly = anOrder({ status: 'PARTIALLY_FILLED', executedQuantity: new Decimal('2'), fills });
    await ledger().save({ account: 'main', order: anOrder(), balances: [] });
    await ledger().save({ account: 'main', order: partly, balances: [] });
    await ledger().save({
      account: 'other',
      order: anOrder({ orderId: 2, clientOrderId: 'x' }),
      balances: [],
    });
    const { orders } = await ledger().load();
    expect(orders.map(({ account }) => account)).toEqual(['main', 'other']);
    const [first] = orders;
    expect(JSON.stringify(first?.order.fills)).toBe(JSON.stringify(fills));
  });

  const balance = (asset: string, free: string, locked = '0') => ({
    asset,
    free: new Decimal(free),
    locked: new Decimal(locked),
  });
  const balances = async () =>
    (await ledger().load()).balances
      .map(({ account, asset, free, locked }) => `${account} ${asset} ${free.toFixed()} ${locked.toFixed()}`)
      .toSorted();

  it('keeps the latest balances of each account', async () => {
    const save2 = (account: string, ...kept: ReturnType<typeof balance>[]) =>
      ledger().save({ account, order: anOrder(), balances: kept });
    await save2(
      'main',
      balance('USDT', '0.000000000000000001', '12345678901234567890.5'),
      balance('XRP', '1'),
    );
    await save2('other', balance('USDT', '7'));
    await save2('main', balance('XRP', '2', '3'));
    expect(await balances()).toEqual([
      'main USDT 0.000000000000000001 12345678901234567890.5',
      'main XRP 2 3',
      'other USDT 7 0',
    ]);
  });

  it('keeps an order and the balances of its account together, or neither', async () => {
    await ledger().save({ account: 'main', order: anOrder(), balances: [balance('USDT', '5')] });
    const unknown = anOrder({ symbol: 'DOGEUSDT' });
    await expect(
      ledger().save({ account: 'main', order: unknown, balances: [balance('USDT', '6')] }),
    ).rejects.toThrow('does not know DOGEUSDT');
    // The second of two statements fails: the first is taken back.
    const filled = anOrder({ status: 'FILLED' });
    const twice = [balance('USDT', '6'), balance('USDT', '7')];
    await expect(ledger().save({ account: 'main', order: filled, balances: twice })).rejects.toThrow();
    expect(await balances()).toEqual(['main USDT 5 0']);
    expect((await load()).map(({ status }) => status)).toEqual(['NEW']);
  });

  it('loads every order that is open and the latest of the others, and the rest in sums', async () => {
    const few = new DatabaseOrderLedger(db.database.kysely, (work) => work(), 2);
    const statuses = [
      'FILLED',
      'NEW',
      'CANCELED',
      'CANCELED',
      'PARTIALLY_FILLED',
      'FILLED',
      'EXPIRED',
    ] as const;
    for (const [index, status] of statuses.entries()) {
      const of = {
        FILLED: { executedQuantity: new Decimal('3'), fills },
        CANCELED: index === 3 ? { executedQuantity: new Decimal('1'), fills: fills.slice(0, 1) } : {},
      };
      const given = status in of ? of[status as keyof typeof of] : {};
      await save(anOrder({ orderId: index + 1, clientOrderId: `o-${index + 1}`, status, ...given }));
    }
    await save(anOrder({ symbol: 'BTCUSDT', clientOrderId: 'b' }));
    const { orders, forgotten } = await few.load();
    expect(orders.map(({ order }) => `${order.symbol} ${order.orderId}`)).toEqual([
      'BTCUSDT 1',
      ...[2, 5, 6, 7].map((orderId) => `XRPUSDT ${orderId}`),
    ]);
    // Order 1: taken and filled twice; order 3: taken and cancelled; order 4: and filled once.
    expect(forgotten).toEqual([
      { symbol: 'XRPUSDT', lastOrderId: 4, fills: 3, reports: 3 + 2 + 3, lastTradeId: 1e15 },
    ]);
  });

  it('lets a mock exchange go on with its ids, also after those of orders that it does not load', async () => {
    const info = aSymbol();
    const whole = new MatchingEngine([info], { fillModel: 'tape' });
    const kept = (change: OrderChange) => save(change.order);
    for (let count = 1; count <= 6; count++) {
      const result = whole.place(orderRequest(`c${count}`), 1);
      if (result.kind === 'done') await kept(result.change);
      const event = aTradeEvent({ price: '99', quantity: '1.5' });
      for (const match of whole.match(event)) await kept(whole.fill(match, event));
    }
    const { orders, forgotten } = await new DatabaseOrderLedger(
      db.database.kysely,
      (work) => work(),
      1,
    ).load();
    expect(orders.length).toBeLessThan(6);
    const restored = new MatchingEngine([info], { fillModel: 'tape' });
    for (const sums of forgotten) restored.skip(sums);
    for (const order of orders) restored.restore(order);
    const goOn = (engine: MatchingEngine) => {
      const event = aTradeEvent({ price: '99', quantity: '1.5' });
      const result = engine.place(orderRequest('next'), 1);
      return JSON.stringify([result, engine.match(event).map((match) => engine.fill(match, event))]);
    };
    expect(goOn(restored)).toBe(goOn(whole));
  });
});

const orderRequest = (clientOrderId: string) => ({
  symbol: 'XRPUSDT',
  side: 'BUY' as const,
  price: new Decimal('100'),
  quantity: new Decimal('2'),
  clientOrderId,
});
