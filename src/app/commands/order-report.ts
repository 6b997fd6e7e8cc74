import type { CancelledOrder } from '../../control/order-cancel.js';

/** What became of each order that was to be cancelled, as a person reads it. */
export const cancelText = (orders: readonly CancelledOrder[]): string => orders.map(described).join('\n');

/** How many are not cancelled; null when all are. */
export function notCancelled(orders: readonly CancelledOrder[]): string | null {
  const failed = orders.filter(({ outcome }) => outcome !== 'cancelled').length;
  return failed === 0 ? null : `${failed} of ${orders.length} not cancelled`;
}

function described(order: CancelledOrder): string {
  const { side, quantity, symbol, price, clientOrderId, cycle } = order;
  const what = `${side} ${quantity} ${symbol} at ${price} (${clientOrderId})`;
  const line = `${headOf(order)}: ${what}, ${order.executedQuantity} of ${quantity} filled`;
  return cycle === null ? line : `${line}\n  its cycle ${cycle.cycleId} (${cycle.phase}): ${cycle.next}`;
}

function headOf({ outcome, status, reason }: CancelledOrder): string {
  switch (outcome) {
    case 'cancelled':
      return 'cancelled';
    case 'ended-before':
      return `not cancelled, it had ended as ${status}`;
    case 'open':
      return `open still, ${reason}`;
    case 'unknown':
      return `outcome unknown, ${reason}`;
  }
}
