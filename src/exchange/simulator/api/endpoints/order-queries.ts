import type { Order } from '../../../../domain/order.js';
import type { Json } from '../api-types.js';
import type { Call, Endpoints, Grounds } from '../endpoint.js';
import { orderJson, ownTradeJson } from '../order-json.js';
import { limitOf, longOf, timeOf } from '../params.js';
import { Refusal } from '../refusal.js';
import { checkNamesAnOrder, factsOf, NAMES_AN_ORDER, namedOrder } from './order-lookup.js';
import { symbolOf } from './symbol-choice.js';
import { checkCombination, checkSpan, within } from './time-range.js';

const rows = (on: Grounds, call: Call, orders: readonly Order[]): Json =>
  orders.map((order) => orderJson(order, factsOf(on, call, order)));

async function oneOrder(on: Grounds, call: Call): Promise<Json> {
  const { symbol } = await symbolOf(on, call);
  const order = await namedOrder(on, call, symbol);
  if (order === undefined) throw new Refusal(-2013, 'Order does not exist.');
  return orderJson(order, factsOf(on, call, order));
}

async function openOrders(on: Grounds, call: Call): Promise<Json> {
  const symbol = call.params.has('symbol') ? (await symbolOf(on, call)).symbol : undefined;
  return rows(on, call, await on.exchange.openOrders({ account: call.account, symbol }));
}

/** The newest, unless an order id or a time says where to begin. */
async function allOrders(on: Grounds, call: Call): Promise<Json> {
  const { params, account } = call;
  checkSpan(params);
  const limit = limitOf(params);
  const fromId = longOf(params, 'orderId');
  const { symbol } = await symbolOf(on, call);
  const orders = (await on.exchange.orders({ account, symbol })).filter(
    (order) => order.orderId >= (fromId ?? 0) && within(params, order.createdTime),
  );
  const isFromThere = fromId !== undefined || timeOf(params, 'startTime') !== undefined;
  return rows(on, call, isFromThere ? orders.slice(0, limit) : orders.slice(-limit));
}

/** By trade id. The newest, unless a trade id or a time says where to begin. */
async function myTrades(on: Grounds, call: Call): Promise<Json> {
  const { params, account, stamp } = call;
  checkCombination(params);
  checkSpan(params);
  const limit = limitOf(params);
  const orderId = longOf(params, 'orderId');
  const fromId = longOf(params, 'fromId');
  const info = await symbolOf(on, call);
  const trades = (await on.exchange.orders({ account, symbol: info.symbol }))
    .filter((order) => orderId === undefined || order.orderId === orderId)
    .flatMap((order) => order.fills.map((fill) => ({ order, fill })))
    .filter(({ fill }) => fill.tradeId >= (fromId ?? 0) && within(params, fill.time))
    .toSorted((one, other) => one.fill.tradeId - other.fill.tradeId);
  const isFromThere = fromId !== undefined || timeOf(params, 'startTime') !== undefined;
  const chosen = isFromThere ? trades.slice(0, limit) : trades.slice(-limit);
  return chosen.map(({ order, fill }) => ownTradeJson(order, fill, info, stamp));
}

export const ORDER_QUERIES: Endpoints = {
  'GET /api/v3/order': {
    security: 'USER_DATA',
    weight: 4,
    required: { symbol: 'text' },
    optional: NAMES_AN_ORDER,
    check: checkNamesAnOrder,
    run: oneOrder,
  },
  'GET /api/v3/openOrders': {
    security: 'USER_DATA',
    weight: (params) => (params.has('symbol') ? 6 : 80),
    required: {},
    optional: { symbol: 'text' },
    run: openOrders,
  },
  'GET /api/v3/allOrders': {
    security: 'USER_DATA',
    weight: 20,
    required: { symbol: 'text' },
    optional: { orderId: 'long', startTime: 'long', endTime: 'long', limit: 'long' },
    run: allOrders,
  },
  'GET /api/v3/myTrades': {
    security: 'USER_DATA',
    weight: (params) => (params.has('orderId') ? 5 : 20),
    required: { symbol: 'text' },
    optional: { orderId: 'long', startTime: 'long', endTime: 'long', fromId: 'long', limit: 'long' },
    run: myTrades,
  },
};
