import { toWire } from '../domain/decimal.js';
import type { Position } from '../strategy/position.js';

/** A position as the inspector shows it. */
export function describePosition(position: Position): Record<string, string> {
  const { phase } = position;
  switch (phase) {
    case 'flat':
    case 'closed':
      return { phase };
    case 'buying':
      return { phase, buy: toWire(position.buy.request.price), filled: position.buy.filled.toFixed() };
    case 'selling':
      return {
        phase,
        bought: toWire(position.buy.request.price),
        sell: toWire(position.sell.request.price),
        filled: position.sell.filled.toFixed(),
      };
    case 'buy-parked':
    case 'sell-parked':
      return { phase, why: position.why.reason };
  }
}
