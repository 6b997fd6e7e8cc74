import { type Decimal, ZERO } from '../../domain/decimal.js';
import type { Balances, ExchangeAccount } from './exchange-account.js';
import type { Assets, Totals } from './trading-ledger.js';

/** What we know of a symbol by what we were told as it happened. */
export interface OwnBooks extends Assets {
  readonly symbol: string;
  readonly totals: Totals;
}

/**
 * Where the exchange's account differs from what it has told us as it happened, in words; empty when the two agree to the last
 * digit.
 *
 * @param before what it had before the first order
 */
export function differences(
  books: readonly OwnBooks[],
  before: Balances,
  { balances, openOrders }: ExchangeAccount,
): readonly string[] {
  const ours = [...changes(books)].map(([asset, change]) => {
    const expected = (before.get(asset) ?? ZERO).plus(change);
    return say(`the balance of ${asset}`, expected.toFixed(), (balances.get(asset) ?? ZERO).toFixed());
  });
  const resting = books.map(({ symbol, totals }) =>
    say(
      `the open orders of ${symbol}`,
      totals.resting.map(({ orderId }) => orderId).join(' ') || 'none',
      openOrders.get(symbol)?.join(' ') || 'none',
    ),
  );
  return [...ours, ...resting].flat();
}

/** The same for how many fills there were; null stands for a symbol that could not be asked for. */
export const fillDifferences = (
  books: readonly OwnBooks[],
  fills: ReadonlyMap<string, number | null>,
): readonly string[] =>
  books.flatMap(({ symbol, totals }) =>
    say(`the fills of ${symbol}`, String(totals.fills), String(fills.get(symbol) ?? 'unknown')),
  );

const say = (what: string, ours: string, theirs: string): readonly string[] =>
  ours === theirs ? [] : [`${what}: ${ours} by our books, ${theirs} by the exchange's account`];

/** By asset: several symbols may have one in common. */
function changes(books: readonly OwnBooks[]): ReadonlyMap<string, Decimal> {
  const sum = new Map<string, Decimal>();
  const add = (asset: string, amount: Decimal): void => {
    sum.set(asset, (sum.get(asset) ?? ZERO).plus(amount));
  };
  for (const { baseAsset, quoteAsset, totals } of books) {
    add(baseAsset, totals.change.base);
    add(quoteAsset, totals.change.quote);
  }
  return sum;
}
