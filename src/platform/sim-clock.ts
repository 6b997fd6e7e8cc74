import type { Clock } from '../ports/clock.js';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to go on: for tests, simulations and replays. */
export class SimClock implements Clock {
  private elapsedMs = 0;
  /** By due time; those due together in the order in which they were set. */
  private readonly timers: Timer[] = [];

  /** @param startWallMs Unix milliseconds that `wallMs` starts from */
  constructor(private readonly startWallMs = 0) {}

  wallMs(): number {
    return this.startWallMs + this.elapsedMs;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  /** Timers that have neither run nor been cancelled. */
  get pendingTimers(): number {
    return this.timers.length;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { dueMs: this.elapsedMs + Math.max(0, delayMs), run };
    let index = this.timers.length;
    while (index > 0 && (this.timers[index - 1] as Timer).dueMs > timer.dueMs) index--;
    this.timers.splice(index, 0, timer);
    return () => {
      const at = this.timers.indexOf(timer);
      if (at >= 0) this.timers.splice(at, 1);
    };
  }

  /** Moves time on and runs what falls due, each at its own time; what that sets in turn is run too when it falls due. */
  advance(ms: number): void {
    const endMs = this.elapsedMs + ms;
    for (let next = this.timers[0]; next !== undefined && next.dueMs <= endMs; next = this.timers[0]) {
      this.timers.shift();
      this.elapsedMs = next.dueMs;
      next.run();
    }
    this.elapsedMs = endMs;
  }
}
