import { z } from 'zod';
import { type Decimal, isBelow, ZERO } from '../../../domain/decimal.js';
import type { Fill, Order, OrderRequest, OrderStatus } from '../../../domain/order.js';
import { originalIdOf } from './cancel-id.js';
import { type Decoder, decimal, decoder, name, wholeNumber } from './wire.js';

/** @see Binance spot docs, enums.md, "Order status" (read 2026-07) */
const status = z.enum([
  'NEW',
  'PARTIALLY_FILLED',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'EXPIRED_IN_MATCH',
  'PENDING_NEW',
  'PENDING_CANCEL',
]);

/** Orders of a list that wait for their turn, and a status that Binance documents as unused, are open to us. */
function domainStatus(wire: z.infer<typeof status>, executed: Decimal): OrderStatus {
  if (wire !== 'PENDING_NEW' && wire !== 'PENDING_CANCEL') return wire;
  return isBelow(ZERO, executed) ? 'PARTIALLY_FILLED' : 'NEW';
}

const terms = {
  symbol: name,
  orderId: wholeNumber,
  side: z.enum(['BUY', 'SELL']),
  price: decimal,
  origQty: decimal,
  executedQty: decimal,
  status,
};

type Terms = z.infer<z.ZodObject<typeof terms>>;

const isPossible = ({ origQty, executedQty }: Terms): boolean => !isBelow(origQty, executedQty);

function orderOf(wire: Terms, clientOrderId: string, createdTime: number, updatedTime: number): Order {
  return {
    symbol: wire.symbol,
    side: wire.side,
    price: wire.price,
    quantity: wire.origQty,
    clientOrderId,
    orderId: wire.orderId,
    status: domainStatus(wire.status, wire.executedQty),
    executedQuantity: wire.executedQty,
    fills: [],
    createdTime,
    updatedTime,
  };
}

const found = z
  .looseObject({ ...terms, clientOrderId: name, time: wholeNumber, updateTime: wholeNumber })
  .refine(isPossible)
  // Once cancelled, an order goes by the id of its cancel.
  .transform((wire) => orderOf(wire, originalIdOf(wire.clientOrderId), wire.time, wire.updateTime));

/** An order as a look-up tells it; without fills, which it does not tell. */
export const decodeOrder: Decoder<Order> = decoder(found);

/** Open orders, by ascending order id. */
export const decodeOrders: Decoder<readonly Order[]> = decoder(
  z.array(found).transform((orders) => orders.toSorted((a, b) => a.orderId - b.orderId)),
);

const placed = z
  .looseObject({
    ...terms,
    clientOrderId: name,
    transactTime: wholeNumber,
    fills: z
      .array(
        z.looseObject({
          tradeId: wholeNumber,
          price: decimal,
          qty: decimal,
          commission: decimal,
          commissionAsset: name,
        }),
      )
      .default([]),
  })
  .refine(isPossible)
  .transform((wire): Order => {
    const order = orderOf(wire, wire.clientOrderId, wire.transactTime, wire.transactTime);
    const fills = wire.fills.map(({ tradeId, price, qty, commission, commissionAsset }): Fill => {
      // Placement tells no times of fills: they happened as it did.
      return { tradeId, price, quantity: qty, commission, commissionAsset, time: wire.transactTime };
    });
    return { ...order, fills: fills.toSorted((a, b) => a.tradeId - b.tradeId) };
  })
  .refine(({ fills, executedQuantity }) => areFillsOf(fills, executedQuantity));

/** Whether these can be fills of an order that was executed so far: each trade once, and no more than that together. */
function areFillsOf(fills: readonly Fill[], executed: Decimal): boolean {
  const sum = fills.reduce((total, { quantity }) => total.plus(quantity), ZERO);
  return new Set(fills.map(({ tradeId }) => tradeId)).size === fills.length && !isBelow(executed, sum);
}

/** The answer to a placement, with its fills. An order other than the one asked for is no answer to it. */
export const decodePlaced =
  (request: OrderRequest): Decoder<Order> =>
  (json) => {
    const order = decodePlacedOrder(json);
    return order !== undefined && isAsAsked(order, request) ? order : undefined;
  };

export const decodePlacedOrder: Decoder<Order> = decoder(placed);

const isAsAsked = (order: Order, request: OrderRequest): boolean =>
  order.symbol === request.symbol &&
  order.clientOrderId === request.clientOrderId &&
  order.side === request.side &&
  order.price.eq(request.price) &&
  order.quantity.eq(request.quantity);

/**
 * The answer to a cancel. It does not tell when the order was created: `createdTime` is the time of the cancel, until somebody
 * who knows it better puts it right.
 */
export const decodeCancelled: Decoder<Order> = decoder(
  z
    .looseObject({ ...terms, origClientOrderId: name, transactTime: wholeNumber })
    .refine(isPossible)
    .transform((wire) => orderOf(wire, wire.origClientOrderId, wire.transactTime, wire.transactTime)),
);
