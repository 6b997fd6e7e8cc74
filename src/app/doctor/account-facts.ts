import { z } from 'zod';
import type { Decimal } from '../../domain/decimal.js';
import type { RestRequest } from '../../exchange/binance/rest/requests.js';
import { account } from '../../exchange/binance/rest/requests.js';
import { decimal, decoder } from '../../exchange/binance/rest/wire.js';

/** What the exchange tells of an account that trading does not ask. */
export interface AccountFacts {
  readonly canTrade: boolean;
  readonly canWithdraw: boolean;
  /** Fractions. */
  readonly commission: { readonly maker: Decimal; readonly taker: Decimal };
}

export const accountFacts: RestRequest<AccountFacts> = {
  ...account,
  decode: decoder(
    z
      .looseObject({
        canTrade: z.boolean(),
        canWithdraw: z.boolean(),
        commissionRates: z.looseObject({ maker: decimal, taker: decimal }),
      })
      .transform(({ canTrade, canWithdraw, commissionRates: { maker, taker } }) => ({
        ...{ canTrade, canWithdraw, commission: { maker, taker } },
      })),
  ),
};
