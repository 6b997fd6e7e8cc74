import type { Clock } from '../ports/clock.js';

// setTimeout fires at once for a longer delay.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock and timers. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, LONGEST_TIMEOUT_MS)).unref();
    return () => clearTimeout(timer);
  },
};
