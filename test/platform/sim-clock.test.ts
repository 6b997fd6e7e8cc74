import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../src/platform/sim-clock.js';

describe('SimClock', () => {
  it('stands still until it is advanced', () => {
    const clock = new SimClock(1_000);
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1_000, 0]);
    clock.advance(250);
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1_250, 250]);
  });

  it('runs timers by due time, those due together in the order set', () => {
    const clock = new SimClock();
    const ran: string[] = [];
    clock.after(20, () => ran.push('late'));
    clock.after(10, () => ran.push('first'));
    clock.after(10, () => ran.push('second'));
    clock.advance(9);
    expect(ran).toEqual([]);
    clock.advance(11);
    expect(ran).toEqual(['first', 'second', 'late']);
  });

  it('shows each timer its own time, and runs what that timer sets when it falls due too', () => {
    const clock = new SimClock();
    const seenMs: number[] = [];
    clock.after(10, () => {
      seenMs.push(clock.monotonicMs());
      clock.after(5, () => seenMs.push(clock.monotonicMs()));
      clock.after(500, () => seenMs.push(clock.monotonicMs()));
    });
    clock.advance(100);
    expect(seenMs).toEqual([10, 15]);
    expect(clock.monotonicMs()).toBe(100);
    expect(clock.pendingTimers).toBe(1);
  });

  it('does not run a cancelled timer; cancelling twice changes nothing', () => {
    const clock = new SimClock();
    let ran = false;
    const cancel = clock.after(10, () => {
      ran = true;
    });
    clock.after(10, () => undefined);
    cancel();
    cancel();
    expect(clock.pendingTimers).toBe(1);
    clock.advance(10);
    expect(ran).toBe(false);
  });
});
