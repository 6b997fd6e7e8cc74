import { describe, expect, it } from '@jest/globals';
import { RefusalLog } from '../../src/control/refusal-log.js';
import { SimClock } from '../../src/platform/sim-clock.js';
import { aLog } from '../support/log.js';

describe('RefusalLog', () => {
  it('tells of each refusal at first, of a storm how many there were, and of each again afterwards', () => {
    const clock = new SimClock();
    const log = aLog();
    const refusals = new RefusalLog(log, clock);
    for (let count = 0; count < 80; count++) refusals.note('no-token', { count });
    expect(log.entries).toHaveLength(50);
    clock.advance(10_000);
    expect(log.entries.slice(50)).toEqual([
      { level: 'warn', message: 'control: more requests were refused', fields: { count: 30 } },
    ]);
    refusals.note('wrong-host', { status: 403 });
    expect(log.entries.slice(51)).toEqual([
      { level: 'warn', message: 'control: refused (wrong-host)', fields: { status: 403 } },
    ]);
    for (let count = 0; count < 50; count++) refusals.note('no-token', { count });
    clock.advance(10_000);
    expect(log.entries.at(-1)?.fields).toEqual({ count: 1 });
  });
});
