/** Time, from outside. Nothing but an implementation of this reads the machine's clock or sets its timers. */
export interface Clock {
  /** Unix milliseconds. May jump; only for stamping records. */
  wallMs(): number;
  /** Milliseconds from an arbitrary start, never backwards. For timeouts, backoff and restart windows. */
  monotonicMs(): number;
  /** Runs once, after the delay; call the result to cancel. A pending timer does not keep the process alive. */
  after(delayMs: number, run: () => void): () => void;
}
