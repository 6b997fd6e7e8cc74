import type { Json } from './api-types.js';

/** A symbol as the exchangeInfo document has it; only what the simulator itself reads is named. */
export interface SymbolDocument {
  readonly [field: string]: Json | undefined;
  readonly symbol: string;
  readonly status: string;
  readonly permissions?: readonly string[];
  readonly permissionSets?: readonly (readonly string[])[];
  readonly defaultSelfTradePreventionMode?: string;
  readonly filters?: readonly { readonly [field: string]: Json | undefined; readonly filterType: string }[];
}

/** Binance's exchangeInfo as the simulator serves it, beside the time and the rate limits, which are its own. */
export interface ExchangeInfoDocument {
  readonly exchangeFilters?: readonly Json[];
  readonly symbols: readonly SymbolDocument[];
}
