/**
 * For tests of trading code: a small engine on a clock that stands still, and a mocked exchange that knows what it must be
 * asked, what it answers and what it tells. It works with any test runner.
 *
 * @example
 * ```ts
 * test('sells what it bought, one per cent dearer', async () => {
 *   const engine = startTestEngine();
 *   const { exchange } = engine;
 *   const buy = exchange.expectOrder({ side: 'BUY', price: '100', quantity: '10' });
 *   const sell = exchange.expectOrder({ side: 'SELL', price: '101', quantity: '10' });
 *   exchange.inOrder(buy, sell);
 *
 *   const trader = await engine.startTrader({ settings: someSettings({ budget: '1000', chunks: 1 }) });
 *   await engine.trade({ price: '100' });
 *   await exchange.fill(buy, { quantity: '4' });
 *   await exchange.fill(buy);
 *   await exchange.fill(sell);
 *
 *   exchange.verify();
 *   expect(trader.position.phase).toBe('closed');
 *   await engine.stop();
 * });
 * ```
 */
export type { Decimal } from '../domain/decimal.js';
export type { ExecutionReport } from '../domain/execution-report.js';
export type { Order, OrderRequest } from '../domain/order.js';
export type { Settings } from '../domain/settings.js';
export type { SymbolInfo } from '../domain/symbol-info.js';
export type { TradeEvent } from '../domain/trade-event.js';
export type { Cycle, CycleStore } from '../ports/cycle-store.js';
export type { Position } from '../strategy/position.js';
export type { StartOptions, TradingIntensity } from '../trading/trading.js';
export {
  absent,
  type CancelAnswer,
  cancelled,
  crashes,
  found,
  type LookupAnswer,
  outcomeUnknown,
  type PlaceAnswer,
  placed,
  rateLimited,
  rejected,
  unanswered,
  unavailable,
} from './answers.js';
export {
  type AsText,
  aFill,
  anExecutionReport,
  anOrder,
  aSymbol,
  aTradeEvent,
  decimal,
  type SymbolFields,
  someSettings,
} from './builders.js';
export type { Expectation, KeyMatch, OrderMatch } from './expectation.js';
export type { Fill, FillFields } from './ledger.js';
export { MockedExchange, type MockedExchangeProtocol, type Told } from './mocked-exchange.js';
export { settleActors } from './settle.js';
export {
  type LogLine,
  startTestEngine,
  type TestEngine,
  type TestEngineOptions,
  type TestTrader,
  type TraderOptions,
} from './test-engine.js';
export { WatchedCycles } from './watched-cycles.js';
