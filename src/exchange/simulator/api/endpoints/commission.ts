import { toWire, ZERO } from '../../../../domain/decimal.js';
import type { Json } from '../api-types.js';
import type { Grounds } from '../endpoint.js';

/** Commission is taken from what is received, never in BNB. */
export const NO_DISCOUNT: Json = {
  enabledForAccount: false,
  enabledForSymbol: false,
  discountAsset: 'BNB',
  discount: '0.00000000',
};

/** What the exchange takes of each fill, as a fraction on the wire; makers and takers pay the same. */
export async function commissionRates(
  { exchange }: Grounds,
  symbol: string,
): Promise<{ readonly standard: string; readonly none: string }> {
  const none = toWire(ZERO);
  return { standard: toWire((await exchange.commissionRate(symbol)) ?? ZERO), none };
}
