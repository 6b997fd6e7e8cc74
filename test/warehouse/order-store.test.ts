import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Decimal } from '../../src/domain/decimal.js';
import { isOpen, type Order, type OrderStatus } from '../../src/domain/order.js';
import { storeOrders } from '../../src/warehouse/order-store.js';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { testDatabase } from '../support/database.js';
import { anOrder, SYMBOL } from '../support/market.js';

const db = testDatabase();
const kysely = () => db.database.kysely;
let symbolId: number;

beforeEach(async () => {
  await db.empty();
  symbolId = await symbolIdOf(kysely(), SYMBOL);
});

const PLACED = anOrder();
const HALF = anOrder({ status: 'PARTIALLY_FILLED', executedQuantity: '4', updatedTime: 2_000 });
const FILLED = anOrder({ status: 'FILLED', executedQuantity: '10', updatedTime: 3_000 });
const CANCELLED = anOrder({ status: 'CANCELED', executedQuantity: '4', updatedTime: 3_000 });

const orderRow = async () =>
  kysely().selectFrom('orders').select(['status', 'executed_quantity', 'updated_time']).executeTakeFirst();

describe('storeOrders', () => {
  it.each([
    { name: 'in order', updates: [[PLACED], [HALF], [FILLED]] },
    { name: 'in one batch', updates: [[FILLED, PLACED, HALF]] },
    { name: 'backwards', updates: [[FILLED], [HALF], [PLACED]] },
    {
      name: 'twice',
      updates: [
        [PLACED, FILLED],
        [PLACED, HALF, FILLED],
      ],
    },
  ])('keeps how far an order has come, and each change once: $name', async ({ updates }) => {
    for (const batch of updates) await storeOrders(kysely(), symbolId, batch);
    expect(await orderRow()).toEqual({ status: 'FILLED', executed_quantity: '10', updated_time: '3000' });
    const changes = await kysely().selectFrom('order_updates').select('status').execute();
    expect(changes.map(({ status }) => status).toSorted()).toEqual(['FILLED', 'NEW', 'PARTIALLY_FILLED']);
  });

  it.each([
    { name: 'opens no final status again', first: CANCELLED, next: HALF, status: 'CANCELED', executed: '4' },
    {
      name: 'lets no executed quantity fall',
      first: HALF,
      next: PLACED,
      status: 'PARTIALLY_FILLED',
      executed: '4',
    },
    {
      name: 'takes a fill told after the cancel, and stays final',
      first: CANCELLED,
      next: anOrder({ status: 'PARTIALLY_FILLED', executedQuantity: '6' }),
      status: 'CANCELED',
      executed: '6',
    },
    {
      name: 'takes the cancel of a part-filled order',
      first: HALF,
      next: CANCELLED,
      status: 'CANCELED',
      executed: '4',
    },
  ])('$name', async ({ first, next, status, executed }) => {
    await storeOrders(kysely(), symbolId, [first]);
    await storeOrders(kysely(), symbolId, [next]);
    expect(await orderRow()).toMatchObject({ status, executed_quantity: executed });
  });

  it('tells what was new', async () => {
    expect(await storeOrders(kysely(), symbolId, [])).toEqual({ appended: 0, duplicates: 0, conflicts: [] });
    expect(await storeOrders(kysely(), symbolId, [PLACED, PLACED])).toMatchObject({
      appended: 1,
      duplicates: 1,
    });
    expect(await storeOrders(kysely(), symbolId, [PLACED, HALF])).toMatchObject({
      appended: 1,
      duplicates: 1,
    });
  });

  it('names a client order id that comes back for another order, and leaves the first', async () => {
    await storeOrders(kysely(), symbolId, [PLACED]);
    const { conflicts } = await storeOrders(kysely(), symbolId, [
      anOrder({ orderId: 7, status: 'FILLED', executedQuantity: '10' }),
    ]);
    expect(conflicts).toEqual([
      expect.stringMatching(/^hedgehog-1 is stored as order 1; it came as order 7 /),
    ]);
    expect(await orderRow()).toMatchObject({ status: 'NEW', executed_quantity: '0' });
  });

  it('ends in the same row for any order of delivery and any batches', async () => {
    const statuses: readonly OrderStatus[] = ['NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'EXPIRED'];
    const change = fc.record({
      status: fc.constantFrom(...statuses),
      executed: fc.integer({ min: 0, max: 3 }),
      updatedTime: fc.integer({ min: 1, max: 3 }),
      batchEnds: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        await db.empty();
        symbolId = await symbolIdOf(kysely(), SYMBOL);
        let batch: Order[] = [];
        let executedSoFar = new Decimal('0');
        let wasFinal = false;
        for (const { status, executed, updatedTime, batchEnds } of [...changes, ...changes]) {
          batch.push(anOrder({ status, executedQuantity: String(executed), updatedTime }));
          if (!batchEnds) continue;
          await storeOrders(kysely(), symbolId, batch);
          batch = [];
          const row = await orderRow();
          const now = new Decimal(row?.executed_quantity as string);
          const final = !isOpen(row?.status as OrderStatus);
          expect(now.gte(executedSoFar)).toBe(true);
          expect(wasFinal && !final).toBe(false);
          executedSoFar = now;
          wasFinal = final;
        }
        await storeOrders(kysely(), symbolId, batch);
        const row = await orderRow();
        if (row === undefined) return;
        const told = changes.map(({ executed }) => executed);
        expect(Number(row.executed_quantity)).toBe(Math.max(...told));
        expect(isOpen(row.status)).toBe(changes.every(({ status }) => isOpen(status)));
      }),
      { numRuns: 40 },
    );
  });
});
