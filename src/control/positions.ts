import type { z } from 'zod';
import { type Decimal, ZERO } from '../domain/decimal.js';
import { distance } from '../domain/distance.js';
import { isOpen } from '../domain/order.js';
import { holdingOf } from '../strategy/holding.js';
import type { Leg } from '../strategy/leg.js';
import { type Position, workingLeg } from '../strategy/position.js';
import type { RecordedCycle } from '../warehouse/cycle-rows.js';
import type { position as positionShape } from './schemas.js';

/** An open cycle, as it is shown. */
export function shownPosition(
  { id, symbol, startedAt, position }: RecordedCycle,
  last: Decimal | undefined,
): z.output<typeof positionShape> {
  const { buy, sell } = legsOf(position);
  const resting = workingLeg(position);
  return {
    cycleId: id,
    symbol,
    phase: position.phase,
    startedAt: startedAt.toISOString(),
    buyPrice: buy?.request.price.toFixed() ?? null,
    buyQuantity: buy?.request.quantity.toFixed() ?? null,
    bought: (buy?.filled ?? ZERO).toFixed(),
    sellPrice: sell?.request.price.toFixed() ?? null,
    sellQuantity: sell?.request.quantity.toFixed() ?? null,
    sold: (sell?.filled ?? ZERO).toFixed(),
    held: holdingOf(position).quantity.toFixed(),
    resting: resting === null || !isOpen(resting.status) ? null : restingOrder(resting),
    lastPrice: last?.toFixed() ?? null,
    distance: resting === null || last === undefined ? null : distance(resting.request.price, last),
    parkedBecause:
      position.phase === 'buy-parked' || position.phase === 'sell-parked' ? position.why.reason : null,
  };
}

function legsOf(position: Position): { readonly buy: Leg | null; readonly sell: Leg | null } {
  switch (position.phase) {
    case 'flat':
    case 'buy-parked':
      return { buy: null, sell: null };
    case 'buying':
    case 'sell-parked':
      return { buy: position.buy, sell: null };
    case 'selling':
    case 'closed':
      return { buy: position.buy, sell: position.sell };
  }
}

const restingOrder = ({ request, status, orderId }: Leg) => ({
  side: request.side,
  status,
  price: request.price.toFixed(),
  orderId,
  clientOrderId: request.clientOrderId,
});
