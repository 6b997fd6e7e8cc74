import type { TradeEvent } from '../../../domain/trade-event.js';
import type { Pacing } from '../../../ports/pacing.js';

const NOTHING_LOST: readonly TradeEvent[] = [];

/** Lets fills through as they come; or, while it holds, only when it is asked to. */
export class HeldPacing implements Pacing {
  private held: (() => void)[] = [];
  private holds = false;

  /** From now on fills wait for `release`, or no longer do; those that waited are let through then. */
  hold(holds: boolean): void {
    this.holds = holds;
    if (!holds) this.release();
  }

  get waiting(): number {
    return this.held.length;
  }

  /** Lets through what waits. Returns how many market trades' fills that were. */
  release(): number {
    const due = this.held;
    this.held = [];
    for (const run of due) run();
    return due.length;
  }

  afterEvent(run: () => void): void {
    if (this.holds) this.held.push(run);
    else run();
  }

  printed(): void {}

  join(_cycleId: number, listen: () => void): readonly TradeEvent[] {
    listen();
    return NOTHING_LOST;
  }
}
