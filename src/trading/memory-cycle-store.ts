import type { Settings } from '../domain/settings.js';
import type { Cycle, CycleStore, Leadership } from '../ports/cycle-store.js';
import { FLAT, type Position } from '../strategy/position.js';

/** Cycles kept as long as the process lives: enough for a crash of actors, and it costs a replay next to nothing. */
export class MemoryCycleStore implements CycleStore {
  private readonly cycles = new Map<number, Cycle>();
  private readonly leaderships = new Map<string, Leadership>();
  /** By the cycle that asked for it. */
  private readonly rebuys = new Map<number, number>();
  private lastId = 0;

  constructor(readonly orderIdPrefix = 'hedgehog') {}

  lead(symbol: string): { leadership: Leadership; cycles: readonly Cycle[] } {
    const leadership = { symbol, epoch: (this.leaderships.get(symbol)?.epoch ?? 0) + 1 };
    this.leaderships.set(symbol, leadership);
    return { leadership, cycles: this.of(symbol).map((cycle) => this.nextEpoch(cycle)) };
  }

  takeUp(leadership: Leadership, id: number): Cycle {
    this.checkLeadership(leadership);
    const cycle = this.get(id);
    if (cycle.symbol !== leadership.symbol) throw new Error(`no cycle ${id} of ${leadership.symbol}`);
    return this.nextEpoch(cycle);
  }

  openFirst(leadership: Leadership, settings: Settings): Cycle {
    this.checkLeadership(leadership);
    const [first] = this.of(leadership.symbol);
    return first === undefined ? this.open(leadership.symbol, settings) : this.nextEpoch(first);
  }

  openRebuy(leadership: Leadership, settings: Settings, of: number): Cycle | null {
    this.checkLeadership(leadership);
    const known = this.rebuys.get(of);
    if (known !== undefined) return this.cycles.get(known) ?? null;
    const cycle = this.open(leadership.symbol, settings);
    this.rebuys.set(of, cycle.id);
    return cycle;
  }

  save(cycle: Cycle, position: Position): void {
    this.checkCycle(cycle);
    this.cycles.set(cycle.id, { ...cycle, position });
  }

  end(leadership: Leadership, cycle: Cycle): void {
    this.checkLeadership(leadership);
    this.checkCycle(cycle);
    this.cycles.delete(cycle.id);
  }

  replace(leadership: Leadership, cycle: Cycle, settings: Settings): Cycle {
    this.end(leadership, cycle);
    return this.open(cycle.symbol, settings);
  }

  private of(symbol: string): Cycle[] {
    return [...this.cycles.values()].filter((cycle) => cycle.symbol === symbol);
  }

  private open(symbol: string, settings: Settings): Cycle {
    const cycle: Cycle = { id: ++this.lastId, symbol, settings, position: FLAT, epoch: 1 };
    this.cycles.set(cycle.id, cycle);
    return cycle;
  }

  private nextEpoch(cycle: Cycle): Cycle {
    const takenUp = { ...cycle, epoch: cycle.epoch + 1 };
    this.cycles.set(cycle.id, takenUp);
    return takenUp;
  }

  private get(id: number): Cycle {
    const cycle = this.cycles.get(id);
    if (cycle === undefined) throw new Error(`no cycle ${id}, or it has ended`);
    return cycle;
  }

  private checkCycle({ id, epoch }: Cycle): void {
    if (this.get(id).epoch !== epoch) throw new Error(`cycle ${id} was taken up by a later incarnation`);
  }

  private checkLeadership({ symbol, epoch }: Leadership): void {
    if (this.leaderships.get(symbol)?.epoch !== epoch) throw new Error(`${symbol} has another Leader now`);
  }
}
