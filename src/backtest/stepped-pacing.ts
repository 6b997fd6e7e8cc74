import type { TradeEvent } from '../domain/trade-event.js';
import type { Pacing } from '../ports/pacing.js';

const NOTHING_LOST: readonly TradeEvent[] = [];

/** Holds back what must not run in the middle of an event, until the replay lets it through. */
export class SteppedPacing implements Pacing {
  private fills: (() => void)[] = [];
  private starts: (() => void)[] = [];
  /** Cycles that listen; a trader started for one of them takes an earlier one's place. */
  private readonly listening = new Set<number>();
  /** The current event and its prints so far. */
  private told: TradeEvent[] = [];

  /** From now on this is the current event. */
  beginEvent(event: TradeEvent): void {
    this.told = [event];
  }

  afterEvent(run: () => void): void {
    this.fills.push(run);
  }

  printed(print: TradeEvent): void {
    this.told.push(print);
  }

  join(cycleId: number, listen: () => void): readonly TradeEvent[] {
    if (this.listening.has(cycleId)) {
      listen();
      return [...this.told];
    }
    this.starts.push(() => {
      this.listening.add(cycleId);
      listen();
    });
    return NOTHING_LOST;
  }

  /** Whether anything waits to be told or let in. */
  get isHolding(): boolean {
    return this.fills.length > 0 || this.starts.length > 0;
  }

  /** Tells the fills that the event caused. False when there are none. */
  tellFills(): boolean {
    return runAll(this.fills);
  }

  /** Lets what was started during the event listen. False when nothing was. */
  admitStarted(): boolean {
    return runAll(this.starts);
  }
}

function runAll(held: (() => void)[]): boolean {
  if (held.length === 0) return false;
  for (const run of held.splice(0)) run();
  return true;
}
