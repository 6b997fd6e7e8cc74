import { type Decimal, downToStep, ONE, whole, wholeTimes, ZERO } from '../domain/decimal.js';
import type { Settings } from '../domain/settings.js';
import type { SymbolInfo } from '../domain/symbol-info.js';

/**
 * Limit price at which one trade cycle opens.
 *
 * @param last last traded price, quote per base, > 0
 * @returns a price on the tick and not above `last`; zero when that is under one tick
 */
export const buyPrice = (
  last: Decimal,
  { buyDownInterval }: Settings,
  { priceFilter }: SymbolInfo,
): Decimal => downToStep(last.minus(last.times(buyDownInterval)), priceFilter.tickSize);

/**
 * What one chunk of the budget buys at `price`.
 *
 * @param price quote per base, > 0
 * @returns base asset on the step, not worth more than the chunk; zero when that is under one step
 */
export function buyQuantity(
  price: Decimal,
  { budget, chunks }: Settings,
  { lotSize, baseAssetPrecision }: SymbolInfo,
): Decimal {
  const { stepSize } = lotSize;
  // Without a step the asset's precision is the finest grid there is.
  const step = stepSize.gt('0') ? stepSize : finestStep(baseAssetPrecision);
  // One division, of which only the whole part counts: a rounded quotient could land on the wrong side of a step.
  return wholeTimes(budget, whole(chunks).times(price).times(step)).times(step);
}

/**
 * Limit price at which the cycle closes: the wanted profit on top of the fees of both legs.
 *
 * @param bought the buy order's price, quote per base
 * @returns a price on the tick, cut down
 */
export function sellPrice(
  bought: Decimal,
  { fee, profitInterval }: Settings,
  { priceFilter }: SymbolInfo,
): Decimal {
  const withFee = ONE.plus(fee);
  const wanted = bought.times(withFee).times(ONE.plus(profitInterval)).times(withFee);
  return downToStep(wanted, priceFilter.tickSize);
}

/** A trade strictly below this price makes a trader ask for one more trader. */
export const rebuyBelow = (bought: Decimal, { rebuyInterval }: Settings): Decimal =>
  bought.minus(bought.times(rebuyInterval));

/** Whether the exchange would let so much of the base asset be sold at that price, cut down to the step. */
export function isWorthSelling(amount: Decimal, price: Decimal, { lotSize, notional }: SymbolInfo): boolean {
  const quantity = amount.gt(ZERO) ? downToStep(amount, lotSize.stepSize) : ZERO;
  return quantity.gt(ZERO) && quantity.gte(lotSize.minQty) && !price.times(quantity).lt(notional.minNotional);
}

const finestStep = (precision: number): Decimal => ONE.div(whole(10).pow(precision));
