import { type Decimal, ZERO } from '../../domain/decimal.js';
import type { TradeEvent } from '../../domain/trade-event.js';
import type { Clock } from '../../ports/clock.js';
import type { TradeLog } from './trade-log.js';

const MINUTE_MS = 60_000;

/** Sums over the trades of the last minutes, as far as they have been moved on. */
interface Window {
  /** The trades summed up, as positions in `trades`: from the first, up to before the next. */
  first: number;
  next: number;
  quantity: Decimal;
  notional: Decimal;
}

interface Kept {
  /** By ascending id. */
  trades: TradeEvent[];
  readonly windows: Map<number, Window>;
}

/** Keeps the newest trades of each symbol in memory. */
export class MemoryTradeLog implements TradeLog {
  private readonly bySymbol = new Map<string, Kept>();

  /** @param kept how many trades of a symbol are kept at least; up to twice as many are */
  constructor(
    private readonly clock: Clock,
    private readonly kept = 50_000,
  ) {}

  /** Takes the next trade of its symbol. One that is not newer than the last is left out. */
  take(event: TradeEvent): void {
    const kept: Kept = this.bySymbol.get(event.symbol) ?? { trades: [], windows: new Map() };
    this.bySymbol.set(event.symbol, kept);
    const last = kept.trades.at(-1);
    if (last !== undefined && event.tradeId <= last.tradeId) return;
    kept.trades.push(event);
    if (kept.trades.length < 2 * this.kept) return;
    // Half of them at a time, so that forgetting costs next to nothing; the sums are made anew from what is left.
    kept.trades = kept.trades.slice(-this.kept);
    kept.windows.clear();
  }

  recent(symbol: string, limit: number): readonly TradeEvent[] {
    return limit < 1 ? [] : this.tradesOf(symbol).slice(-limit);
  }

  from(symbol: string, fromId: number, limit: number): readonly TradeEvent[] {
    const trades = this.tradesOf(symbol);
    const start = firstFrom(trades, fromId);
    return trades.slice(start, start + limit);
  }

  last(symbol: string): TradeEvent | undefined {
    return this.tradesOf(symbol).at(-1);
  }

  average(symbol: string, minutes: number): Decimal | null {
    const kept = this.bySymbol.get(symbol);
    const last = kept?.trades.at(-1);
    if (kept === undefined || last === undefined) return null;
    if (minutes === 0) return last.price;
    const window = kept.windows.get(minutes) ?? { first: 0, next: 0, quantity: ZERO, notional: ZERO };
    kept.windows.set(minutes, window);
    moveOn(window, kept.trades, this.clock.wallMs() - minutes * MINUTE_MS);
    return window.quantity.eq(ZERO) ? last.price : window.notional.div(window.quantity);
  }

  private tradesOf(symbol: string): readonly TradeEvent[] {
    return this.bySymbol.get(symbol)?.trades ?? [];
  }
}

function moveOn(window: Window, trades: readonly TradeEvent[], startTime: number): void {
  for (let trade = trades[window.next]; trade !== undefined; trade = trades[++window.next]) {
    window.quantity = window.quantity.plus(trade.quantity);
    window.notional = window.notional.plus(trade.price.times(trade.quantity));
  }
  for (let trade = trades[window.first]; trade !== undefined; trade = trades[++window.first]) {
    if (trade.tradeTime >= startTime) return;
    window.quantity = window.quantity.minus(trade.quantity);
    window.notional = window.notional.minus(trade.price.times(trade.quantity));
  }
}

/** Position of the first trade with an id of at least that. */
function firstFrom(trades: readonly TradeEvent[], id: number): number {
  let low = 0;
  let high = trades.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((trades[middle] as TradeEvent).tradeId < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
