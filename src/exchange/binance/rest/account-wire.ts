import { z } from 'zod';
import { type Decimal, maxOf } from '../../../domain/decimal.js';
import { type Decoder, decimal, decoder, name } from './wire.js';

/** What an account has of one asset. */
export interface AssetBalance {
  readonly asset: string;
  readonly free: Decimal;
  /** In open orders. */
  readonly locked: Decimal;
}

export interface Account {
  readonly canTrade: boolean;
  /** Ascending by asset. */
  readonly balances: readonly AssetBalance[];
}

export const decodeAccount: Decoder<Account> = decoder(
  z
    .looseObject({
      canTrade: z.boolean(),
      balances: z.array(z.looseObject({ asset: name, free: decimal, locked: decimal })),
    })
    .refine(({ balances }) => new Set(balances.map(({ asset }) => asset)).size === balances.length)
    .transform(({ canTrade, balances }) => ({
      canTrade,
      balances: balances
        .map(({ asset, free, locked }) => ({ asset, free, locked }))
        .toSorted((a, b) => (a.asset < b.asset ? -1 : 1)),
    })),
);

const rates = z
  .looseObject({ maker: decimal, taker: decimal, buyer: decimal, seller: decimal })
  .transform(({ maker, taker, buyer, seller }) => maxOf(maker, taker).plus(maxOf(buyer, seller)));

/**
 * The fraction of what it receives that an order pays at most: its standard, special and tax parts, each by the dearer of maker
 * and taker and of buyer and seller. A limit order may take as well as rest, and a cycle both buys and sells.
 */
export const decodeCommission = (symbol: string): Decoder<Decimal> =>
  decoder(
    z
      .looseObject({
        symbol: z.literal(symbol),
        standardCommission: rates,
        specialCommission: rates,
        taxCommission: rates,
      })
      .transform(({ standardCommission, specialCommission, taxCommission }) =>
        standardCommission.plus(specialCommission).plus(taxCommission),
      ),
  );
