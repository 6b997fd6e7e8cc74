import { type Decimal, isBelow, whole, ZERO } from '../domain/decimal.js';
import type { Settings } from '../domain/settings.js';
import { unsold } from './leg.js';
import type { ParkReason, Position } from './position.js';

/** What is free of a symbol's assets, where it has become more; null where it has not. */
export interface Funds {
  readonly base: Decimal | null;
  readonly quote: Decimal | null;
}

/** The exchange's "no" to an order that the account cannot pay for. */
const isForWantOfFunds = ({ code, reason }: ParkReason): boolean =>
  code === -2010 && /insufficient balance/i.test(reason);

/** Whether a parked cycle was refused for want of what is there now. One that was refused for another reason is not helped. */
export function canGoOnWith({ base, quote }: Funds, position: Position, settings: Settings): boolean {
  switch (position.phase) {
    case 'buy-parked':
      return (
        isForWantOfFunds(position.why) &&
        quote !== null &&
        !isBelow(quote.times(whole(settings.chunks)), settings.budget)
      );
    case 'sell-parked':
      return (
        isForWantOfFunds(position.why) &&
        isBelow(ZERO, base ?? ZERO) &&
        !isBelow(base ?? ZERO, unsold(position.buy, position.earlierSells))
      );
    default:
      return false;
  }
}
