import { type Decimal, ZERO } from '../../domain/decimal.js';
import type { Totals } from './trading-ledger.js';

/**
 * What all fills have come to if what is held is counted at the last price, quote asset: the profit of closed cycles, and what the
 * open ones have won or lost so far. Selling would cost a commission.
 */
export const atLastPrice = ({
  totals: { change },
  lastPrice,
}: {
  readonly totals: Pick<Totals, 'change'>;
  readonly lastPrice: Decimal | null;
}): Decimal => change.quote.plus(change.base.times(lastPrice ?? ZERO));
