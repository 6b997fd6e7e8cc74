import type { Cycle } from '../ports/cycle-store.js';
import type { CycleTerms } from '../strategy/decide.js';

/** Unique among all orders of the engine: cycle, side and attempt. At most 36 characters. */
export const clientOrderIdsOf =
  (prefix: string, cycleId: number): CycleTerms['clientOrderId'] =>
  (side, attempt) =>
    `${prefix}-${cycleId}-${side === 'BUY' ? 'B' : 'S'}${attempt}`;

/** The cycle that an order of the engine belongs to; null for an order of somebody else. */
export function cycleIdOf(clientOrderId: string): number | null {
  const [, id] = /-(\d+)-[BS]\d+$/.exec(clientOrderId) ?? [];
  return id === undefined ? null : Number(id);
}

/**
 * What the client order ids of a cycle begin with: what those of its first order did. That is another prefix than the store's where
 * the store was restored from a backup, which changes it: what the cycle did after the backup is found under the old one.
 *
 * @param current the store's
 */
export function orderIdPrefixOf({ id, position }: Pick<Cycle, 'id' | 'position'>, current: string): string {
  const first = 'buy' in position ? position.buy?.request.clientOrderId : undefined;
  const end = first?.lastIndexOf(`-${id}-`) ?? -1;
  return first === undefined || end === -1 ? current : first.slice(0, end);
}
