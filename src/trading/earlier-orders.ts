import type { Order, OrderRequest } from '../domain/order.js';
import type { Exchange, PlaceOutcome, Rejected } from '../ports/exchange.js';
import type { Log } from '../ports/log.js';

export interface EarlierOrdersDeps {
  /** What the client order ids of the store begin with now. */
  readonly orderIdPrefix: string;
  readonly log: Log;
}

/**
 * An exchange on which an order of a cycle from before the store was restored is looked up before it is placed.
 *
 * Such a cycle goes on under its old ids. After the backup it went on as well, in a life that nobody here knows of, and the order
 * that comes next may have been placed then, under just that id. It is then taken for what it is, and not placed once more.
 */
export function lookingForEarlier(exchange: Exchange, deps: EarlierOrdersDeps): Exchange {
  const isOfNow = ({ clientOrderId }: OrderRequest): boolean =>
    clientOrderId.startsWith(`${deps.orderIdPrefix}-`);
  return {
    ...exchange,
    placeOrder: (request) =>
      isOfNow(request) ? exchange.placeOrder(request) : placeUnlessThere(exchange, request, deps.log),
  };
}

/** Attempts that are looked for. One that was refused left nothing on the exchange, and the next may have been taken. */
const ATTEMPTS = 10;

async function placeUnlessThere(exchange: Exchange, request: OrderRequest, log: Log): Promise<PlaceOutcome> {
  const { symbol, clientOrderId } = request;
  for (const id of [clientOrderId, ...laterAttempts(clientOrderId)]) {
    const outcome = await exchange.getOrder(symbol, { clientOrderId: id });
    switch (outcome.kind) {
      case 'unavailable':
        // Nothing was placed: the same to whoever asked as an exchange that had no time.
        return { kind: 'rate-limited', retryAfterMs: outcome.retryAfterMs };
      case 'found':
        if (id !== clientOrderId || !isTheSame(request, outcome.order)) return refused(outcome.order);
        log.warn('an order was placed already, after the backup that was restored; it is taken up', {
          ...{ symbol, clientOrderId, orderId: outcome.order.orderId, status: outcome.order.status },
        });
        return { kind: 'placed', order: outcome.order };
      case 'absent':
    }
  }
  return exchange.placeOrder(request);
}

function laterAttempts(clientOrderId: string): readonly string[] {
  const [, head = '', attempt = ''] = /^(.*-[BS])(\d+)$/.exec(clientOrderId) ?? [];
  return Array.from({ length: ATTEMPTS - 1 }, (_, index) => `${head}${Number(attempt) + 1 + index}`);
}

/** What was bought is sold once, at whatever price; but a cycle does not take another buy for its own. */
const isTheSame = ({ side, price, quantity }: OrderRequest, order: Order): boolean =>
  side === order.side && (side === 'SELL' || (price.eq(order.price) && quantity.eq(order.quantity)));

/** The exchange's code for an order that it has already. */
const DUPLICATE = -2010;

const refused = ({ clientOrderId, side, status }: Order): Rejected => ({
  kind: 'rejected',
  code: DUPLICATE,
  reason:
    `${clientOrderId}, a ${side.toLowerCase()} placed after the backup that was restored, is on the exchange as ${status}; ` +
    'nothing is placed beside it. Settings of the symbol that are set again have the cycle go on from there',
});
