import type { Cycle, Leadership } from '../../src/ports/cycle-store.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';

/** The cycles of an engine that may be ended and started again at any moment, with those that have ended. */
export class KeptCycles extends MemoryCycleStore {
  readonly ended: Cycle[] = [];
  private readonly underWay = new Map<number, Cycle>();

  get all(): readonly Cycle[] {
    return [...this.ended, ...this.underWay.values()];
  }

  override save(cycle: Cycle, position: Cycle['position']): void {
    super.save(cycle, position);
    this.underWay.set(cycle.id, { ...cycle, position });
  }

  override end(leadership: Leadership, cycle: Cycle): void {
    super.end(leadership, cycle);
    this.underWay.delete(cycle.id);
    this.ended.push(cycle);
  }
}
