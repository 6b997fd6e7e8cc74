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
