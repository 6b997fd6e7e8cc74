import type { Settings } from '../domain/settings.js';
import type { Cycle, CycleStore } from '../ports/cycle-store.js';
import { FLAT, type Position } from '../strategy/position.js';

/** Cycles kept as long as the process lives: enough for a crash of actors, and it costs a replay next to nothing. */
export class MemoryCycleStore implements CycleStore {
  readonly orderIdPrefix = 'hedgehog';
  private readonly cycles = new Map<number, Cycle>();
  /** By the cycle that asked for it. */
  private readonly rebuys = new Map<number, number>();
  private lastId = 0;

  takeUp(symbol: string): readonly Cycle[] {
    return [...this.cycles.values()]
      .filter((cycle) => cycle.symbol === symbol)
      .map(({ id }) => this.takeUpOne(id));
  }

  takeUpOne(id: number): Cycle {
    const cycle = this.get(id);
    const takenUp = { ...cycle, epoch: cycle.epoch + 1 };
    this.cycles.set(id, takenUp);
    return takenUp;
  }

  openFirst(symbol: string, settings: Settings): Cycle {
    return this.takeUp(symbol)[0] ?? this.open(symbol, settings);
  }

  openRebuy(symbol: string, settings: Settings, of: number): Cycle | null {
    const known = this.rebuys.get(of);
    if (known !== undefined) return this.cycles.get(known) ?? null;
    const cycle = this.open(symbol, settings);
    this.rebuys.set(of, cycle.id);
    return cycle;
  }

  save(cycle: Cycle, position: Position): void {
    this.check(cycle);
    this.cycles.set(cycle.id, { ...cycle, position });
  }

  end(cycle: Cycle): void {
    this.check(cycle);
    this.cycles.delete(cycle.id);
  }

  replace(cycle: Cycle, settings: Settings): Cycle {
    this.end(cycle);
    return this.open(cycle.symbol, settings);
  }

  private open(symbol: string, settings: Settings): Cycle {
    const cycle: Cycle = { id: ++this.lastId, symbol, settings, position: FLAT, epoch: 1 };
    this.cycles.set(cycle.id, cycle);
    return cycle;
  }

  private get(id: number): Cycle {
    const cycle = this.cycles.get(id);
    if (cycle === undefined) throw new Error(`no cycle ${id}, or it has ended`);
    return cycle;
  }

  private check({ id, epoch }: Cycle): void {
    if (this.get(id).epoch !== epoch) throw new Error(`cycle ${id} was taken up by a later incarnation`);
  }
}
