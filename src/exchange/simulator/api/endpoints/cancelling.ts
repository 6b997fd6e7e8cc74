import type { Order } from '../../../../domain/order.js';
import type { Json } from '../api-types.js';
import type { Call, Endpoints, Grounds } from '../endpoint.js';
import { cancelledJson } from '../order-json.js';
import { Refusal, refusalOf, unknownOrder } from '../refusal.js';
import { checkNamesAnOrder, factsOf, NAMES_AN_ORDER, namedOrder } from './order-lookup.js';
import { symbolOf } from './symbol-choice.js';

/** The status that an order must have for a cancel that is restricted so. */
const RESTRICTIONS: ReadonlyMap<string, Order['status']> = new Map([
  ['ONLY_NEW', 'NEW'],
  ['ONLY_PARTIALLY_FILLED', 'PARTIALLY_FILLED'],
]);

async function cancelled(on: Grounds, call: Call, order: Order, cancelId: string): Promise<Json> {
  const { account } = call;
  const { symbol, orderId } = order;
  const takeAway = on.cancelIds.assign(account, symbol, orderId, cancelId);
  const outcome = await on.exchange.cancelOrder({ account, symbol, key: { orderId } });
  if (outcome.kind === 'cancelled') return cancelledJson(outcome.order, factsOf(on, call, outcome.order));
  takeAway();
  throw refusalOf(outcome);
}

async function cancel(on: Grounds, call: Call): Promise<Json> {
  const { params } = call;
  const restriction = params.get('cancelRestrictions');
  if (restriction !== undefined && !RESTRICTIONS.has(restriction))
    throw new Refusal(-1145, 'Invalid cancelRestrictions');
  const { symbol } = await symbolOf(on, call);
  const order = await namedOrder(on, call, symbol);
  if (order === undefined) throw unknownOrder();
  if (restriction !== undefined && RESTRICTIONS.get(restriction) !== order.status)
    throw new Refusal(-2011, 'Order was not canceled due to cancel restrictions.');
  return cancelled(on, call, order, params.get('newClientOrderId') ?? on.newId());
}

/** Order by order. One that was filled meanwhile is left out. */
async function cancelAll(on: Grounds, call: Call): Promise<Json> {
  const { symbol } = await symbolOf(on, call);
  const done: Json[] = [];
  for (const order of await on.exchange.openOrders({ account: call.account, symbol })) {
    const answer = await cancelled(on, call, order, on.newId()).catch(whenNotOpen);
    if (answer !== null) done.push(answer);
  }
  if (done.length === 0) throw unknownOrder();
  return done;
}

function whenNotOpen(error: unknown): null {
  if (error instanceof Refusal && error.code === unknownOrder().code) return null;
  throw error;
}

export const CANCELLING: Endpoints = {
  'DELETE /api/v3/order': {
    security: 'TRADE',
    weight: 1,
    freeWhenDone: true,
    required: { symbol: 'text' },
    optional: { ...NAMES_AN_ORDER, newClientOrderId: 'clientOrderId', cancelRestrictions: 'text' },
    check: checkNamesAnOrder,
    run: cancel,
  },
  'DELETE /api/v3/openOrders': {
    security: 'TRADE',
    weight: 1,
    freeWhenDone: true,
    required: { symbol: 'text' },
    optional: {},
    run: cancelAll,
  },
};
