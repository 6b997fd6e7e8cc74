import type { Pacing } from '../ports/pacing.js';

/** Holds back what must not run in the middle of an event, until the replay lets it through. */
export class SteppedPacing implements Pacing {
  private fills: (() => void)[] = [];
  private starts: (() => void)[] = [];

  afterEvent(run: () => void): void {
    this.fills.push(run);
  }

  beforeNextEvent(run: () => void): void {
    this.starts.push(run);
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
