const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** When something that has to be done again and again is due. Times are monotonic milliseconds. */
export class Chore {
  private isRunning = false;
  private dueMs = Number.NEGATIVE_INFINITY;
  private begunMs = Number.NEGATIVE_INFINITY;
  private failures = 0;

  /**
   * @param periodMs from one success to the next time
   * @param leastGapMs between two times, however urgent
   */
  constructor(
    private readonly periodMs: number,
    private readonly leastGapMs: number,
  ) {}

  /** How long until it is due; null while it is being done. */
  waitMs(nowMs: number): number | null {
    return this.isRunning ? null : Math.max(0, this.dueMs - nowMs);
  }

  begin(nowMs: number): void {
    this.isRunning = true;
    this.begunMs = nowMs;
  }

  done(nowMs: number): void {
    this.isRunning = false;
    this.failures = 0;
    this.dueMs = nowMs + this.periodMs;
  }

  /**
   * To be tried again, later after each failure on end.
   *
   * @param random from 0 to below 1, so that many do not come at once
   * @returns how many times in a row it has failed now
   */
  failed(nowMs: number, random: number): number {
    const longestMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.isRunning = false;
    this.failures++;
    this.dueMs = nowMs + longestMs * (0.5 + random / 2);
    return this.failures;
  }

  /** Makes it due as soon as may be. After a failure it keeps its time. */
  hurry(nowMs: number): void {
    if (this.failures > 0) return;
    this.dueMs = Math.min(this.dueMs, Math.max(nowMs, this.begunMs + this.leastGapMs));
  }
}
