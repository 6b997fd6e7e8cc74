import type { Balance } from '../domain/account.js';
import { type Decimal, isBelow, ZERO } from '../domain/decimal.js';

/** What is free of each asset of the account, and of which it has become more. */
export class FreeBalances {
  private readonly known = new Map<string, { free: Decimal; lowest: Decimal }>();

  take(balances: readonly Balance[]): void {
    for (const { asset, free } of balances) {
      // What was never told of was not there.
      const lowest = this.known.get(asset)?.lowest ?? ZERO;
      this.known.set(asset, { free, lowest: isBelow(free, lowest) ? free : lowest });
    }
  }

  /**
   * What is free of each asset of which there is more than there was at some time since the last call: it may have been too
   * little then for an order, and be enough now.
   */
  grown(): ReadonlyMap<string, Decimal> {
    const grown = new Map<string, Decimal>();
    for (const [asset, known] of this.known) {
      if (isBelow(known.lowest, known.free)) grown.set(asset, known.free);
      known.lowest = known.free;
    }
    return grown;
  }
}
