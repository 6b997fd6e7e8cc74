import type { Clock } from '../ports/clock.js';
import type { Log, LogFields } from '../ports/log.js';

const PERIOD_MS = 10_000;
const MOST = 50;

/** Logs what the API refuses: each at first, and of a storm how many there were. */
export class RefusalLog {
  private periodMs = Number.NEGATIVE_INFINITY;
  private told = 0;
  private untold = 0;

  constructor(
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  note(code: string, fields: LogFields): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.periodMs >= PERIOD_MS) {
      this.periodMs = nowMs;
      this.told = 0;
    }
    if (this.told >= MOST) {
      if (this.untold === 0) this.clock.after(this.periodMs + PERIOD_MS - nowMs, () => this.tellOfStorm());
      this.untold++;
      return;
    }
    this.told++;
    this.log.warn(`control: refused (${code})`, fields);
  }

  private tellOfStorm(): void {
    this.log.warn('control: more requests were refused', { count: this.untold });
    this.untold = 0;
  }
}
