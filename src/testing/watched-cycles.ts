import type { Settings } from '../domain/settings.js';
import type { Committed, Cycle, CycleStore, Leadership } from '../ports/cycle-store.js';
import type { Position } from '../strategy/position.js';

/** A store, and what a test may see of it: every cycle as it was committed last, also after its end. */
export class WatchedCycles implements CycleStore {
  private readonly committed = new Map<number, Cycle>();
  private readonly ended = new Set<number>();

  constructor(private readonly inner: CycleStore) {}

  get orderIdPrefix(): string {
    return this.inner.orderIdPrefix;
  }

  /** A cycle as it stands. Throws when the store was never asked for it. */
  get(id: number): Cycle {
    const cycle = this.committed.get(id);
    if (cycle === undefined) throw new Error(`no cycle ${id}`);
    return cycle;
  }

  /** Cycles of a symbol that have not ended, by id. */
  of(symbol: string): readonly Cycle[] {
    return [...this.committed.values()]
      .filter((cycle) => cycle.symbol === symbol && !this.ended.has(cycle.id))
      .toSorted((a, b) => a.id - b.id);
  }

  lead(symbol: string): ReturnType<CycleStore['lead']> {
    return after(this.inner.lead(symbol), (led) => {
      for (const cycle of led.cycles) this.note(cycle);
      return led;
    });
  }

  takeUp(leadership: Leadership, id: number): Committed<Cycle> {
    return after(this.inner.takeUp(leadership, id), (cycle) => this.note(cycle));
  }

  openFirst(leadership: Leadership, settings: Settings): Committed<Cycle> {
    return after(this.inner.openFirst(leadership, settings), (cycle) => this.note(cycle));
  }

  openRebuy(leadership: Leadership, settings: Settings, of: number): Committed<Cycle | null> {
    return after(this.inner.openRebuy(leadership, settings, of), (cycle) =>
      cycle === null ? null : this.note(cycle),
    );
  }

  save(cycle: Cycle, position: Position): Committed<void> {
    return after(this.inner.save(cycle, position), () => {
      this.note({ ...cycle, position });
    });
  }

  end(leadership: Leadership, cycle: Cycle): Committed<void> {
    return after(this.inner.end(leadership, cycle), () => {
      this.ended.add(cycle.id);
    });
  }

  replace(leadership: Leadership, cycle: Cycle, settings: Settings): Committed<Cycle> {
    return after(this.inner.replace(leadership, cycle, settings), (fresh) => {
      this.ended.add(cycle.id);
      return this.note(fresh);
    });
  }

  private note(cycle: Cycle): Cycle {
    this.committed.set(cycle.id, cycle);
    return cycle;
  }
}

/** At once when the store answers at once, so that nothing is slower for being watched. */
const after = <T, R>(committed: Committed<T>, then: (value: T) => R): Committed<R> =>
  committed instanceof Promise ? committed.then(then) : then(committed);
