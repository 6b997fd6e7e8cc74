import { type Decimal, decimalPlaces, isBelow, isOnStep, ZERO } from './decimal.js';
import type { OrderRequest } from './order.js';
import type { SymbolInfo } from './symbol-info.js';

/** An error of the exchange, by its own code and wording. */
export interface ExchangeError {
  readonly code: number;
  readonly message: string;
}

const tooPrecise = (parameter: string): ExchangeError => ({
  code: -1111,
  message: `Parameter '${parameter}' has too much precision.`,
});
export const filterFailure = (filterType: string): ExchangeError => ({
  code: -1013,
  message: `Filter failure: ${filterType}`,
});

/**
 * The first rule of the symbol that a limit order breaks, or null when it is legal.
 *
 * @see Binance spot docs, filters.md and errors.md (read 2026-07)
 */
export function brokenRule(
  info: SymbolInfo,
  { price, quantity }: Pick<OrderRequest, 'price' | 'quantity'>,
): ExchangeError | null {
  if (decimalPlaces(quantity) > info.baseAssetPrecision) return tooPrecise('quantity');
  if (decimalPlaces(price) > info.quoteAssetPrecision) return tooPrecise('price');

  const { minPrice, maxPrice, tickSize } = info.priceFilter;
  if (
    !isBelow(ZERO, price) ||
    isBelow(price, minPrice) ||
    (isBelow(ZERO, maxPrice) && isBelow(maxPrice, price)) ||
    !isOnStep(price, tickSize)
  ) {
    return filterFailure('PRICE_FILTER');
  }
  const { minQty, maxQty, stepSize } = info.lotSize;
  if (
    !isBelow(ZERO, quantity) ||
    isBelow(quantity, minQty) ||
    (isBelow(ZERO, maxQty) && isBelow(maxQty, quantity)) ||
    !isOnStep(quantity, stepSize)
  ) {
    return filterFailure('LOT_SIZE');
  }
  const { filterType, minNotional, maxNotional } = info.notional;
  const notional = price.times(quantity);
  if (isBelow(notional, minNotional) || (maxNotional !== null && isBelow(maxNotional, notional)))
    return filterFailure(filterType);
  return null;
}

/**
 * Whether the price is too far from the reference price; null when it is not, or the symbol has no such rule.
 *
 * @param reference the symbol's reference price, or else its average of the last `avgPriceMins`, quote per base
 * @see Binance spot docs, filters.md, PERCENT_PRICE and PERCENT_PRICE_BY_SIDE (read 2026-07)
 */
export function brokenPercentPrice(
  { percentPrice }: SymbolInfo,
  { side, price }: Pick<OrderRequest, 'side' | 'price'>,
  reference: Decimal,
): ExchangeError | null {
  if (percentPrice === null) return null;
  const { filterType, bidMultiplierUp, bidMultiplierDown, askMultiplierUp, askMultiplierDown } = percentPrice;
  const [up, down] =
    side === 'BUY' ? [bidMultiplierUp, bidMultiplierDown] : [askMultiplierUp, askMultiplierDown];
  const isTooFar = isBelow(price, reference.times(down)) || isBelow(reference.times(up), price);
  return isTooFar ? filterFailure(filterType) : null;
}
