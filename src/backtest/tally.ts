import { type Decimal, ZERO } from '../domain/decimal.js';
import type { Settings } from '../domain/settings.js';
import type { Position } from '../strategy/position.js';

/** Adds up what closed cycles earned, quote asset. */
export class Tally {
  /** Cycles that were bought and, at least in part, sold. */
  cycles = 0;
  /** Sum of quantity sold x (sell price - buy price). */
  grossProfit: Decimal = ZERO;
  /** The set rate on both legs of those cycles. */
  fees: Decimal = ZERO;

  add(position: Position, { fee }: Pick<Settings, 'fee'>): void {
    if (position.phase !== 'closed' || position.buy === null) return;
    const { buy, sell, earlierSells } = position;
    const sells = (sell === null ? earlierSells : [...earlierSells, sell]).filter(({ filled }) =>
      filled.gt(ZERO),
    );
    if (sells.length > 0) this.cycles++;
    for (const { filled, request } of sells) {
      const bought = filled.times(buy.request.price);
      const sold = filled.times(request.price);
      this.grossProfit = this.grossProfit.plus(sold.minus(bought));
      this.fees = this.fees.plus(sold.plus(bought).times(fee));
    }
  }

  /** Adds what another tally has added up, of the same quote asset. */
  include({ cycles, grossProfit, fees }: Tally): void {
    this.cycles += cycles;
    this.grossProfit = this.grossProfit.plus(grossProfit);
    this.fees = this.fees.plus(fees);
  }

  get netProfit(): Decimal {
    return this.grossProfit.minus(this.fees);
  }
}
