import { z } from 'zod';
import type { Fill } from '../../../domain/order.js';
import type { TradeEvent } from '../../../domain/trade-event.js';
import { type Decoder, decimal, decoder, name, positiveDecimal, wholeNumber } from './wire.js';

const isAscending = (ids: readonly number[]): boolean =>
  ids.every((id, index) => index === 0 || id > (ids[index - 1] as number));

const publicTrade = z.looseObject({
  id: wholeNumber,
  price: positiveDecimal,
  qty: positiveDecimal,
  time: wholeNumber,
  isBuyerMaker: z.boolean(),
});

/** Public trades of a symbol from a trade id on, by ascending id. What is told late has no other event time. */
export const decodeTrades = (symbol: string, fromId: number): Decoder<readonly TradeEvent[]> =>
  decoder(
    z
      .array(publicTrade)
      .refine((trades) => isAscending([fromId - 1, ...trades.map(({ id }) => id)]))
      .transform((trades) =>
        trades.map(
          ({ id, price, qty, time, isBuyerMaker }): TradeEvent => ({
            kind: 'trade-event',
            symbol,
            tradeId: id,
            price,
            quantity: qty,
            tradeTime: time,
            eventTime: time,
            buyerIsMaker: isBuyerMaker,
            origin: 'exchange',
          }),
        ),
      ),
  );

/** A fill of ours, and of which order. */
export interface OwnTrade {
  readonly orderId: number;
  readonly fill: Fill;
}

/** Our trades on a symbol, by ascending id. */
export const decodeOwnTrades = (symbol: string): Decoder<readonly OwnTrade[]> =>
  decoder(
    z
      .array(
        z.looseObject({
          symbol: z.literal(symbol),
          id: wholeNumber,
          orderId: wholeNumber,
          price: decimal,
          qty: decimal,
          commission: decimal,
          commissionAsset: name,
          time: wholeNumber,
        }),
      )
      .transform((trades) =>
        trades
          .map(({ id, orderId, price, qty, commission, commissionAsset, time }): OwnTrade => {
            return {
              orderId,
              fill: { tradeId: id, price, quantity: qty, commission, commissionAsset, time },
            };
          })
          .toSorted((a, b) => a.fill.tradeId - b.fill.tradeId),
      )
      .refine((trades) => isAscending(trades.map(({ fill }) => fill.tradeId))),
  );
