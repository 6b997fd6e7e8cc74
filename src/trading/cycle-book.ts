import type { Settings } from '../domain/settings.js';
import { FLAT, type Position } from '../strategy/position.js';

/** One trade cycle: a trader's life, whichever incarnation of the actor lives it. */
export interface Cycle {
  /** Counts up from 1. */
  readonly id: number;
  readonly symbol: string;
  /** As they were when it began; new settings apply to new cycles only. */
  readonly settings: Settings;
  readonly position: Position;
}

/**
 * What is known of every cycle that has not ended, kept outside the actors: a trader writes its position here before it
 * acts on it, so a crash of the trader, of its Leader or of both loses none of it.
 */
export class CycleBook {
  private readonly cycles = new Map<number, Cycle>();
  private lastId = 0;

  /** @param onEnd hears of every cycle as it ended, once */
  constructor(private readonly onEnd: (cycle: Cycle) => void = () => {}) {}

  /** Opens a flat cycle. */
  open(symbol: string, settings: Settings): Cycle {
    const cycle: Cycle = { id: ++this.lastId, symbol, settings, position: FLAT };
    this.cycles.set(cycle.id, cycle);
    return cycle;
  }

  /** @throws when the cycle has ended or never was */
  get(id: number): Cycle {
    const cycle = this.cycles.get(id);
    if (cycle === undefined) throw new Error(`no cycle ${id}`);
    return cycle;
  }

  save(id: number, position: Position): void {
    this.cycles.set(id, { ...this.get(id), position });
  }

  end(id: number): void {
    const cycle = this.get(id);
    this.cycles.delete(id);
    this.onEnd(cycle);
  }

  /** By id. */
  of(symbol: string): Cycle[] {
    return [...this.cycles.values()].filter((cycle) => cycle.symbol === symbol);
  }
}
