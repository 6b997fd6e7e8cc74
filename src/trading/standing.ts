import type { Position } from '../strategy/position.js';

/** What a trader waits for beside the market: the exchange's answer, or its own next attempt. */
export interface Pending {
  readonly what: 'place' | 'look-up' | 'cancel';
  /** Monotonic time of the next attempt; null while the answer to one is on its way. */
  readonly dueMs: number | null;
}

export interface TraderStanding {
  readonly position: Position;
  readonly pending: Pending | null;
}

/**
 * How a traded symbol stands. Its Leader and traders write it down as it changes; it is kept outside of them, so that whoever
 * looks on need not ask an actor that may be waiting itself.
 */
export class SymbolStanding {
  /** The Leader has its cycles and the rules of the symbol; until then it waits for those. */
  isLed = false;
  /** Monotonic time of the last thing that happened to one of its cycles; null when nothing has. */
  lastEventMs: number | null = null;
  private readonly byCycle = new Map<number, TraderStanding>();

  /** By the id of the cycle. */
  get traders(): ReadonlyMap<number, TraderStanding> {
    return this.byCycle;
  }

  moved(cycleId: number, position: Position, nowMs: number): void {
    this.lastEventMs = nowMs;
    this.byCycle.set(cycleId, { position, pending: this.byCycle.get(cycleId)?.pending ?? null });
  }

  /** It has taken up its cycle, which by itself is no event. */
  begins(cycleId: number, position: Position): void {
    this.byCycle.set(cycleId, { position, pending: null });
  }

  waits(cycleId: number, pending: Pending | null): void {
    const known = this.byCycle.get(cycleId);
    if (known !== undefined && known.pending !== pending) this.byCycle.set(cycleId, { ...known, pending });
  }

  ends(cycleId: number): void {
    this.byCycle.delete(cycleId);
  }

  /** Another Leader begins: traders of the one before are gone. */
  beginsAnew(): void {
    this.isLed = false;
    this.byCycle.clear();
  }
}
