import { runBacktest } from '../src/app/backtest.js';
import { ordersHash } from '../src/backtest/orders-csv.js';
import type { Settings } from '../src/domain/settings.js';
import type { SymbolInfo } from '../src/domain/symbol-info.js';
import type { TradeEvent } from '../src/domain/trade-event.js';
import { systemClock } from '../src/platform/system-clock.js';
import type { Log } from '../src/ports/log.js';
import { PlainStrategy } from './plain-strategy.js';
import { batchesOf } from './tapes.js';

/** One tape under one set of settings. */
export interface BacktestInput {
  readonly events: readonly TradeEvent[];
  readonly symbol: string;
  readonly settings: Settings;
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
}

/** How fast it went, and what it did. */
export interface RunResult {
  readonly eventsPerSecond: number;
  readonly ordersHash: string;
}

const nothing = (): void => {};
export const QUIET_LOG: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Through the engine's actors, from the first event to the last. */
export async function runReplay(input: BacktestInput): Promise<RunResult> {
  const { events, symbol, settings, symbols } = input;
  const result = await runBacktest({
    tape: batchesOf(events),
    symbol,
    settings,
    symbols,
    clock: systemClock,
    log: QUIET_LOG,
  });
  return {
    eventsPerSecond: (events.length * 1_000) / result.elapsedMs,
    ordersHash: ordersHash(result.orders),
  };
}

/** The same strategy as plain synchronous calls. */
export function runPlain({ events, symbol, settings, symbols }: BacktestInput): RunResult {
  const info = symbols.get(symbol);
  if (info === undefined) throw new Error(`the exchange does not list ${symbol}`);
  const strategy = new PlainStrategy(settings, info);
  const startMs = performance.now();
  for (const event of events) strategy.play(event);
  const elapsedMs = performance.now() - startMs;
  return { eventsPerSecond: (events.length * 1_000) / elapsedMs, ordersHash: ordersHash(strategy.orders) };
}
