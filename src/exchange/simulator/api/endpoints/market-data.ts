import { type Decimal, toWire, ZERO } from '../../../../domain/decimal.js';
import type { TradeEvent } from '../../../../domain/trade-event.js';
import type { Json } from '../api-types.js';
import type { Call, Endpoints, Grounds } from '../endpoint.js';
import { aggregateTradeJson, publicTradeJson } from '../order-json.js';
import { limitOf, longOf, textOf, timeOf } from '../params.js';
import { badCombination } from '../refusal.js';
import { symbolDocument } from './symbol-choice.js';

/** The symbol's name, once it is known to be one. */
function symbolName({ exchangeInfo }: Grounds, { params }: Call): string {
  return symbolDocument(exchangeInfo().symbols, textOf(params, 'symbol')).symbol;
}

function trades(on: Grounds, call: Call): Json {
  const limit = limitOf(call.params);
  const symbol = symbolName(on, call);
  const fromId = longOf(call.params, 'fromId');
  const found =
    fromId === undefined ? on.trades.recent(symbol, limit) : on.trades.from(symbol, fromId, limit);
  return found.map((trade) => publicTradeJson(trade, call.stamp));
}

function aggregateTrades(on: Grounds, call: Call): Json {
  const { params } = call;
  const fromId = longOf(params, 'fromId');
  const startTime = timeOf(params, 'startTime');
  const endTime = timeOf(params, 'endTime');
  const hasTimes = startTime !== undefined || endTime !== undefined;
  if (fromId !== undefined && hasTimes) throw badCombination();
  const limit = limitOf(params);
  const symbol = symbolName(on, call);
  const rows = (found: readonly TradeEvent[]) => found.map((trade) => aggregateTradeJson(trade, call.stamp));
  if (fromId !== undefined) return rows(on.trades.from(symbol, fromId, limit));
  if (!hasTimes) return rows(on.trades.recent(symbol, limit));
  const within = on.trades
    .from(symbol, 0, Number.POSITIVE_INFINITY)
    .filter(
      ({ tradeTime }) => tradeTime >= (startTime ?? 0) && tradeTime <= (endTime ?? Number.POSITIVE_INFINITY),
    );
  return rows(startTime === undefined ? within.slice(-limit) : within.slice(0, limit));
}

const AVERAGE_MINUTES = 5;
const WIRE_DECIMALS = 8;
const ROUND_DOWN = 0;

const averagePrice = (price: Decimal | null): string =>
  toWire((price ?? ZERO).round(WIRE_DECIMALS, ROUND_DOWN));

export const MARKET_DATA: Endpoints = {
  'GET /api/v3/trades': {
    security: 'NONE',
    weight: 25,
    required: { symbol: 'text' },
    optional: { limit: 'long' },
    run: trades,
  },
  'GET /api/v3/historicalTrades': {
    security: 'NONE',
    weight: 25,
    required: { symbol: 'text' },
    optional: { fromId: 'long', limit: 'long' },
    run: trades,
  },
  'GET /api/v3/aggTrades': {
    security: 'NONE',
    weight: 4,
    required: { symbol: 'text' },
    optional: { fromId: 'long', startTime: 'long', endTime: 'long', limit: 'long' },
    run: aggregateTrades,
  },
  'GET /api/v3/avgPrice': {
    security: 'NONE',
    weight: 2,
    required: { symbol: 'text' },
    optional: {},
    run(on, call) {
      const symbol = symbolName(on, call);
      return {
        mins: AVERAGE_MINUTES,
        price: averagePrice(on.trades.average(symbol, AVERAGE_MINUTES)),
        closeTime: call.stamp(on.trades.last(symbol)?.tradeTime ?? 0),
      };
    },
  },
};
