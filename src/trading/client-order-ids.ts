import type { CycleTerms } from '../strategy/decide.js';

/** Unique among all orders of the engine: cycle, side and attempt. At most 36 characters. */
export const clientOrderIdsOf =
  (prefix: string, cycleId: number): CycleTerms['clientOrderId'] =>
  (side, attempt) =>
    `${prefix}-${cycleId}-${side === 'BUY' ? 'B' : 'S'}${attempt}`;
