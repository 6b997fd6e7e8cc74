import { type Decimal, ZERO } from '../domain/decimal.js';
import type { Settings } from '../domain/settings.js';
import { earnedBy } from '../strategy/earned.js';
import type { Position } from '../strategy/position.js';

/** Adds up what closed cycles earned, quote asset. */
export class Tally {
  /** Cycles that were bought and, at least in part, sold. */
  cycles = 0;
  /** Sum of quantity sold x (sell price - buy price). */
  grossProfit: Decimal = ZERO;
  /** The set rate on both legs of those cycles. */
  fees: Decimal = ZERO;

  add(position: Position, settings: Pick<Settings, 'fee'>): void {
    if (position.phase !== 'closed') return;
    const { isSold, gross, fees } = earnedBy(position, settings);
    if (isSold) this.cycles++;
    this.grossProfit = this.grossProfit.plus(gross);
    this.fees = this.fees.plus(fees);
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
