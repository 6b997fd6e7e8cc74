import type { CancelledOrder } from '../../control/order-cancel.js';
import { InputError, quoted } from '../../platform/input-error.js';
import { MachineError } from '../../platform/machine-error.js';
import type { CancelOptions } from './order-command.js';
import { hedgehogToAsk } from './running-hedgehog.js';
import { say } from './say.js';

/** Throws InputError, with nothing cancelled, for what cannot be; MachineError when an order was not cancelled all the same. */
export async function cancelOrders(ids: readonly string[], { symbol, json }: CancelOptions): Promise<void> {
  const named = [...new Set(ids)].map((id) => orderNamed(id, symbol));
  const { orders } = await hedgehogToAsk('full').post<{ orders: readonly CancelledOrder[] }>(
    '/v1/orders/cancel',
    { orders: named },
  );
  say(json ? JSON.stringify(orders) : orders.map(described).join('\n'));
  const failed = orders.filter(({ outcome }) => outcome !== 'cancelled').length;
  if (failed > 0) throw new MachineError(`${failed} of ${orders.length} not cancelled`);
}

function orderNamed(id: string, symbol: string | undefined): object {
  const isOrderId = /^\d+$/.test(id) && Number.isSafeInteger(Number(id));
  if (symbol !== undefined) {
    if (isOrderId) return { symbol, orderId: Number(id) };
    throw new InputError(
      `ID is ${quoted(id)}; allowed with --symbol is the exchange's order id, a whole number`,
    );
  }
  if (!/^\d*$/.test(id)) return { clientOrderId: id };
  throw new InputError(
    `ID is ${quoted(id)}; allowed is a client order id, or with --symbol the exchange's order id; hedgehog orders shows both`,
  );
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
