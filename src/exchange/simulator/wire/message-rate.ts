/** Counts a connection's incoming messages: so many in any second are let through. */
export class MessageRate {
  /** Monotonic times of the latest messages let through, oldest first. */
  private readonly recent: number[] = [];

  constructor(private readonly mostPerSecond: number) {}

  /** Whether one more is let through now. */
  admits(nowMs: number): boolean {
    while (this.recent[0] !== undefined && this.recent[0] <= nowMs - 1_000) this.recent.shift();
    if (this.recent.length >= this.mostPerSecond) return false;
    this.recent.push(nowMs);
    return true;
  }
}
