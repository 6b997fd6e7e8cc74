import { type ActorSystem, inspectTree } from '../../otp/index.js';
import type { Clock } from '../../ports/clock.js';
import { wait } from '../../warehouse/retry.js';
import { restOf } from '../binance-part.js';
import { type Balances, exchangeAccount, exchangeFills } from './exchange-account.js';
import type { Followed } from './followed.js';
import { differences, fillDifferences, type OwnBooks } from './reconciling.js';
import type { SimulatorProcess } from './simulator-process.js';
import { storedTrades } from './tree-facts.js';

/** How long what is under way at the end may take to arrive and be stored: hardly any time, but on a machine that is too busy. */
const SETTLE_MS = 30_000;
const LOOK_MS = 300;

export interface Settling {
  readonly system: ActorSystem;
  readonly simulator: Pick<SimulatorProcess, 'lastTradeId'>;
  readonly clock: Clock;
  readonly followed: ReadonlyMap<string, Followed>;
  /** What the account had before the first order; null when it could not be asked. */
  readonly before: Balances | null;
}

/**
 * Waits until the exchange's account agrees with what was heard of it, and all that was heard is stored. The market stands still.
 *
 * @returns where the two differ in the end, and what is not stored, in words; empty when all is as it should be
 */
export async function settled({
  system,
  simulator,
  clock,
  followed,
  before,
}: Settling): Promise<readonly string[]> {
  const rest = restOf(system);
  const symbols = [...followed.keys()];
  const last = await Promise.all(symbols.map((symbol) => simulator.lastTradeId(symbol)));
  const untilMs = clock.monotonicMs() + SETTLE_MS;
  for (let wasSettled = false; ; ) {
    const theirs = await exchangeAccount(rest, symbols);
    const differs =
      theirs === null || before === null
        ? ["the exchange's account could not be asked"]
        : differences(booksOf(followed), before, theirs);
    const unstored = notStored(system, followed, last);
    const isSettled = differs.length === 0 && unstored.length === 0;
    // Twice, with a while between: an order may be on its way to the exchange.
    if ((isSettled && wasSettled) || clock.monotonicMs() > untilMs) {
      const fills = new Map<string, number | null>();
      for (const symbol of symbols) fills.set(symbol, await exchangeFills(rest, symbol));
      return [...differs, ...fillDifferences(booksOf(followed), fills), ...unstored];
    }
    wasSettled = isSettled;
    await wait(clock, LOOK_MS);
  }
}

const booksOf = (followed: ReadonlyMap<string, Followed>): readonly OwnBooks[] =>
  [...followed.values()].map(({ terms, ledger }) => ({ ...terms, totals: ledger.totals() }));

/** @param last by symbol, in their order, the id of the last public trade */
function notStored(
  system: ActorSystem,
  followed: ReadonlyMap<string, Followed>,
  last: readonly number[],
): readonly string[] {
  const stored = storedTrades(inspectTree(system));
  return [...followed.values()].flatMap(({ terms: { symbol }, seen }, index) => {
    const told = last[index] ?? 0;
    const kept = stored.get(symbol) ?? 0;
    return seen.lastId >= told && kept >= seen.count
      ? []
      : [`the trades of ${symbol}: ${told} by the exchange, ${seen.count} streamed, ${kept} stored`];
  });
}
