import type { Clock } from '../../src/ports/clock.js';

/** The machine's clock, sped up: what waits a minute by it waits two seconds when it runs at thirty times the speed. */
export function fastClock(speed: number): Clock {
  const startWallMs = Date.now();
  const startMs = performance.now();
  return {
    wallMs: () => Math.floor(startWallMs + (performance.now() - startMs) * speed),
    monotonicMs: () => performance.now() * speed,
    after(delayMs, run) {
      const timer = setTimeout(run, Math.min(delayMs / speed, 2 ** 31 - 1)).unref();
      return () => clearTimeout(timer);
    },
  };
}
