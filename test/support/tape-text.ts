import { toWire } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';

export const HEADER =
  'event_type,event_time,symbol,trade_id,price,quantity,buyer_order_id,seller_order_id,trade_time,buyer_market_maker';

/** A row of a tape with a header; what is not given is that of trade 1. */
export function row(given: Partial<Record<string, string>> = {}): string {
  const fields: Record<string, string> = {
    event_type: 'trade',
    event_time: '1003',
    symbol: 'XRPUSDT',
    trade_id: '1',
    price: '0.43100000',
    quantity: '12.50000000',
    buyer_order_id: '7',
    seller_order_id: '8',
    trade_time: '1000',
    buyer_market_maker: 'true',
    ...given,
  };
  return HEADER.split(',')
    .map((name) => fields[name])
    .join(',');
}

/** A tape with a header row and these rows. */
export const tapeText = (...rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;

/** The row that stands for the event, in a tape with a header. */
export function rowOf(event: TradeEvent): string {
  return row({
    event_time: String(event.eventTime),
    symbol: event.symbol,
    trade_id: String(event.tradeId),
    price: toWire(event.price),
    quantity: toWire(event.quantity),
    trade_time: String(event.tradeTime),
    buyer_market_maker: String(event.buyerIsMaker),
  });
}

/** The row that stands for the event in one of Binance's dumps. */
export function dumpRowOf(event: TradeEvent, unit: 'ms' | 'us' = 'ms'): string {
  const time = unit === 'ms' ? String(event.tradeTime) : `${event.tradeTime}866`;
  const quote = toWire(event.price.times(event.quantity));
  const maker = event.buyerIsMaker ? 'True' : 'False';
  return [event.tradeId, toWire(event.price), toWire(event.quantity), quote, time, maker, 'True'].join(',');
}
