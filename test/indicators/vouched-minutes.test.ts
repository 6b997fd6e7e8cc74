import { describe, expect, it } from '@jest/globals';
import { ONE } from '../../src/domain/decimal.js';
import { vouchedMinutes } from '../../src/indicators/vouched-minutes.js';
import type { MinuteOfTrades } from '../../src/ports/trade-history.js';

const MINUTE = 60_000;
const FROM = 10 * MINUTE;

const minute = (openTime: number, lowestId: number, highestId: number, absent = 0): MinuteOfTrades => ({
  openTime,
  open: ONE,
  high: ONE,
  low: ONE,
  close: ONE,
  volume: ONE,
  tradeCount: highestId - lowestId + 1 - absent,
  first: { time: openTime, id: lowestId },
  last: { time: openTime + 1, id: highestId },
  lowestId,
  highestId,
});

const A = minute(10 * MINUTE, 1, 5);
const B = minute(11 * MINUTE, 6, 9);
const C = minute(14 * MINUTE, 10, 12);

describe('vouchedMinutes', () => {
  it.each([
    { name: 'all, back to the start', minutes: [A, B, C], reachesBack: true, kept: 3, from: FROM },
    {
      name: 'from the second minute when storing began in the first',
      minutes: [A, B, C],
      reachesBack: false,
      kept: 3,
      from: 11 * MINUTE,
    },
    {
      name: 'those after a gap between minutes, where the first may lack trades',
      minutes: [A, C],
      reachesBack: true,
      kept: 1,
      from: 15 * MINUTE,
    },
    {
      name: 'those after a gap within a minute',
      minutes: [A, minute(11 * MINUTE, 6, 9, 1), C],
      reachesBack: true,
      kept: 1,
      from: 12 * MINUTE,
    },
    {
      name: 'an empty stretch that begins after a stored trade',
      minutes: [],
      reachesBack: true,
      kept: 0,
      from: FROM,
    },
  ])('vouches for $name', ({ minutes, reachesBack, kept, from }) => {
    const vouched = vouchedMinutes({ minutes, reachesBack }, FROM, 13);
    expect(vouched?.minutes).toEqual(kept === 0 ? [] : minutes.slice(-kept));
    expect(vouched?.completeFrom).toBe(from);
  });

  it.each([
    { name: 'trades are absent before the first one heard', minutes: [A, B], reachesBack: true },
    { name: 'nothing is stored', minutes: [], reachesBack: false },
  ])('vouches for nothing when $name', ({ minutes, reachesBack }) => {
    expect(vouchedMinutes({ minutes, reachesBack }, FROM, 13)).toBeUndefined();
  });
});
