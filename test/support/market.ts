import type { Candle, CandleUpdate } from '../../src/domain/candle.js';
import { Decimal } from '../../src/domain/decimal.js';
import type { Order, OrderUpdate } from '../../src/domain/order.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';

type Loose<T> = { readonly [K in keyof T]?: T[K] extends Decimal ? string : T[K] };

export const SYMBOL = 'XRPUSDT';

export function aTrade(tradeId: number, given: Loose<TradeEvent> = {}): TradeEvent {
  const { price = '0.5', quantity = '10', ...rest } = given;
  return {
    kind: 'trade-event',
    symbol: SYMBOL,
    tradeId,
    tradeTime: 1_000 * tradeId,
    eventTime: 1_000 * tradeId + 5,
    buyerIsMaker: false,
    origin: 'exchange',
    ...rest,
    price: new Decimal(price),
    quantity: new Decimal(quantity),
  };
}

/** Trades with consecutive ids, both ends included. */
export const trades = (from: number, to: number): TradeEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => aTrade(from + index));

export function anOrder(given: Loose<Order> = {}): Order {
  const { price = '0.5', quantity = '10', executedQuantity = '0', ...rest } = given;
  return {
    symbol: SYMBOL,
    side: 'BUY',
    clientOrderId: 'hedgehog-1',
    orderId: 1,
    status: 'NEW',
    fills: [],
    createdTime: 1_000,
    updatedTime: 1_000,
    ...rest,
    price: new Decimal(price),
    quantity: new Decimal(quantity),
    executedQuantity: new Decimal(executedQuantity),
  };
}

export const anOrderUpdate = (given: Loose<Order> = {}): OrderUpdate => ({
  kind: 'order-update',
  order: anOrder(given),
});

export function aCandle(given: Loose<Candle> = {}): Candle {
  const { open = '1', high = '2', low = '0.5', close = '1.5', volume = '100', ...rest } = given;
  return {
    symbol: SYMBOL,
    interval: '1m',
    openTime: 60_000,
    tradeCount: 10,
    ...rest,
    open: new Decimal(open),
    high: new Decimal(high),
    low: new Decimal(low),
    close: new Decimal(close),
    volume: new Decimal(volume),
  };
}

export const aCandleUpdate = (given: Loose<Candle> = {}, complete = true): CandleUpdate => ({
  kind: 'candle-update',
  candle: aCandle(given),
  closed: true,
  complete,
});
