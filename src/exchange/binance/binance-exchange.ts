import { type Decimal, isBelow, ZERO } from '../../domain/decimal.js';
import type { Order } from '../../domain/order.js';
import { type Address, type PubSubProtocol, publication, publishAll, type Sender } from '../../otp/index.js';
import type { CancelOutcome, Exchange, OrderKey } from '../../ports/exchange.js';
import { orders } from '../../ports/topics.js';
import type { BinanceRest } from './binance-rest.js';
import { fillsOf, lookUpOrder } from './order-lookup.js';
import { cancelIdOf } from './rest/cancel-id.js';
import type { RestOutcome } from './rest/outcome.js';
import { cancelOrder, commission, openOrders, queryOrder } from './rest/requests.js';

export interface BinanceExchange extends Exchange {
  /** The fraction of what it receives that an order of the symbol pays at most; null when it cannot be told now. */
  commissionRate(symbol: string): Promise<Decimal | null>;
}

const OUTCOME_UNKNOWN = { kind: 'outcome-unknown' } as const;

/** What becomes of an order request, when it is not done. */
const notDone = (outcome: Exclude<RestOutcome<unknown>, { kind: 'ok' }>) =>
  outcome.kind === 'unknown' ? OUTCOME_UNKNOWN : outcome;

/** Binance's REST API behind the Exchange port. Execution reports come from the user data stream, and not from here. */
export function binanceExchange(
  sender: Sender,
  rest: BinanceRest,
  pubsub: Address<PubSubProtocol>,
): BinanceExchange {
  const tell = (seen: readonly Order[]): void => {
    const tidings = seen.map((order) => publication(orders(order.symbol), { kind: 'order-update', order }));
    publishAll(sender, pubsub, tidings);
  };

  const cancel = async (symbol: string, key: OrderKey): Promise<CancelOutcome> => {
    const clientOrderId = await ownIdOf(rest, symbol, key);
    const outcome = await rest.ask(cancelOrder(symbol, key, cancelIdOf(clientOrderId)));
    if (outcome.kind !== 'ok') return notDone(outcome);
    const order = await completed(rest, outcome.value);
    tell([order]);
    return { kind: 'cancelled', order };
  };

  return {
    symbolInfo: (symbol) => rest.symbolInfo(symbol),
    async placeOrder(request) {
      const outcome = await rest.place(request);
      if (outcome.kind !== 'ok') return notDone(outcome);
      tell([outcome.value]);
      return { kind: 'placed', order: outcome.value };
    },
    cancelOrder: cancel,
    async getOrder(symbol, key) {
      const outcome = await lookUpOrder(rest, symbol, key);
      if (outcome.kind === 'found') tell([outcome.order]);
      return outcome;
    },
    async openOrders(symbol) {
      const outcome = await rest.ask(openOrders(symbol));
      if (outcome.kind !== 'ok') throw new Error(`the open orders cannot be listed: ${outcome.kind}`);
      tell(outcome.value);
      return outcome.value;
    },
    async commissionRate(symbol) {
      const outcome = await rest.ask(commission(symbol));
      return outcome.kind === 'ok' ? outcome.value : null;
    },
  };
}

/** The order's client order id, from which that of its cancel follows; of one that is not found, a stand-in. */
async function ownIdOf(rest: BinanceRest, symbol: string, key: OrderKey): Promise<string> {
  if (!('orderId' in key)) return key.clientOrderId;
  if (key.clientOrderId !== undefined) return key.clientOrderId;
  const found = await rest.ask(queryOrder(symbol, key));
  return found.kind === 'ok' ? found.value.clientOrderId : String(key.orderId);
}

/** A cancelled order with what the answer to a cancel does not tell, as far as it can be learnt. */
async function completed(rest: BinanceRest, cancelled: Order): Promise<Order> {
  const { symbol, orderId, executedQuantity } = cancelled;
  const found = await rest.ask(queryOrder(symbol, { orderId }));
  const order = found.kind === 'ok' ? { ...cancelled, createdTime: found.value.createdTime } : cancelled;
  if (!isBelow(ZERO, executedQuantity)) return order;
  const fills = await fillsOf(rest, order);
  return fills.kind === 'ok' ? { ...order, fills: fills.value } : order;
}
