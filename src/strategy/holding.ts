import { type Decimal, ZERO } from '../domain/decimal.js';
import { type Leg, unsold } from './leg.js';
import type { Position } from './position.js';

/** What a cycle that has not closed has bought, as far as it has. */
export interface Holding {
  /** Base asset that was bought and is not sold yet, less what was taken of it as commission. */
  readonly quantity: Decimal;
  /** Quote per base that it was bought at; null when nothing was asked for yet. */
  readonly boughtAt: Decimal | null;
  /** Quote asset that the part that is sold already brought over what it cost; before fees. */
  readonly taken: Decimal;
}

const NOTHING: Holding = { quantity: ZERO, boughtAt: null, taken: ZERO };

/** What the position holds; nothing when it is closed. */
export function holdingOf(position: Position): Holding {
  switch (position.phase) {
    case 'flat':
    case 'buy-parked':
    case 'closed':
      return NOTHING;
    case 'buying':
      return held(position.buy, []);
    case 'sell-parked':
      return held(position.buy, position.earlierSells);
    case 'selling':
      return held(position.buy, [...position.earlierSells, position.sell]);
  }
}

function held(buy: Leg, sells: readonly Leg[]): Holding {
  const boughtAt = buy.request.price;
  return {
    quantity: unsold(buy, sells),
    boughtAt,
    taken: sells.reduce(
      (sum, { filled, request }) => sum.plus(filled.times(request.price.minus(boughtAt))),
      ZERO,
    ),
  };
}
