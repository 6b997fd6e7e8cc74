import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { describeRanges } from '../../src/domain/id-range.js';
import { IdRanges } from '../../src/warehouse/id-ranges.js';

describe('IdRanges', () => {
  it('merges what overlaps or touches', () => {
    const ids = new IdRanges();
    ids.add(5, 7);
    ids.add(10, 10);
    ids.add(8, 8);
    expect(describeRanges(ids.list())).toBe('5-8,10');
    ids.add(1, 20);
    expect(describeRanges(ids.list())).toBe('1-20');
    expect(ids.count).toBe(20);
  });

  it('holds just the ids that a set would, in the fewest ranges', () => {
    const range = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }));
    const step = fc.tuple(fc.constantFrom('add' as const, 'remove' as const), range);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const ids = new IdRanges();
        const set = new Set<number>();
        for (const [what, [from, length]] of steps) {
          ids[what](from, from + length);
          for (let id = from; id <= from + length; id++) set[what === 'add' ? 'add' : 'delete'](id);
        }
        const listed = ids
          .list()
          .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
        expect(listed).toEqual([...set].toSorted((a, b) => a - b));
        expect(ids.count).toBe(set.size);
        expect(ids.list()).toHaveLength([...set].filter((id) => !set.has(id - 1)).length);
      }),
    );
  });
});
