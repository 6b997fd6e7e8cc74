import type { Decimal } from '../../../domain/decimal.js';
import type { Order, OrderRequest } from '../../../domain/order.js';
import type { TradeEvent } from '../../../domain/trade-event.js';
import type { OrderKey } from '../../../ports/exchange.js';
import type { Params } from '../signing.js';
import { type Account, decodeAccount, decodeCommission } from './account-wire.js';
import { RECV_WINDOW_MS } from './arrivals.js';
import type { HttpRequest } from './http.js';
import { decodeCancelled, decodeOrder, decodeOrders, decodePlaced } from './order-wire.js';
import type { Cost, Priority } from './rate-limits.js';
import { decodeRules, decodeServerTime, type ExchangeRules } from './rules-wire.js';
import { decodeOwnTrades, decodeTrades, type OwnTrade } from './trade-wire.js';
import type { Decoder } from './wire.js';

/** A request as it is asked for: what to send, what it costs, and how its answer reads. */
export interface RestRequest<T> {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly params: Params;
  readonly signed: boolean;
  readonly cost: Cost;
  /** How long it may wait for its turn. Then it is not sent. */
  readonly patienceMs: number;
  readonly decode: Decoder<T>;
  /** The order that it places, for one that does. */
  readonly places?: { readonly symbol: string; readonly clientOrderId: string };
}

/** A price of some seconds ago is not worth an order. */
const ORDER_PATIENCE_MS = 2_000;
const PATIENCE_MS = 5_000;
const BACKFILL_PATIENCE_MS = 60_000;

const costs = (priority: Priority, weight: number): Cost => ({ priority, weight, orders: 0 });

function get<T>(path: string, params: Params, weight: number, decode: Decoder<T>): RestRequest<T> {
  const cost = costs('look-up', weight);
  return { method: 'GET', path, params, signed: false, cost, patienceMs: PATIENCE_MS, decode };
}

const signed = <T>(request: RestRequest<T>): RestRequest<T> => ({
  ...request,
  signed: true,
  params: { ...request.params, recvWindow: RECV_WINDOW_MS },
});

const keyParams = (key: OrderKey): Params =>
  'orderId' in key ? { orderId: key.orderId } : { origClientOrderId: key.clientOrderId };

export const serverTime: RestRequest<number> = get('/api/v3/time', {}, 1, decodeServerTime);

/** Without the permissions of each symbol, which are half of its bytes. */
export const exchangeRules: RestRequest<ExchangeRules> = get(
  '/api/v3/exchangeInfo',
  { showPermissionSets: false },
  20,
  decodeRules,
);

/** @param limit at most 1,000 */
export const historicalTrades = (
  symbol: string,
  fromId: number,
  limit: number,
): RestRequest<readonly TradeEvent[]> => ({
  ...get('/api/v3/historicalTrades', { symbol, fromId, limit }, 25, decodeTrades(symbol, fromId)),
  cost: costs('backfill', 25),
  patienceMs: BACKFILL_PATIENCE_MS,
});

export function placeLimitOrder(request: OrderRequest): RestRequest<Order> {
  const { symbol, side, price, quantity, clientOrderId } = request;
  return signed({
    method: 'POST',
    path: '/api/v3/order',
    params: {
      symbol,
      side,
      type: 'LIMIT',
      timeInForce: 'GTC',
      // Without zeros at the end: they may count as decimals that the symbol does not allow.
      quantity: quantity.toFixed(),
      price: price.toFixed(),
      newClientOrderId: clientOrderId,
      newOrderRespType: 'FULL',
    },
    signed: true,
    cost: { priority: 'order', weight: 1, orders: 1 },
    patienceMs: ORDER_PATIENCE_MS,
    decode: decodePlaced(request),
    places: { symbol, clientOrderId },
  });
}

/** @param cancelId the client order id of the cancel itself */
export const cancelOrder = (symbol: string, key: OrderKey, cancelId: string): RestRequest<Order> =>
  signed({
    method: 'DELETE',
    path: '/api/v3/order',
    params: { symbol, ...keyParams(key), newClientOrderId: cancelId },
    signed: true,
    cost: costs('cancel', 1),
    patienceMs: PATIENCE_MS,
    decode: (json) => about(symbol, key, decodeCancelled(json)),
  });

export const queryOrder = (symbol: string, key: OrderKey): RestRequest<Order> =>
  signed(
    get('/api/v3/order', { symbol, ...keyParams(key) }, 4, (json) => about(symbol, key, decodeOrder(json))),
  );

// Not the client order id: a cancelled order may be told by another than the one it was asked for by.
const about = (symbol: string, key: OrderKey, order: Order | undefined): Order | undefined =>
  order?.symbol === symbol && (!('orderId' in key) || order.orderId === key.orderId) ? order : undefined;

/** Of one symbol, or of all, which is dear. */
export const openOrders = (symbol?: string): RestRequest<readonly Order[]> =>
  signed(get('/api/v3/openOrders', { symbol }, symbol === undefined ? 80 : 6, decodeOrders));

/** At most 1,000 trades: of one order, or from a trade id on; of an order from a trade id on, when both are given. */
export const myTrades = (
  symbol: string,
  { orderId, fromId }: { readonly orderId?: number; readonly fromId?: number },
): RestRequest<readonly OwnTrade[]> =>
  signed(
    get(
      '/api/v3/myTrades',
      { symbol, orderId, fromId, limit: MOST_TRADES },
      orderId === undefined ? 20 : 5,
      decodeOwnTrades(symbol),
    ),
  );

export const MOST_TRADES = 1_000;

export const account: RestRequest<Account> = signed(
  get('/api/v3/account', { omitZeroBalances: true }, 20, decodeAccount),
);

export const commission = (symbol: string): RestRequest<Decimal> =>
  signed(get('/api/v3/account/commission', { symbol }, 20, decodeCommission(symbol)));
