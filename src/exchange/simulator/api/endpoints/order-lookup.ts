import type { Order } from '../../../../domain/order.js';
import type { OrderKey } from '../../../../ports/exchange.js';
import type { Params } from '../../request-faults.js';
import type { Call, Grounds } from '../endpoint.js';
import type { OrderFacts } from '../order-json.js';
import { longOf } from '../params.js';
import { oneOfMandatory, Refusal } from '../refusal.js';
import { selfTradePreventionMode } from './symbol-choice.js';

export const NAMES_AN_ORDER = { orderId: 'long', origClientOrderId: 'clientOrderId' } as const;

export function checkNamesAnOrder(params: Params): void {
  if (!params.has('orderId') && !params.has('origClientOrderId'))
    throw oneOfMandatory('origClientOrderId', 'orderId');
}

/** What the answer says of an order beside what the exchange keeps of it. */
export const factsOf = (on: Grounds, { account, stamp }: Call, order: Order): OrderFacts => ({
  clientOrderId: on.cancelIds.current(account, order),
  selfTradePreventionMode: selfTradePreventionMode(on, order.symbol),
  stamp,
});

async function byKey(
  { exchange }: Grounds,
  account: string,
  symbol: string,
  key: OrderKey,
): Promise<Order | undefined> {
  const outcome = await exchange.getOrder({ account, symbol, key });
  return outcome.kind === 'found' ? outcome.order : undefined;
}

/** Whether a client order id is the order's: the one it goes by now, or the one it had before its cancel. */
const goesBy = (on: Grounds, account: string, order: Order, id: string): boolean =>
  on.cancelIds.current(account, order) === id || (on.cancelledFoundByOldId && order.clientOrderId === id);

/** By a client order id: the order that has it, or had it before its cancel, or else was given it by its cancel. */
async function byClientOrderId(
  on: Grounds,
  account: string,
  symbol: string,
  id: string,
): Promise<Order | undefined> {
  const named = await byKey(on, account, symbol, { clientOrderId: id });
  if (named !== undefined && goesBy(on, account, named, id)) return named;
  const orderId = on.cancelIds.orderId(account, symbol, id);
  return orderId === undefined ? undefined : byKey(on, account, symbol, { orderId });
}

/**
 * The order that a request names by `orderId`, by `origClientOrderId`, or by both, which then must agree (-2039); undefined when
 * there is none.
 */
export async function namedOrder(
  on: Grounds,
  { account, params }: Call,
  symbol: string,
): Promise<Order | undefined> {
  const orderId = longOf(params, 'orderId');
  const clientOrderId = params.get('origClientOrderId');
  if (orderId === undefined) return byClientOrderId(on, account, symbol, clientOrderId ?? '');
  const order = await byKey(on, account, symbol, { orderId });
  if (order === undefined || clientOrderId === undefined) return order;
  if (!goesBy(on, account, order, clientOrderId))
    throw new Refusal(-2039, 'Client order ID is not correct for this order ID.');
  return order;
}
