import { type Decimal, ONE, ZERO } from '../../domain/decimal.js';
import type { Order } from '../../domain/order.js';
import type { Assets, Tiding } from './trading-ledger.js';

/** An amount with its sign, every digit of it: `+0.0321`. */
export const signed = (amount: Decimal): string => `${amount.lt(ZERO) ? '' : '+'}${amount.toFixed()}`;

/** Money with its sign: `+0.0321 USDT`. */
export const signedMoney = (amount: Decimal, asset: string): string => `${signed(amount)} ${asset}`;

export const number = (count: number): string => count.toLocaleString('en-US');

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

const HUNDRED = ONE.times('100');

/** How far a price is from another, in per cent of that one, cut to two decimals: `+0.37%`. */
export function distance(price: Decimal, from: Decimal): string {
  const text = price.minus(from).div(from).times(HUNDRED).toFixed(2, 0);
  return `${text.startsWith('-') ? '' : '+'}${text}%`;
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)}s`;

const offer = ({ quantity, price }: Order, { baseAsset }: Assets): string =>
  `${quantity.toFixed()} ${baseAsset} at ${price.toFixed()}`;

const name = ({ orderId }: Order): string => `order ${orderId}`.padEnd(9);

/** A tiding in a line for people. */
export function lineOf(tiding: Tiding, assets: Assets): string {
  switch (tiding.kind) {
    case 'placed': {
      const { order, positions } = tiding;
      if (order.side === 'SELL') return `${name(order)} sell ${offer(order, assets)} placed`;
      const beside = positions === 0 ? '' : `, beside ${counted(positions, 'position')} for sale`;
      return `${name(order)} buy  ${offer(order, assets)} placed${beside}`;
    }
    case 'filled':
      return `${name(tiding.order)} ${filled(tiding.order, assets)}`;
    case 'ended':
      return `${name(tiding.order)} ${tiding.order.side.toLowerCase()} ended: ${tiding.order.status.toLowerCase()}`;
    case 'cycle-closed': {
      const { sell, profit, totals } = tiding;
      const what =
        sell === null ? 'too little was bought to be sold' : `${name(sell)} ${filled(sell, assets)}`;
      const sum = `${signed(totals.realisedProfit)} in ${counted(totals.cycles, 'cycle')}`;
      return `${what}: ${signedMoney(profit, assets.quoteAsset)} after commission, ${sum}`;
    }
  }
}

const filled = (order: Order, assets: Assets): string =>
  `${order.side === 'BUY' ? 'bought' : 'sold'} ${offer(order, assets)} in ${counted(order.fills.length, 'fill')}`;
