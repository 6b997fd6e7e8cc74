import { z } from 'zod';
import type { Decimal } from '../../../domain/decimal.js';
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

const rates = z.looseObject({ maker: decimal, buyer: decimal });

/**
 * The fraction of what it receives that a resting buy pays: its standard, special and tax parts, each for the maker and for
 * the buyer.
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
        [specialCommission, taxCommission].reduce(
          (sum, { maker, buyer }) => sum.plus(maker).plus(buyer),
          standardCommission.maker.plus(standardCommission.buyer),
        ),
      ),
  );
