import { Decimal, downToStep, maxOf, ONE, whole, ZERO } from '../../../domain/decimal.js';
import type { SymbolInfo } from '../../../domain/symbol-info.js';

/** One trade of a made-up market. */
export interface WalkedTrade {
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly buyerIsMaker: boolean;
}

/** Where it starts, in ticks: far enough from zero for a tick to be a small fraction of the price. */
const START_TICKS = 50_000;
const LEAST_TICKS = START_TICKS / 10;
const MOST_TICKS = START_TICKS * 10;
/** Furthest that one trade moves the price, in ticks, in quiet, usual and wild times. */
const REGIMES = [1, 4, 25] as const;
/** Chance that a trade begins another regime. */
const REGIME_CHANGE = 0.005;
/** A trade is at most this many times the smallest one. */
const LARGEST = 40;

/**
 * The trades of a random walk on a symbol's tick and step: the same for the same numbers. Whole ticks inside, so that no price
 * is ever off the grid.
 *
 * @param random uniform in [0, 1)
 */
export function* randomWalk(info: SymbolInfo, random: () => number): Generator<WalkedTrade, never, void> {
  const tick = orUnit(info.priceFilter.tickSize, info.quoteAssetPrecision);
  const step = orUnit(info.lotSize.stepSize, info.baseAssetPrecision);
  const lot = leastLot(info, tick.times(whole(LEAST_TICKS)), step);
  let ticks = START_TICKS;
  let reach: number = REGIMES[1];
  for (;;) {
    if (random() < REGIME_CHANGE) reach = REGIMES[Math.floor(random() * REGIMES.length)] ?? reach;
    const move = Math.floor(random() * (2 * reach + 1)) - reach;
    ticks = reflected(ticks + move);
    const price = tick.times(whole(ticks));
    const times = 1 + Math.floor(LARGEST * random() ** 2);
    // A price that rose was taken by a buyer; one that stayed, by either.
    const buyerIsMaker = move === 0 ? random() < 0.5 : move < 0;
    yield { price, quantity: lot.times(whole(times)), buyerIsMaker };
  }
}

const reflected = (ticks: number): number =>
  ticks < LEAST_TICKS ? 2 * LEAST_TICKS - ticks : ticks > MOST_TICKS ? 2 * MOST_TICKS - ticks : ticks;

/** A quantity on the step that an order may have at every price from the lowest up. */
function leastLot({ lotSize, notional }: SymbolInfo, lowest: Decimal, step: Decimal): Decimal {
  const forNotional = downToStep(notional.minNotional.div(lowest), step).plus(step);
  return maxOf(maxOf(lotSize.minQty, step), forNotional);
}

const orUnit = (grid: Decimal, precision: number): Decimal =>
  grid.gt(ZERO) ? grid : ONE.div(new Decimal('10').pow(precision));
