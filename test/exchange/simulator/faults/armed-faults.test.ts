import { describe, expect, it } from '@jest/globals';
import { ArmedFaults } from '../../../../src/exchange/simulator/faults/armed-faults.js';
import { parseFaults } from '../../../../src/exchange/simulator/faults/fault.js';
import { seededRandom } from '../../../../src/platform/seeded-random.js';

function armed(json: unknown, seed = 1): ArmedFaults {
  const faults = new ArmedFaults((id) => seededRandom(seed + id));
  faults.arm(parseFaults(json, 'the test'));
  return faults;
}
const AT = { account: 'demo', symbol: 'XRPUSDT', executionType: 'TRADE' } as const;

/** At which of so many occasions it fires. */
const firings = (faults: ArmedFaults, count: number, facts: typeof AT = AT): number[] =>
  Array.from({ length: count }, (_, index) => index).filter(
    () => faults.occasion('lose-report', facts) !== null,
  );

describe('ArmedFaults', () => {
  it('a fault fires once, unless it is told more', () => {
    expect(firings(armed({ what: 'lose-report' }), 5)).toEqual([0]);
    expect(firings(armed({ what: 'lose-report', times: 3 }), 5)).toEqual([0, 1, 2]);
    expect(firings(armed({ what: 'lose-report', times: 'always' }), 5)).toEqual([0, 1, 2, 3, 4]);
  });

  it('occasions are skipped first', () => {
    expect(firings(armed({ what: 'lose-report', skip: 2, times: 2 }), 6)).toEqual([2, 3]);
  });

  it('what its `where` does not let through is no occasion', () => {
    const faults = armed({
      what: 'lose-report',
      where: { symbol: 'XRPUSDT', executionType: 'TRADE' },
      skip: 1,
    });
    expect(faults.occasion('lose-report', { ...AT, symbol: 'BTCUSDT' })).toBeNull();
    expect(faults.occasion('lose-report', { ...AT, executionType: 'NEW' })).toBeNull();
    expect(faults.occasion('lose-report', AT)).toBeNull();
    expect(faults.occasion('lose-report', AT)).toMatchObject({ what: 'lose-report' });
    expect(faults.list()).toMatchObject([{ id: 1, occasions: 2, fired: 1 }]);
  });

  it('chance decides the same way for the same seed, and another for another', () => {
    const given = { what: 'lose-report', probability: 0.3, times: 'always' };
    const fired = firings(armed(given, 5), 1_000);
    expect(firings(armed(given, 5), 1_000)).toEqual(fired);
    expect(firings(armed(given, 6), 1_000)).not.toEqual(fired);
    expect(fired.length).toBeGreaterThan(200);
    expect(fired.length).toBeLessThan(400);
  });

  it('chance counts only what fires against `times`', () => {
    expect(firings(armed({ what: 'lose-report', probability: 0.1, times: 4 }), 1_000)).toHaveLength(4);
  });

  it('of two faults of a kind the first fires first, and each occasion is one firing', () => {
    const faults = armed([
      { what: 'delay-report', delayMs: 1 },
      { what: 'delay-report', delayMs: 2, times: 'always' },
    ]);
    const delays = Array.from({ length: 3 }, () => faults.occasion('delay-report', AT)?.delayMs);
    expect(delays).toEqual([1, 2, 2]);
  });

  it('one that is disarmed fires no more, and one that is not armed cannot be', () => {
    const faults = armed([{ what: 'lose-report', times: 'always' }, { what: 'forbid' }]);
    faults.disarm(1);
    expect(firings(faults, 3)).toEqual([]);
    expect(() => faults.disarm(1)).toThrow('fault 1 is not armed; allowed: 2');
    faults.disarmAll();
    expect(faults.list()).toEqual([]);
  });
});
