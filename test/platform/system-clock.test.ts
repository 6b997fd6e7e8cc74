import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/platform/system-clock.js';

describe('systemClock', () => {
  it('runs after the delay, and not when cancelled', async () => {
    const startMs = systemClock.monotonicMs();
    let cancelledRan = false;
    const cancel = systemClock.after(1, () => {
      cancelledRan = true;
    });
    cancel();
    const keepAlive = setInterval(() => undefined, 1_000);
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    clearInterval(keepAlive);
    expect(systemClock.monotonicMs() - startMs).toBeGreaterThanOrEqual(4);
    expect(cancelledRan).toBe(false);
  });

  it('does not fire at once for a delay longer than Node can wait', async () => {
    let ran = false;
    const cancel = systemClock.after(2 ** 40, () => {
      ran = true;
    });
    await new Promise<void>((resolve) => setTimeout(resolve, 5));
    cancel();
    expect(ran).toBe(false);
  });
});
