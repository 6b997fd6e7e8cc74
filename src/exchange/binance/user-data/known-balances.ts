import type { Balance } from '../../../domain/account.js';
import { compare, ZERO } from '../../../domain/decimal.js';

interface Known {
  readonly balance: Balance;
  readonly updatedTime: number;
}

const SHOWN = 20;

/** What the account has, as far as it was told. */
export class KnownBalances {
  private readonly known = new Map<string, Known>();

  /**
   * Takes in balances as they stood at a time, Unix milliseconds.
   *
   * @returns those that are news: not told before, and not older than what is known
   */
  take(balances: readonly Balance[], updatedTime: number): Balance[] {
    return balances.filter((balance) => {
      const before = this.known.get(balance.asset);
      if (before !== undefined && updatedTime < before.updatedTime) return false;
      this.known.set(balance.asset, { balance, updatedTime });
      return before === undefined || !isSame(before.balance, balance);
    });
  }

  /** By ascending asset. */
  all(): Balance[] {
    return [...this.known.values()]
      .map(({ balance }) => balance)
      .toSorted((a, b) => (a.asset < b.asset ? -1 : 1));
  }

  /** Some of those that are not zero. */
  inspect(): Readonly<Record<string, string>> {
    const held = this.all().filter(
      ({ free, locked }) => compare(free, ZERO) > 0 || compare(locked, ZERO) > 0,
    );
    return Object.fromEntries(
      held
        .slice(0, SHOWN)
        .map(({ asset, free, locked }) => [asset, `${free.toFixed()} free, ${locked.toFixed()} locked`]),
    );
  }
}

const isSame = (a: Balance, b: Balance): boolean =>
  compare(a.free, b.free) === 0 && compare(a.locked, b.locked) === 0;
