import { describe, expect, it } from '@jest/globals';
import { InputError } from '../../src/platform/input-error.js';
import { parsePeriod } from '../../src/platform/period-option.js';

describe('parsePeriod', () => {
  it.each([
    { from: '2019-06-01', to: '2019-06-01', want: [1_559_347_200_000, 1_559_433_599_999] },
    { from: '2020-02-29', to: '2020-03-01', want: [1_582_934_400_000, 1_583_107_199_999] },
    {
      from: '2019-06-01T12:00:00Z',
      to: '2019-06-01T12:00:00Z',
      want: [1_559_390_400_000, 1_559_390_400_000],
    },
    {
      from: '2019-06-01T12:00Z',
      to: '2019-06-01T12:00:00.250Z',
      want: [1_559_390_400_000, 1_559_390_400_250],
    },
    { from: '2019-06-01T23:59:59.999Z', to: '2019-06-01', want: [1_559_433_599_999, 1_559_433_599_999] },
  ])('takes $from to $to', ({ from, to, want }) => {
    const { fromMs, toMs } = parsePeriod(from, to);
    expect([fromMs, toMs]).toEqual(want);
  });

  it.each([
    { from: '2019-02-29', to: '2019-06-01', says: '--from is "2019-02-29"' },
    { from: '2019-06-01', to: '2019-06-31', says: '--to is "2019-06-31"' },
    { from: '2019-6-1', to: '2019-06-01', says: '--from is "2019-6-1"' },
    { from: '2019-06-01T12:00:00', to: '2019-06-01', says: '--from' },
    { from: '2019-06-01T24:00:00Z', to: '2019-06-03', says: '--from' },
    { from: '2019-06-01T12:00:00.0001Z', to: '2019-06-03', says: '--from' },
    { from: 'yesterday', to: '2019-06-01', says: 'a UTC day' },
    { from: '', to: '2019-06-01', says: '--from' },
    { from: '2019-06-02', to: '2019-06-01', says: '--from 2019-06-02 comes after --to 2019-06-01' },
    { from: '2019-06-01T12:00:00.001Z', to: '2019-06-01T12:00:00Z', says: 'comes after' },
  ])('refuses $from to $to', ({ from, to, says }) => {
    expect(() => parsePeriod(from, to)).toThrow(InputError);
    expect(() => parsePeriod(from, to)).toThrow(says);
  });
});
