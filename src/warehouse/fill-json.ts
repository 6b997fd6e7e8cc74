import { Decimal } from '../domain/decimal.js';
import type { Fill } from '../domain/order.js';

/** A fill as JSON; decimals as plain text, so that none is rounded. */
export interface FillJson {
  readonly tradeId: number;
  readonly price: string;
  readonly quantity: string;
  readonly commission: string;
  readonly commissionAsset: string | null;
  readonly time: number;
}

export const fillToJson = ({ price, quantity, commission, ...facts }: Fill): FillJson => ({
  ...facts,
  price: price.toFixed(),
  quantity: quantity.toFixed(),
  commission: commission.toFixed(),
});

export const fillFromJson = (json: FillJson): Fill => ({
  tradeId: json.tradeId,
  price: new Decimal(json.price),
  quantity: new Decimal(json.quantity),
  commission: new Decimal(json.commission),
  commissionAsset: json.commissionAsset,
  time: json.time,
});
