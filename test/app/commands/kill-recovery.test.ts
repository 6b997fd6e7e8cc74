import { describe, expect, it } from '@jest/globals';
import { recoveryIn, recoveryText } from '../../../src/app/commands/kill-recovery.js';
import type { ActorSnapshot } from '../../../src/otp/inspector.js';

const actor = (path: string, uptimeMs: number): ActorSnapshot =>
  ({ path, kind: path.split(' ')[0], uptimeMs, children: [] }) as unknown as ActorSnapshot;

const LEADER = { path: 'Leader A', kind: 'Leader' };
const before = [actor('Leader A', 9_000), actor('Trader 1', 5), actor('PubSub', 9_000)];

/** What is seen of Leader A 100 ms after the first look. */
const seen = (...after: readonly ActorSnapshot[]) => recoveryIn(LEADER, { before, after, elapsedMs: 100 });

describe('what became of a killed actor', () => {
  it('is that it runs again, with those that have run for less long than they would have', () => {
    expect(seen(actor('Leader A', 70), actor('Trader 1', 40), actor('PubSub', 9_101))).toEqual({
      runsAgainMs: 30,
      restartedWithIt: ['Trader 1'],
      missing: [],
    });
    // One that was started just before the first look was not started again.
    expect(seen(actor('Leader A', 70), actor('Trader 1', 105), actor('PubSub', 9_100))).toMatchObject({
      restartedWithIt: [],
    });
  });

  it('is not known while it is the one that was there before, or none is', () => {
    const others = [actor('Trader 1', 105), actor('PubSub', 9_100)];
    const unknown = { runsAgainMs: null, restartedWithIt: [], missing: ['Leader A'] };
    expect(seen(actor('Leader A', 9_101), ...others)).toEqual(unknown);
    expect(seen(...others)).toEqual(unknown);
  });

  it('waits for whoever does not end by himself', () => {
    expect(seen(actor('Leader A', 70))).toMatchObject({ runsAgainMs: 30, missing: ['PubSub'] });
  });

  it('names a few, and counts more', () => {
    const restarted = (count: number) => ({
      runsAgainMs: 4,
      restartedWithIt: Array.from({ length: count }, (_, index) => `Hedgehog/Trader ${index}`),
      missing: [],
    });
    const line = 'Leader A is killed; it runs again, after 4 ms';
    expect(recoveryText(LEADER, restarted(0))).toBe(line);
    expect(recoveryText(LEADER, restarted(2))).toBe(`${line}\nstarted again with it: Trader 0, Trader 1`);
    expect(recoveryText(LEADER, restarted(7))).toBe(`${line}\nstarted again with it: 7 others`);
    expect(recoveryText(LEADER, { runsAgainMs: null, restartedWithIt: [], missing: ['Leader A'] })).toBe(
      'Leader A is killed',
    );
  });
});
