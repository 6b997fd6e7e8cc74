import { createHash } from 'node:crypto';
import { Decimal, toWire } from '../domain/decimal.js';
import type { RecordedOrder } from './order-recorder.js';

const HEADER = 'order_id,side,price,orig_qty,final_status,placed_index,filled_index';

const row = (order: RecordedOrder, price: string, quantity: string): string =>
  [order.side, price, quantity, order.status, order.placedIndex, order.filledIndex ?? ''].join(',');

const wireText = (decimal: string): string => toWire(new Decimal(decimal));

/** The order list as CSV with a header row; prices and quantities with at least eight decimals. */
export function ordersCsv(orders: readonly RecordedOrder[]): string {
  const rows = orders.map(
    (order) => `${order.orderId},${row(order, wireText(order.price), wireText(order.quantity))}`,
  );
  return `${[HEADER, ...rows].join('\n')}\n`;
}

/**
 * What two order lists have in common when they hold the same orders, whatever their ids and the order of their rows.
 *
 * @returns SHA-256, hex, of the rows without order_id, decimals without trailing zeros, sorted, joined by line feeds
 */
export function ordersHash(orders: readonly RecordedOrder[]): string {
  const rows = orders.map((order) => row(order, order.price, order.quantity)).toSorted();
  return createHash('sha256').update(rows.join('\n')).digest('hex');
}
