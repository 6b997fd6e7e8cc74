import type { Decimal } from './decimal.js';

/** What the exchange says of a symbol, as far as limit orders need it. A rule it does not state is absent or zero. */
export interface SymbolInfo {
  readonly symbol: string;
  /** Orders are possible only while this is `TRADING`. */
  readonly status: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  /** Most decimals a quantity may have. */
  readonly baseAssetPrecision: number;
  /** Most decimals a price may have. */
  readonly quoteAssetPrecision: number;
  /** PRICE_FILTER, quote per base; zero in any field means "no rule". */
  readonly priceFilter: {
    readonly minPrice: Decimal;
    readonly maxPrice: Decimal;
    readonly tickSize: Decimal;
  };
  /** LOT_SIZE, base asset; a zero step or maximum means "no rule". */
  readonly lotSize: { readonly minQty: Decimal; readonly maxQty: Decimal; readonly stepSize: Decimal };
  /** MIN_NOTIONAL or NOTIONAL, quote asset; `maxNotional` null means "no upper rule". */
  readonly notional: {
    readonly filterType: 'MIN_NOTIONAL' | 'NOTIONAL';
    readonly minNotional: Decimal;
    readonly maxNotional: Decimal | null;
  };
}
