import { type Decimal, ZERO } from '../../domain/decimal.js';
import type { Order } from '../../domain/order.js';
import { BASE_ASSET, QUOTE_ASSET } from './demo-terms.js';
import type { Tiding } from './trading-ledger.js';

/** Money with its sign: `+0.0321 USDT`. */
export const signedMoney = (amount: Decimal): string =>
  `${amount.lt(ZERO) ? '' : '+'}${amount.toFixed()} ${QUOTE_ASSET}`;

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

const offer = ({ quantity, price }: Order): string =>
  `${quantity.toFixed()} ${BASE_ASSET} at ${price.toFixed()}`;

const name = ({ orderId }: Order): string => `order ${orderId}`.padEnd(10);

/** A tiding in a line for people. */
export function lineOf(tiding: Tiding): string {
  switch (tiding.kind) {
    case 'placed': {
      const { order, positions } = tiding;
      if (order.side === 'SELL') return `${name(order)} sell ${offer(order)} placed`;
      const beside = positions === 0 ? '' : `, beside ${counted(positions, 'position')} for sale`;
      return `${name(order)} buy  ${offer(order)} placed${beside}`;
    }
    case 'partly-filled':
      return `${name(tiding.order)} ${sideOf(tiding.order)} partly filled: ${tiding.order.executedQuantity.toFixed()} of ${tiding.order.quantity.toFixed()} ${BASE_ASSET}`;
    case 'filled': {
      const { order } = tiding;
      const done = order.side === 'BUY' ? 'bought' : 'sold';
      return `${name(order)} ${done} ${offer(order)}, in ${counted(order.fills.length, 'fill')}`;
    }
    case 'ended':
      return `${name(tiding.order)} ${sideOf(tiding.order)} ended: ${tiding.order.status.toLowerCase()}`;
    case 'cycle-closed': {
      const { sell, profit, totals } = tiding;
      const sum = `${signedMoney(totals.realisedProfit)} in ${counted(totals.cycles, 'cycle')}`;
      return `${sell === null ? ' '.repeat(10) : name(sell)} profit ${signedMoney(profit)} after commission; so far ${sum}`;
    }
  }
}

const sideOf = ({ side }: Order): string => side.toLowerCase().padEnd(4);
