import type { CancelledOrder } from '../../control/order-cancel.js';
import { InputError, quoted } from '../../platform/input-error.js';
import { MachineError } from '../../platform/machine-error.js';
import type { CancelOptions } from './order-command.js';
import { cancelText, notCancelled } from './order-report.js';
import { hedgehogToAsk } from './running-hedgehog.js';
import { say } from './say.js';

/** Throws InputError, with nothing cancelled, for what cannot be; MachineError when an order was not cancelled all the same. */
export async function cancelOrders(ids: readonly string[], { symbol, json }: CancelOptions): Promise<void> {
  const named = ids.map((id) => orderNamed(id, symbol));
  const { orders } = await hedgehogToAsk('full').post<{ orders: readonly CancelledOrder[] }>(
    '/v1/orders/cancel',
    { orders: named },
  );
  say(json ? JSON.stringify(orders) : cancelText(orders));
  const problem = notCancelled(orders);
  if (problem !== null) throw new MachineError(problem);
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
