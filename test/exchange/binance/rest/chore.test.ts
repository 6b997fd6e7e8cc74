import { describe, expect, it } from '@jest/globals';
import { Chore } from '../../../../src/exchange/binance/rest/chore.js';

describe('Chore', () => {
  it('is due at once, then once a period, and not while it is being done', () => {
    const chore = new Chore(1_000, 100);
    expect(chore.waitMs(0)).toBe(0);
    chore.begin(0);
    expect(chore.waitMs(5_000)).toBeNull();
    chore.done(5_000);
    expect(chore.waitMs(5_400)).toBe(600);
  });

  it('comes back later after each failure on end, a minute apart at most, spread by chance', () => {
    const chore = new Chore(1_000, 100);
    const waits = Array.from({ length: 9 }, (_, index) => {
      chore.begin(0);
      expect(chore.failed(0, 1)).toBe(index + 1);
      return chore.waitMs(0);
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    chore.failed(0, 0);
    expect(chore.waitMs(0)).toBe(30_000);
    chore.done(0);
    expect(chore.failed(0, 1)).toBe(1);
  });

  it('can be hurried, but not closer than its gap, nor after a failure', () => {
    const chore = new Chore(10_000, 100);
    chore.begin(0);
    chore.done(10);
    chore.hurry(20);
    expect(chore.waitMs(20)).toBe(80);
    chore.hurry(500);
    expect(chore.waitMs(500)).toBe(0);
    chore.begin(500);
    chore.failed(510, 1);
    chore.hurry(700);
    expect(chore.waitMs(700)).toBe(810);
  });
});
