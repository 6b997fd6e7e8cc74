import type { Kysely } from 'kysely';
import { Tally } from '../backtest/tally.js';
import type { Cycle } from '../ports/cycle-store.js';
import { endedAfter, endedAmong, openCycles, type RecordedCycle } from '../warehouse/cycle-rows.js';
import type { Tables } from '../warehouse/schema.js';
import { unhurried } from './unhurried.js';

/** Ids are given out before their rows can be seen, so one may be seen after later ones; never after so many. */
const MOST_LATE = 1_000;

/**
 * What cycles that have ended earned, of all time. Each is read once: at first all there are, then those that have ended since
 * the last look.
 */
export class EarnedSoFar {
  /** Reads what has ended since, once for all who ask meanwhile; resolves to the cycles that have not ended. */
  readonly refresh: () => Promise<readonly RecordedCycle[]>;
  private readonly bySymbol = new Map<string, Tally>();
  private readonly open = new Set<number>();
  /** Of the last ids, those that were seen. */
  private readonly seen = new Set<number>();
  private lastId = 0;

  constructor(private readonly db: Kysely<Tables>) {
    this.refresh = unhurried(() => this.refreshNow());
  }

  /** By symbol. */
  get closed(): ReadonlyMap<string, Tally> {
    return this.bySymbol;
  }

  private async refreshNow(): Promise<readonly RecordedCycle[]> {
    const stillOpen = await openCycles(this.db);
    const ended = new Set<number>();
    const take = (cycle: Cycle): void => {
      this.add(cycle);
      ended.add(cycle.id);
    };
    for (const cycle of await endedAmong(this.db, [...this.open, ...this.unseen()])) take(cycle);
    for await (const page of endedAfter(this.db, this.lastId)) {
      for (const cycle of page) take(cycle);
    }
    // One may have ended between the two looks.
    const open = stillOpen.filter(({ id }) => !ended.has(id));
    for (const { id } of open) {
      this.open.add(id);
      this.see(id);
    }
    for (const id of this.seen) if (id <= this.lastId - MOST_LATE) this.seen.delete(id);
    return open;
  }

  private add({ id, symbol, position, settings }: Cycle): void {
    const tally = this.bySymbol.get(symbol) ?? new Tally();
    this.bySymbol.set(symbol, tally);
    tally.add(position, settings);
    // At once, so that it counts once when the look breaks off.
    this.open.delete(id);
    this.see(id);
  }

  private see(id: number): void {
    this.seen.add(id);
    this.lastId = Math.max(this.lastId, id);
  }

  private unseen(): number[] {
    const ids: number[] = [];
    for (let id = Math.max(1, this.lastId - MOST_LATE + 1); id < this.lastId; id++) {
      if (!this.seen.has(id)) ids.push(id);
    }
    return ids;
  }
}
