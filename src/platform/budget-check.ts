import { whole } from '../domain/decimal.js';
import type { Settings } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';
import { InputError } from './input-error.js';

/**
 * Refuses a budget whose chunks are too small to order anything.
 *
 * @param what the budget and where it is from, for the message: `budget in mine.json`
 */
export function refuseTooSmallBudget(
  { budget, chunks }: Settings,
  { symbol, notional, quoteAsset }: SymbolInfo,
  what: string,
): void {
  if (budget.gte(notional.minNotional.times(whole(chunks)))) return;
  const least = notional.minNotional.toFixed();
  throw new InputError(
    `${what} is ${budget.toFixed()} for ${chunks} chunks; ${symbol} allows orders from ${least} ${quoteAsset} ` +
      `(${notional.filterType}), so the budget must be at least ${notional.minNotional.times(whole(chunks)).toFixed()}`,
  );
}
