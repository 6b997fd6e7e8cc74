import { beforeEach, describe, expect, it } from '@jest/globals';
import { LookUps } from '../../src/trading/look-ups.js';

let lookUps: LookUps;
beforeEach(() => {
  lookUps = new LookUps();
});

describe('look-ups', () => {
  it('are asked once at a time for each order', () => {
    expect([lookUps.ask('a'), lookUps.ask('a'), lookUps.ask('b')]).toEqual([true, false, true]);
    expect(lookUps.answered('a')).toBe(false);
    expect(lookUps.ask('a')).toBe(true);
  });

  it('are asked once more when the first was asked too early', () => {
    expect(lookUps.askAnew('a')).toBe(true);
    expect(lookUps.answered('a')).toBe(false);
    lookUps.ask('a');
    expect([lookUps.askAnew('a'), lookUps.askAnew('a'), lookUps.ask('a')]).toEqual([false, false, false]);
    expect(lookUps.answered('a')).toBe(true);
    lookUps.ask('a');
    expect(lookUps.answered('a')).toBe(false);
  });

  it('are waited for once, and asked when the wait is over', () => {
    const wait = lookUps.wait('a') as number;
    expect(lookUps.wait('a')).toBeNull();
    expect(lookUps.isDue('a', wait)).toBe(true);
    expect(lookUps.ask('a')).toBe(false);
    expect(lookUps.isDue('a', wait)).toBe(false);
  });

  it('end a wait when they are asked for another reason, and a new wait is another one', () => {
    const first = lookUps.wait('a') as number;
    expect(lookUps.ask('a')).toBe(true);
    expect(lookUps.isDue('a', first)).toBe(false);
    lookUps.answered('a');
    const second = lookUps.wait('a') as number;
    expect([lookUps.isDue('a', first), lookUps.isDue('a', second)]).toEqual([false, true]);
  });

  it('are not waited for while the answer is still to come', () => {
    lookUps.ask('a');
    expect(lookUps.wait('a')).toBeNull();
    expect(lookUps.wait('b')).not.toBeNull();
  });
});
