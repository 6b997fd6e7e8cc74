import { beforeEach, describe, expect, it } from '@jest/globals';
import { Decimal, ZERO } from '../../src/domain/decimal.js';
import type { Order } from '../../src/domain/order.js';
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
  orders.map(({ price, quantity, executedQuantity, ...order }) => ({
    ...order,
    price: price.toFixed(),
    quantity: quantity.toFixed(),
    executedQuantity: executedQuantity.toFixed(),
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
});
