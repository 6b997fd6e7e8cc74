import type { TradeEvent } from '../../domain/trade-event.js';

/** The row of column names that a tape begins with, and its end of line. */
export const TAPE_HEADER =
  'event_type,event_time,symbol,trade_id,price,quantity,trade_time,buyer_market_maker\n';

/** The rows of a tape that these events are, each with its end of line: what `openTape` reads as the same events again. */
export function tapeRows(events: readonly TradeEvent[]): string {
  let text = '';
  for (const { eventTime, symbol, tradeId, price, quantity, tradeTime, buyerIsMaker } of events) {
    text += `trade,${eventTime},${symbol},${tradeId},${price.toFixed()},${quantity.toFixed()},${tradeTime},${buyerIsMaker}\n`;
  }
  return text;
}
