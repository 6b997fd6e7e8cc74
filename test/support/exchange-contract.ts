import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderRequest } from '../../src/domain/order.js';
import type { SymbolInfo } from '../../src/domain/symbol-info.js';
import type { Exchange } from '../../src/ports/exchange.js';
import type { Told } from '../../src/testing/index.js';
import { aSymbol, decimal } from '../../src/testing/index.js';

/** An exchange as the contract needs it. */
export interface ExchangeUnderTest {
  readonly exchange: Exchange;
  /** What it told on `EXECUTIONS:XRPUSDT`, `TRADE_EVENTS:XRPUSDT` and `ORDERS:XRPUSDT`, in order of arrival. */
  readonly told: readonly (Told | { readonly kind: 'order-update' })[];
  /** Lets a public trade happen at this price. */
  marketTradesAt(price: string): Promise<void>;
  /** Resolves when everything under way has been told. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** What the exchange under test lists: XRPUSDT, which trades, and OLDUSDT, which does not. */
export const CONTRACT_SYMBOLS: readonly SymbolInfo[] = [
  aSymbol(),
  aSymbol({ symbol: 'OLDUSDT', baseAsset: 'OLD', status: 'BREAK' }),
];

let lastId = 0;
const anyRequest = (
  fields: Partial<Record<'symbol' | 'price' | 'quantity' | 'clientOrderId', string>> = {},
) =>
  ({
    symbol: fields.symbol ?? 'XRPUSDT',
    side: 'BUY',
    price: decimal(fields.price ?? '100'),
    quantity: decimal(fields.quantity ?? '2'),
    clientOrderId: fields.clientOrderId ?? `contract-${++lastId}`,
  }) satisfies OrderRequest;

/** What every implementation of the Exchange port must do. */
export function exchangeContract(name: string, start: () => Promise<ExchangeUnderTest>): void {
  describe(`${name}, as an Exchange`, () => {
    let under: ExchangeUnderTest;
    let exchange: Exchange;
    beforeEach(async () => {
      under = await start();
      ({ exchange } = under);
    });
    afterEach(() => under.stop());

    const place = async (request: OrderRequest) => {
      const outcome = await exchange.placeOrder(request);
      if (outcome.kind !== 'placed') throw new Error(`it was ${outcome.kind}`);
      return outcome.order;
    };

    it('knows the rules of what it lists, and nothing of the rest', async () => {
      expect(await exchange.symbolInfo('XRPUSDT')).toMatchObject({ symbol: 'XRPUSDT', status: 'TRADING' });
      expect(await exchange.symbolInfo('NOSUCH')).toBeUndefined();
    });

    it('answers a placement with the order as it stands', async () => {
      const request = anyRequest();
      expect(await place(request)).toMatchObject({ ...request, status: 'NEW' });
    });

    it.each([
      { why: 'an unknown symbol', request: { symbol: 'NOSUCH' }, code: -1121 },
      { why: 'a closed market', request: { symbol: 'OLDUSDT' }, code: -2010 },
      { why: 'a price off the tick', request: { price: '100.001' }, code: -1013 },
      { why: 'a quantity off the step', request: { quantity: '1.05' }, code: -1013 },
      { why: 'too little money', request: { price: '10', quantity: '0.9' }, code: -1013 },
      { why: 'too many decimals', request: { quantity: '1.123456789' }, code: -1111 },
      { why: 'an illegal client order id', request: { clientOrderId: 'a b' }, code: -1100 },
    ])('refuses $why with $code, and keeps nothing of it', async ({ request, code }) => {
      const wanted = anyRequest(request);
      expect(await exchange.placeOrder(wanted)).toMatchObject({ kind: 'rejected', code });
      const { clientOrderId } = wanted;
      expect(await exchange.getOrder(wanted.symbol, { clientOrderId })).toEqual({ kind: 'absent' });
      expect(await exchange.openOrders()).toEqual([]);
    });

    it('refuses a client order id whose order is open', async () => {
      const request = anyRequest();
      await place(request);
      expect(await exchange.placeOrder(request)).toMatchObject({ kind: 'rejected', code: -2010 });
      expect(await exchange.openOrders('XRPUSDT')).toHaveLength(1);
    });

    it('finds an order by either id, open or not, and is sure of what it does not have', async () => {
      const { orderId, clientOrderId } = await place(anyRequest());
      const byOurs = await exchange.getOrder('XRPUSDT', { clientOrderId });
      expect(byOurs).toMatchObject({ kind: 'found', order: { orderId, status: 'NEW' } });
      expect(await exchange.getOrder('XRPUSDT', { orderId })).toEqual(byOurs);
      await exchange.cancelOrder('XRPUSDT', { orderId });
      expect(await exchange.getOrder('XRPUSDT', { orderId })).toMatchObject({
        order: { status: 'CANCELED' },
      });
      expect(await exchange.getOrder('XRPUSDT', { clientOrderId: 'nobody' })).toEqual({ kind: 'absent' });
      expect(await exchange.getOrder('NOSUCH', { clientOrderId })).toEqual({ kind: 'absent' });
    });

    it('cancels an open order once, by either id, and tells of it', async () => {
      const { orderId } = await place(anyRequest());
      const { clientOrderId } = await place(anyRequest());
      const cancelled = await exchange.cancelOrder('XRPUSDT', { orderId });
      expect(cancelled).toMatchObject({ kind: 'cancelled', order: { orderId, status: 'CANCELED' } });
      expect(await exchange.cancelOrder('XRPUSDT', { clientOrderId })).toMatchObject({ kind: 'cancelled' });
      expect(await exchange.cancelOrder('XRPUSDT', { orderId })).toMatchObject({
        kind: 'rejected',
        code: -2011,
      });
      expect(await exchange.openOrders()).toEqual([]);
      await under.settle();
      expect(under.told).toContainEqual(
        expect.objectContaining({ kind: 'execution-report', orderId, executionType: 'CANCELED' }),
      );
    });

    it('lists open orders by order id, of one symbol or of all', async () => {
      const placed = [await place(anyRequest({ price: '90' })), await place(anyRequest({ price: '95' }))];
      expect(await exchange.openOrders('XRPUSDT')).toEqual(placed);
      expect(await exchange.openOrders()).toEqual(placed);
      expect(await exchange.openOrders('OLDUSDT')).toEqual([]);
    });

    it('tells of an order as it is taken and as it is filled, the report before the public trade', async () => {
      const { orderId, clientOrderId } = await place(anyRequest({ price: '100' }));
      await under.marketTradesAt('99');
      const about = under.told.filter(
        (told) =>
          told.kind === 'execution-report' || (told.kind === 'trade-event' && told.origin === 'mock-print'),
      );
      expect(about).toMatchObject([
        { kind: 'execution-report', orderId, clientOrderId, executionType: 'NEW', orderStatus: 'NEW' },
        { kind: 'execution-report', orderId, clientOrderId, executionType: 'TRADE', orderStatus: 'FILLED' },
        { kind: 'trade-event' },
      ]);
      expect(under.told.filter(({ kind }) => kind === 'order-update')).toMatchObject([
        { order: { orderId, status: 'NEW' } },
        { order: { orderId, status: 'FILLED' } },
      ]);
      const filled = await exchange.getOrder('XRPUSDT', { orderId });
      expect(filled.kind === 'found' && String(filled.order.executedQuantity)).toBe('2');
      expect(await exchange.cancelOrder('XRPUSDT', { orderId })).toMatchObject({
        kind: 'rejected',
        code: -2011,
      });
    });
  });
}
