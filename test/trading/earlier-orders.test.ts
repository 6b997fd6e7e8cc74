import { describe, expect, it } from '@jest/globals';
import type { Order, OrderRequest } from '../../src/domain/order.js';
import type { Exchange, LookupOutcome } from '../../src/ports/exchange.js';
import { anOrder, decimal } from '../../src/testing/index.js';
import { lookingForEarlier } from '../../src/trading/earlier-orders.js';
import { aLog } from '../support/log.js';

const request = (clientOrderId: string, given: Partial<OrderRequest> = {}): OrderRequest => ({
  symbol: 'XRPUSDT',
  side: clientOrderId.includes('-S') ? 'SELL' : 'BUY',
  price: decimal('1.5'),
  quantity: decimal('10'),
  clientOrderId,
  ...given,
});
const orderOf = (asked: OrderRequest, given: Partial<Order> = {}): Order => ({
  ...anOrder(),
  ...asked,
  status: 'FILLED',
  ...given,
});

/** An exchange that knows these orders, and notes what it is asked. */
function anExchange(...known: readonly Order[]) {
  const asked: string[] = [];
  const state = { isAway: false };
  const exchange = {
    placeOrder: async (placed: OrderRequest) => {
      asked.push(`place ${placed.clientOrderId}`);
      return { kind: 'placed', order: orderOf(placed, { status: 'NEW' }) };
    },
    getOrder: async (
      _symbol: string,
      { clientOrderId }: { clientOrderId: string },
    ): Promise<LookupOutcome> => {
      asked.push(`look up ${clientOrderId}`);
      if (state.isAway) return { kind: 'unavailable', retryAfterMs: 1_234 };
      const order = known.find((one) => one.clientOrderId === clientOrderId);
      return order === undefined ? { kind: 'absent' } : { kind: 'found', order };
    },
  } as unknown as Exchange;
  const log = aLog();
  return { exchange: lookingForEarlier(exchange, { orderIdPrefix: 'hhnew', log }), asked, log, state };
}

describe('an order of a cycle from before the restore', () => {
  it('is placed when the exchange has neither it nor a later attempt', async () => {
    const { exchange, asked } = anExchange();
    expect(await exchange.placeOrder(request('hhold-5-S2'))).toMatchObject({ kind: 'placed' });
    const ids = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    expect(asked).toEqual([...ids.map((id) => `look up hhold-5-S${id}`), 'place hhold-5-S2']);
  });

  it.each(['FILLED', 'NEW', 'CANCELED'] as const)(
    'that is there, %s, is taken up and not placed',
    async (status) => {
      const known = orderOf(request('hhold-5-S1'), { status });
      const { exchange, asked, log } = anExchange(known);
      expect(await exchange.placeOrder(request('hhold-5-S1'))).toEqual({ kind: 'placed', order: known });
      expect(asked).toEqual(['look up hhold-5-S1']);
      expect(log.entries).toMatchObject([
        { level: 'warn', message: expect.stringContaining('it is taken up'), fields: { status } },
      ]);
    },
  );

  it('that is a sell is taken up at whatever price and quantity', async () => {
    const known = orderOf(request('hhold-5-S1', { price: decimal('1.4'), quantity: decimal('9') }));
    const { exchange } = anExchange(known);
    expect(await exchange.placeOrder(request('hhold-5-S1'))).toEqual({ kind: 'placed', order: known });
  });

  it.each([{ price: decimal('1.4') }, { quantity: decimal('9') }])(
    'that is another buy is neither taken up nor placed: %j',
    async (other) => {
      const { exchange, asked } = anExchange(orderOf(request('hhold-5-B2', other)));
      expect(await exchange.placeOrder(request('hhold-5-B2'))).toMatchObject({
        kind: 'rejected',
        reason: expect.stringMatching(
          /^hhold-5-B2, a buy placed after the backup .* is on the exchange as FILLED/,
        ),
      });
      expect(asked).not.toContain('place hhold-5-B2');
    },
  );

  it('whose later attempt is there is not placed', async () => {
    const { exchange, asked } = anExchange(orderOf(request('hhold-5-S3')));
    expect(await exchange.placeOrder(request('hhold-5-S1'))).toMatchObject({
      kind: 'rejected',
      reason: expect.stringContaining('hhold-5-S3, a sell'),
    });
    expect(asked).not.toContain('place hhold-5-S1');
  });

  it('waits while the exchange cannot tell', async () => {
    const { exchange, asked, state } = anExchange();
    state.isAway = true;
    expect(await exchange.placeOrder(request('hhold-5-S1'))).toEqual({
      kind: 'rate-limited',
      retryAfterMs: 1_234,
    });
    expect(asked).toEqual(['look up hhold-5-S1']);
  });
});

describe('an order of a cycle of now', () => {
  it('is placed without a look', async () => {
    const { exchange, asked } = anExchange(orderOf(request('hhnew-5-B1')));
    await exchange.placeOrder(request('hhnew-5-B1'));
    expect(asked).toEqual(['place hhnew-5-B1']);
  });

  it('is told from one whose prefix only begins the same', async () => {
    const { exchange, asked } = anExchange();
    await exchange.placeOrder(request('hhnew2-5-B1'));
    expect(asked[0]).toBe('look up hhnew2-5-B1');
  });
});
