import { type Decimal, toWire, ZERO } from '../../../domain/decimal.js';
import type { Fill, Order } from '../../../domain/order.js';
import type { SymbolInfo } from '../../../domain/symbol-info.js';
import type { TradeEvent } from '../../../domain/trade-event.js';
import type { Json } from './api-types.js';

type Stamp = (ms: number) => number;
type Assets = Pick<SymbolInfo, 'baseAsset' | 'quoteAsset'>;
type JsonObject = { readonly [field: string]: Json };

/** What is said of an order beside what it is itself. */
export interface OrderFacts {
  /** The client order id that it goes by now. */
  readonly clientOrderId: string;
  readonly selfTradePreventionMode: string;
  readonly stamp: Stamp;
}

export const quoteQuantity = (fills: readonly Pick<Fill, 'price' | 'quantity'>[]): Decimal =>
  fills.reduce((sum, { price, quantity }) => sum.plus(price.times(quantity)), ZERO);

const NO_LIST = -1;
const NONE = toWire(ZERO);

const amounts = (order: Order): JsonObject => ({
  price: toWire(order.price),
  origQty: toWire(order.quantity),
  executedQty: toWire(order.executedQuantity),
  origQuoteOrderQty: NONE,
  cummulativeQuoteQty: toWire(quoteQuantity(order.fills)),
  status: order.status,
  timeInForce: 'GTC',
  type: 'LIMIT',
  side: order.side,
});

/** As order queries have it. */
export const orderJson = (
  order: Order,
  { clientOrderId, selfTradePreventionMode, stamp }: OrderFacts,
): JsonObject => ({
  symbol: order.symbol,
  orderId: order.orderId,
  orderListId: NO_LIST,
  clientOrderId,
  ...amounts(order),
  stopPrice: NONE,
  icebergQty: NONE,
  time: stamp(order.createdTime),
  updateTime: stamp(order.updatedTime),
  isWorking: true,
  workingTime: stamp(order.createdTime),
  selfTradePreventionMode,
});

export type ResponseType = 'ACK' | 'RESULT' | 'FULL';

/** The answer to a placement. */
export function placedJson(
  order: Order,
  { clientOrderId, selfTradePreventionMode, stamp }: OrderFacts,
  type: ResponseType,
  assets: Assets,
): JsonObject {
  const ack: JsonObject = {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: NO_LIST,
    clientOrderId,
    transactTime: stamp(order.updatedTime),
  };
  if (type === 'ACK') return ack;
  const result: JsonObject = {
    ...ack,
    ...amounts(order),
    workingTime: stamp(order.createdTime),
    selfTradePreventionMode,
  };
  return type === 'RESULT'
    ? result
    : { ...result, fills: order.fills.map((fill) => fillJson(order, fill, assets)) };
}

/** The answer to a cancel: `clientOrderId` is the cancel's, `origClientOrderId` the order's own. */
export const cancelledJson = (
  order: Order,
  { clientOrderId, selfTradePreventionMode, stamp }: OrderFacts,
): JsonObject => ({
  symbol: order.symbol,
  origClientOrderId: order.clientOrderId,
  orderId: order.orderId,
  orderListId: NO_LIST,
  clientOrderId,
  transactTime: stamp(order.updatedTime),
  ...amounts(order),
  selfTradePreventionMode,
});

const fillJson = (order: Order, fill: Fill, assets: Assets): JsonObject => ({
  price: toWire(fill.price),
  qty: toWire(fill.quantity),
  ...commissionOf(order, fill, assets),
  tradeId: fill.tradeId,
});

/** A fill that cost nothing still names an asset: what was received. */
const commissionOf = (
  { side }: Order,
  { commission, commissionAsset }: Fill,
  { baseAsset, quoteAsset }: Assets,
): JsonObject => ({
  commission: toWire(commission),
  commissionAsset: commissionAsset ?? (side === 'BUY' ? baseAsset : quoteAsset),
});

/** A row of myTrades. Orders are filled by trades of others that come later, so they are makers. */
export const ownTradeJson = (order: Order, fill: Fill, assets: Assets, stamp: Stamp): JsonObject => ({
  symbol: order.symbol,
  id: fill.tradeId,
  orderId: order.orderId,
  orderListId: NO_LIST,
  price: toWire(fill.price),
  qty: toWire(fill.quantity),
  quoteQty: toWire(fill.price.times(fill.quantity)),
  ...commissionOf(order, fill, assets),
  time: stamp(fill.time),
  isBuyer: order.side === 'BUY',
  isMaker: true,
  isBestMatch: true,
});

/** A row of trades and historicalTrades. */
export const publicTradeJson = (trade: TradeEvent, stamp: Stamp): JsonObject => ({
  id: trade.tradeId,
  price: toWire(trade.price),
  qty: toWire(trade.quantity),
  quoteQty: toWire(trade.price.times(trade.quantity)),
  time: stamp(trade.tradeTime),
  isBuyerMaker: trade.buyerIsMaker,
  isBestMatch: true,
});

/** A row of aggTrades; each trade is one of its own, with its own id. */
export const aggregateTradeJson = (trade: TradeEvent, stamp: Stamp): JsonObject => ({
  a: trade.tradeId,
  p: toWire(trade.price),
  q: toWire(trade.quantity),
  f: trade.tradeId,
  l: trade.tradeId,
  T: stamp(trade.tradeTime),
  m: trade.buyerIsMaker,
  M: true,
});
