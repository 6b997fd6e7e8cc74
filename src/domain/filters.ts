import { decimalPlaces, isBelow, isOnStep, ZERO } from './decimal.js';
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
const filterFailure = (filterType: string): ExchangeError => ({
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
