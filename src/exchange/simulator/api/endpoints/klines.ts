import { type Decimal, maxOf, minOf, toWire, ZERO } from '../../../../domain/decimal.js';
import type { TradeEvent } from '../../../../domain/trade-event.js';
import type { Json } from '../api-types.js';
import { type CandleInterval, candleInterval, inZone, zoneOffsetMs } from '../candle-interval.js';
import type { Call, Endpoints, Grounds } from '../endpoint.js';
import { limitOf, textOf, timeOf } from '../params.js';
import { invalidData, Refusal } from '../refusal.js';
import { symbolDocument } from './symbol-choice.js';

interface Candle {
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
  readonly quoteVolume: Decimal;
  readonly trades: number;
  readonly takerBase: Decimal;
  readonly takerQuote: Decimal;
}

/** Nothing traded: it stays where the one before closed. */
const flat = (price: Decimal): Candle => ({
  ...{ open: price, high: price, low: price, close: price, trades: 0 },
  ...{ volume: ZERO, quoteVolume: ZERO, takerBase: ZERO, takerQuote: ZERO },
});

function withTrade(candle: Candle | undefined, { price, quantity, buyerIsMaker }: TradeEvent): Candle {
  const before = candle ?? flat(price);
  const quote = price.times(quantity);
  return {
    open: before.open,
    high: maxOf(before.high, price),
    low: minOf(before.low, price),
    close: price,
    volume: before.volume.plus(quantity),
    quoteVolume: before.quoteVolume.plus(quote),
    trades: before.trades + 1,
    takerBase: buyerIsMaker ? before.takerBase : before.takerBase.plus(quantity),
    takerQuote: buyerIsMaker ? before.takerQuote : before.takerQuote.plus(quote),
  };
}

interface Range {
  readonly startTime: number | undefined;
  readonly endTime: number;
  readonly limit: number;
}

/** Open times of the rows asked for, ascending; from the first trade known, and without bounds the newest. */
function opens(interval: CandleInterval, first: number, { startTime, endTime, limit }: Range): number[] {
  const found: number[] = [];
  if (startTime !== undefined) {
    const from = interval.openOf(startTime);
    let open = Math.max(first, from < startTime ? interval.after(from) : from);
    for (; open <= endTime && found.length < limit; open = interval.after(open)) found.push(open);
    return found;
  }
  for (let open = interval.openOf(endTime); open >= first && found.length < limit; ) {
    found.unshift(open);
    open = interval.openOf(open - 1);
  }
  return found;
}

function klines(on: Grounds, call: Call): Json {
  const { params, stamp } = call;
  const named = candleInterval(textOf(params, 'interval'));
  if (named === undefined) throw new Refusal(-1120, 'Invalid interval.');
  const offset = zoneOffsetMs(params.get('timeZone') ?? '0');
  if (offset === undefined) throw invalidData('timeZone');
  const limit = limitOf(params);
  const { symbol } = symbolDocument(on.exchangeInfo().symbols, textOf(params, 'symbol'));
  const interval = inZone(named, offset);

  const candles = new Map<number, Candle>();
  for (const trade of on.trades.from(symbol, 0, Number.POSITIVE_INFINITY)) {
    const open = interval.openOf(trade.tradeTime);
    candles.set(open, withTrade(candles.get(open), trade));
  }
  const [first] = candles.keys();
  if (first === undefined) return [];
  const endTime = Math.min(timeOf(params, 'endTime') ?? Number.POSITIVE_INFINITY, on.clock.wallMs());
  const rows = opens(interval, first, { startTime: timeOf(params, 'startTime'), endTime, limit });
  let last = [...candles].findLast(([open]) => open <= (rows[0] ?? first))?.[1];
  return rows.map((open) => {
    const candle: Candle = candles.get(open) ?? flat(last?.close ?? ZERO);
    last = candle;
    return row(candle, stamp(open), stamp(interval.after(open)) - 1);
  });
}

const row = (candle: Candle, openTime: number, closeTime: number): Json => [
  openTime,
  ...[candle.open, candle.high, candle.low, candle.close, candle.volume].map(toWire),
  closeTime,
  toWire(candle.quoteVolume),
  candle.trades,
  ...[candle.takerBase, candle.takerQuote].map(toWire),
  '0',
];

export const KLINES: Endpoints = {
  'GET /api/v3/klines': {
    security: 'NONE',
    weight: 2,
    required: { symbol: 'text', interval: 'text' },
    optional: { startTime: 'long', endTime: 'long', timeZone: 'text', limit: 'long' },
    run: klines,
  },
};
