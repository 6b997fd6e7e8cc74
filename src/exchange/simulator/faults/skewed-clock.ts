import type { Clock } from '../../../ports/clock.js';

/** A clock whose wall time is off by as much as is asked for each time. Its timers and its monotonic time are right. */
export const skewedClock = (clock: Clock, skewMs: () => number): Clock => ({
  wallMs: () => clock.wallMs() + skewMs(),
  monotonicMs: () => clock.monotonicMs(),
  after: (delayMs, run) => clock.after(delayMs, run),
});
