import { Tally } from '../backtest/tally.js';
import { type Decimal, ZERO } from '../domain/decimal.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import type { Cycle } from '../ports/cycle-store.js';
import { holdingOf } from '../strategy/holding.js';

/** What the last trade of a symbol was made at; undefined when none was seen. */
export type LastPrices = ReadonlyMap<string, Decimal>;

/** What cycles earned, those that have ended and those that have not; quote asset. */
export class Profit {
  readonly closed = new Tally();
  openCycles = 0;
  /** What everything that is held was bought for. */
  cost: Decimal = ZERO;
  /** Of open cycles, at the last prices; null when one of those is not known. */
  openProfit: Decimal | null = ZERO;

  /** A cycle that has not ended; it may have closed already. */
  add(cycle: Cycle, last: Decimal | undefined): void {
    const { position, settings } = cycle;
    if (position.phase === 'closed') {
      this.closed.add(position, settings);
      return;
    }
    this.openCycles++;
    const { quantity, boughtAt, taken } = holdingOf(position);
    if (boughtAt === null) return;
    this.cost = this.cost.plus(quantity.times(boughtAt));
    const unsold = quantity.eq(ZERO)
      ? ZERO
      : last === undefined
        ? null
        : quantity.times(last.minus(boughtAt));
    this.openProfit = sum(this.openProfit, unsold?.plus(taken) ?? null);
  }

  include(other: Profit): void {
    this.closed.include(other.closed);
    this.openCycles += other.openCycles;
    this.cost = this.cost.plus(other.cost);
    this.openProfit = sum(this.openProfit, other.openProfit);
  }

  toJSON() {
    const { cycles, grossProfit, fees, netProfit } = this.closed;
    return {
      cycles,
      grossProfit: grossProfit.toFixed(),
      fees: fees.toFixed(),
      netProfit: netProfit.toFixed(),
      open: {
        cycles: this.openCycles,
        cost: this.cost.toFixed(),
        profit: this.openProfit?.toFixed() ?? null,
      },
    };
  }
}

const sum = (a: Decimal | null, b: Decimal | null): Decimal | null =>
  a === null || b === null ? null : a.plus(b);

/**
 * By symbol, and in total by quote asset: money of different assets does not add up.
 *
 * @param ended what cycles that have ended earned, by symbol
 * @param open the cycles that have not ended
 */
export function profitOf(
  ended: ReadonlyMap<string, Tally>,
  open: readonly Cycle[],
  prices: LastPrices,
  symbols: ReadonlyMap<string, Pick<SymbolInfo, 'quoteAsset'>>,
) {
  const bySymbol = new Map<string, Profit>();
  const profitOn = (symbol: string): Profit => {
    const profit = bySymbol.get(symbol) ?? new Profit();
    bySymbol.set(symbol, profit);
    return profit;
  };
  for (const [symbol, tally] of ended) profitOn(symbol).closed.include(tally);
  for (const cycle of open) profitOn(cycle.symbol).add(cycle, prices.get(cycle.symbol));
  const totals = new Map<string | null, Profit>();
  const quoteOf = (symbol: string): string | null => symbols.get(symbol)?.quoteAsset ?? null;
  for (const [symbol, profit] of bySymbol) {
    const total = totals.get(quoteOf(symbol)) ?? new Profit();
    totals.set(quoteOf(symbol), total);
    total.include(profit);
  }
  return {
    symbols: [...bySymbol]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([symbol, profit]) => ({ symbol, quoteAsset: quoteOf(symbol), ...profit.toJSON() })),
    totals: [...totals].map(([quoteAsset, profit]) => ({ quoteAsset, ...profit.toJSON() })),
  };
}
