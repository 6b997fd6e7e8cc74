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
  /** Whether it can be traded on the spot market at all. */
  readonly isSpotTradingAllowed: boolean;
  /** PERCENT_PRICE or PERCENT_PRICE_BY_SIDE; null means "no rule". */
  readonly percentPrice: PercentPrice | null;
  /** MAX_NUM_ORDERS: most open orders of an account; null means "no rule". */
  readonly maxNumOrders: number | null;
  /** MAX_POSITION: most that an account may have and be about to buy, base asset; null means "no rule". */
  readonly maxPosition: Decimal | null;
}

/** How far a price may be from the reference price, as factors of it; the same for both sides unless it is BY_SIDE. */
export interface PercentPrice {
  readonly filterType: 'PERCENT_PRICE' | 'PERCENT_PRICE_BY_SIDE';
  readonly bidMultiplierUp: Decimal;
  readonly bidMultiplierDown: Decimal;
  readonly askMultiplierUp: Decimal;
  readonly askMultiplierDown: Decimal;
  /** Minutes over which the reference price is averaged where there is no better one; 0 for the last price. */
  readonly avgPriceMins: number;
}
