import { type Decimal, ZERO } from '../domain/decimal.js';
import type { Settings } from '../domain/settings.js';
import type { Closed } from './position.js';

/** What one closed cycle earned, quote asset. */
export interface Earned {
  /** Whether it was bought and, at least in part, sold. */
  readonly isSold: boolean;
  /** Sum of quantity sold x (sell price - buy price). */
  readonly gross: Decimal;
  /** The set rate on both legs. */
  readonly fees: Decimal;
  readonly net: Decimal;
}

const NOTHING: Earned = { isSold: false, gross: ZERO, fees: ZERO, net: ZERO };

export function earnedBy({ buy, sell, earlierSells }: Closed, { fee }: Pick<Settings, 'fee'>): Earned {
  if (buy === null) return NOTHING;
  const sells = (sell === null ? earlierSells : [...earlierSells, sell]).filter(({ filled }) =>
    filled.gt(ZERO),
  );
  let gross = ZERO;
  let fees = ZERO;
  for (const { filled, request } of sells) {
    const bought = filled.times(buy.request.price);
    const sold = filled.times(request.price);
    gross = gross.plus(sold.minus(bought));
    fees = fees.plus(sold.plus(bought).times(fee));
  }
  return { isSold: sells.length > 0, gross, fees, net: gross.minus(fees) };
}
