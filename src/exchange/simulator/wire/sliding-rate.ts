/** Counts what comes: so many within any period are let through. */
export class SlidingRate {
  /** Monotonic times of the latest that were let through, oldest first. */
  private readonly recent: number[] = [];

  constructor(
    private readonly most: number,
    private readonly periodMs: number,
  ) {}

  /** Whether one more is let through now. */
  admits(nowMs: number): boolean {
    this.forget(nowMs);
    if (this.recent.length >= this.most) return false;
    this.recent.push(nowMs);
    return true;
  }

  /** Whether nothing has come within the period. */
  isIdle(nowMs: number): boolean {
    this.forget(nowMs);
    return this.recent.length === 0;
  }

  private forget(nowMs: number): void {
    while (this.recent[0] !== undefined && this.recent[0] <= nowMs - this.periodMs) this.recent.shift();
  }
}
