import type { AccountEvent } from '../domain/account.js';
import type { CandleUpdate } from '../domain/candle.js';
import type { ExecutionReport } from '../domain/execution-report.js';
import type { OrderUpdate } from '../domain/order.js';
import type { TradeEvent } from '../domain/trade-event.js';
import type { Topic } from './topic.js';

/** Public trades of a symbol, each once and in order. */
export const tradeEvents = (symbol: string): Topic<TradeEvent> => `TRADE_EVENTS:${symbol}`;

/** Trades of others, on their way into a mock exchange that numbers all trades itself. */
export const market = (symbol: string): Topic<TradeEvent> => `MARKET:${symbol}`;

/** What the exchange tells of our own orders on a symbol. */
export const executions = (symbol: string): Topic<ExecutionReport> => `EXECUTIONS:${symbol}`;

/** Our orders on a symbol, whenever one appears or changes. */
export const orders = (symbol: string): Topic<OrderUpdate> => `ORDERS:${symbol}`;

/** What a mock exchange with accounts tells the owner of one of them: every change of its orders, and its balances. */
export const accountEvents = (account: string): Topic<AccountEvent> => `ACCOUNT:${account}`;

/** Candles of a symbol, of every interval. */
export const ohlc = (symbol: string): Topic<CandleUpdate> => `OHLC:${symbol}`;

/**
 * Whoever follows our orders may have missed what was told of them, for instance while a connection was away: now that it is
 * told again, everyone who waits for an order looks it up.
 */
export interface UserDataResumed {
  readonly kind: 'user-data-resumed';
}

export const userData: Topic<UserDataResumed> = 'USER_DATA';
