import type { Clock } from '../src/ports/clock.js';

export interface SoakTime {
  /** Unix milliseconds at which the clocks of all processes agree with the machine's. */
  readonly epochMs: number;
  /** How much faster than the machine's they are. */
  readonly speed: number;
}

/** A clock that is fast, and jumps ahead: the same in every process that is told the same. It counts what it was asked to do later. */
export class SoakClock implements Clock {
  /** Timers that have not run yet, and were not cancelled. */
  waiting = 0;
  private jumpedMs = 0;

  constructor(private readonly time: SoakTime) {}

  wallMs(): number {
    const { epochMs, speed } = this.time;
    return Math.floor(epochMs + (Date.now() - epochMs) * speed + this.jumpedMs);
  }

  monotonicMs(): number {
    return performance.now() * this.time.speed;
  }

  after(delayMs: number, run: () => void): () => void {
    let isOver = false;
    const over = (): void => {
      if (!isOver) this.waiting--;
      isOver = true;
    };
    this.waiting++;
    const timer = setTimeout(
      () => {
        over();
        run();
      },
      Math.min(delayMs / this.time.speed, 2 ** 31 - 1),
    ).unref();
    return () => {
      over();
      clearTimeout(timer);
    };
  }

  /** Nobody traded for so long. */
  jump(ms: number): void {
    this.jumpedMs += ms;
  }
}
