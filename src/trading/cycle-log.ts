import { toWire } from '../domain/decimal.js';
import { isOpen, type OrderRequest } from '../domain/order.js';
import type { Log, LogFields } from '../ports/log.js';
import type { CycleEvent } from '../strategy/decide.js';
import { earnedBy } from '../strategy/earned.js';
import { afterReport, afterSnapshot, type Leg } from '../strategy/leg.js';
import { type Closed, type CycleResult, type Position, workingLeg } from '../strategy/position.js';

/** What the log tells of a cycle; its symbol and trader are said by who logs it. */
export interface CycleLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields;
}

/** An order, in the fields of a log line. */
export const orderFields = ({ side, price, quantity, clientOrderId }: OrderRequest): LogFields => ({
  side,
  price: toWire(price),
  quantity: toWire(quantity),
  clientOrderId,
});

/**
 * What an event says of the order that the position waits for: that the exchange has it, what was filled, how it ended. At
 * `info` are the ends alone, since an order may be filled in hundreds of parts.
 *
 * @param position before the event
 * @returns null when it says nothing new
 */
export function orderLine(position: Position, event: CycleEvent, baseAsset: string): CycleLine | null {
  const before = workingLeg(position);
  const after = before === null ? null : legAfter(before, event, baseAsset);
  if (before === null || after === null) return null;
  const side = after.request.side.toLowerCase();
  const fields = legFields(after);
  if (!isOpen(before.status)) return null;
  if (!isOpen(after.status)) {
    const how = ENDS[after.status] ?? `was ended by the exchange as ${after.status}`;
    return { level: 'info', message: `${side} ${how}`, fields };
  }
  if (!after.filled.eq(before.filled)) return { level: 'debug', message: `${side} partly filled`, fields };
  if (before.orderId === null) return { level: 'debug', message: `${side} is on the book`, fields };
  return null;
}

const ENDS: Readonly<Partial<Record<Leg['status'], string>>> = {
  FILLED: 'filled',
  CANCELED: 'cancelled',
};

function legAfter(leg: Leg, event: CycleEvent, baseAsset: string): Leg | null {
  const { clientOrderId } = leg.request;
  if (event.kind === 'execution-report' && event.clientOrderId === clientOrderId)
    return afterReport(leg, event, baseAsset);
  if (event.kind === 'order-seen' && event.order.clientOrderId === clientOrderId)
    return afterSnapshot(leg, event.order, baseAsset);
  return null;
}

const legFields = ({ request, orderId, filled }: Leg): LogFields => ({
  ...orderFields(request),
  orderId,
  filled: toWire(filled),
});

/** How a cycle ended, and what it earned: net of the set rate on both legs. */
export function closedLine(
  closed: Closed,
  fee: Parameters<typeof earnedBy>[1],
  quoteAsset: string,
): CycleLine {
  const { isSold, net, fees } = earnedBy(closed, fee);
  const earned = isSold ? { profit: net.toFixed(), fees: fees.toFixed(), quoteAsset } : {};
  return { level: 'info', message: `cycle closed: ${describeResult(closed.result)}`, fields: earned };
}

const describeResult = (result: CycleResult): string =>
  result.kind === 'dust' ? `${result.quantity.toFixed()} is too little to be sold again` : result.kind;
