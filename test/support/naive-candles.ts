import { type Candle, INTERVALS, openTimeOf } from '../../src/domain/candle.js';
import { maxOf, minOf, ZERO } from '../../src/domain/decimal.js';
import type { TradeEvent } from '../../src/domain/trade-event.js';

export const candleLine = ({
  interval,
  openTime,
  open,
  high,
  low,
  close,
  volume,
  tradeCount,
}: Candle): string =>
  [interval, openTime, ...[open, high, low, close, volume].map((value) => value.toFixed()), tradeCount].join(
    ' ',
  );

/** Every candle of these trades, computed the plain way: one line each, in no order that means anything. */
export function naiveCandles(trades: readonly TradeEvent[]): string[] {
  const unique = [...new Map(trades.map((trade) => [trade.tradeId, trade])).values()];
  return INTERVALS.flatMap((interval) => {
    const openTimes = new Set(unique.map(({ tradeTime }) => openTimeOf(interval, tradeTime)));
    return [...openTimes].map((openTime) => {
      const own = unique
        .filter(({ tradeTime }) => openTimeOf(interval, tradeTime) === openTime)
        .toSorted((a, b) => a.tradeTime - b.tradeTime || a.tradeId - b.tradeId);
      const [first] = own as [TradeEvent];
      const last = own.at(-1) as TradeEvent;
      return candleLine({
        symbol: first.symbol,
        interval,
        openTime,
        open: first.price,
        high: own.reduce((high, { price }) => maxOf(high, price), first.price),
        low: own.reduce((low, { price }) => minOf(low, price), first.price),
        close: last.price,
        volume: own.reduce((sum, { quantity }) => sum.plus(quantity), ZERO),
        tradeCount: own.length,
      });
    });
  }).toSorted();
}
