import { toWire } from '../domain/decimal.js';
import type { OrderRequest } from '../domain/order.js';
import type { LogFields } from '../ports/log.js';
import type { CycleResult, Position } from '../strategy/position.js';

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

/** How a cycle ended, in a line of the log. */
export const describeResult = (result: CycleResult): string =>
  result.kind === 'dust' ? `${result.quantity.toFixed()} is too little to be sold again` : result.kind;

/** An order, in the fields of a log line. */
export const orderFields = ({ side, price, quantity, clientOrderId }: OrderRequest): LogFields => ({
  side,
  price: toWire(price),
  quantity: toWire(quantity),
  clientOrderId,
});
