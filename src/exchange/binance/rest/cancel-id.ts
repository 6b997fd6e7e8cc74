import { createHash } from 'node:crypto';

const MARK = 'c_';
const LONGEST = 36;

/**
 * The client order id of the cancel of an order. Binance renames a cancelled order to it, so it follows from the order's own:
 * the order can then be found by either, also by a process that did not send the cancel.
 */
export function cancelIdOf(clientOrderId: string): string {
  const id = `${MARK}${clientOrderId}`;
  if (id.length <= LONGEST) return id;
  return `ch_${createHash('sha256')
    .update(clientOrderId)
    .digest('hex')
    .slice(0, LONGEST - 3)}`;
}

/** The order's own id, from what it goes by; as it is when that is no cancel's id, or one too long to hold the order's. */
export function originalIdOf(clientOrderId: string): string {
  return clientOrderId.startsWith(MARK) ? clientOrderId.slice(MARK.length) : clientOrderId;
}
