import type { SymbolInfo } from '../domain/symbol-info.js';
import type { Funds } from '../strategy/funds.js';

/** What may let a parked cycle of a symbol go on. */
export interface MarketNews {
  /** The symbol's rules; null when they are as they were. */
  readonly info: SymbolInfo | null;
  /** Null when nothing has grown. */
  readonly funds: Funds | null;
}
