/** Above this a timestamp could be so far behind that `recvWindow` refuses it. */
const LONGEST_ROUND_TRIP_MS = 3_000;

/** The exchange's time, told by our monotonic clock, which never jumps. Milliseconds throughout. */
export class ExchangeClock {
  private offsetMs: number | null = null;
  private uncertaintyMs = 0;

  /** False until the first sync, and again once the exchange has said that a timestamp was off. */
  isSynced = false;

  get isKnown(): boolean {
    return this.offsetMs !== null;
  }

  /**
   * Takes in one answer of the exchange.
   *
   * @param serverMs Unix milliseconds
   * @param sentMs monotonic, when it was asked
   * @param receivedMs monotonic, when it answered
   * @returns false when the answer took too long to be of use
   */
  sync(serverMs: number, sentMs: number, receivedMs: number): boolean {
    const roundTripMs = receivedMs - sentMs;
    if (roundTripMs > LONGEST_ROUND_TRIP_MS) return false;
    this.offsetMs = serverMs - (sentMs + receivedMs) / 2;
    this.uncertaintyMs = roundTripMs / 2;
    this.isSynced = true;
    return true;
  }

  /** The best guess, Unix milliseconds; null before the first sync. */
  now(monotonicMs: number): number | null {
    return this.offsetMs === null ? null : Math.floor(monotonicMs + this.offsetMs);
  }

  /** For signing, Unix milliseconds: never ahead of the exchange, which takes a late timestamp and refuses an early one. */
  timestamp(monotonicMs: number): number | null {
    return this.offsetMs === null ? null : Math.floor(monotonicMs + this.offsetMs - this.uncertaintyMs);
  }
}
