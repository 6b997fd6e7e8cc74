import { describe, expect, it } from '@jest/globals';
import { TradeSequence } from '../../src/streaming/trade-sequence.js';
import { aTrade, trades } from '../support/market.js';

const aSequence = (last: number | null = null, maxWaiting = 100): TradeSequence => {
  const sequence = new TradeSequence(maxWaiting);
  sequence.begin(last);
  return sequence;
};

const offer = (sequence: TradeSequence, ...ids: number[]): string[] =>
  ids.map((id) => sequence.offer(aTrade(id)));

const ready = (sequence: TradeSequence): number[] => sequence.ready.map(({ tradeId }) => tradeId);

describe('TradeSequence', () => {
  it('takes the first trade of all, whatever its id', () => {
    const sequence = aSequence();
    expect(offer(sequence, 70, 71)).toEqual(['ready', 'ready']);
    expect(ready(sequence)).toEqual([70, 71]);
    expect(sequence.gap).toBeNull();
  });

  it('drops what comes twice, also what waits already', () => {
    const sequence = aSequence(9);
    expect(offer(sequence, 10, 10, 9, 12, 12)).toEqual([
      'ready',
      'duplicate',
      'duplicate',
      'waiting',
      'duplicate',
    ]);
    expect(sequence.duplicates).toBe(3);
  });

  it('holds what comes after a gap back until the gap is closed', () => {
    const sequence = aSequence(9);
    offer(sequence, 13, 12, 15);
    expect(ready(sequence)).toEqual([]);
    expect(sequence.gap).toEqual({ from: 10, to: 11 });
    offer(sequence, 11, 10);
    expect(ready(sequence)).toEqual([10, 11, 12, 13]);
    expect(sequence.gap).toEqual({ from: 14, to: 14 });
  });

  it('joins what was fetched with what waits, and prefers the trade that was streamed', () => {
    const sequence = aSequence(9);
    sequence.offer(aTrade(12, { eventTime: 77 }));
    expect(sequence.takeFetched(trades(10, 14))).toEqual([]);
    expect(ready(sequence)).toEqual([10, 11, 12, 13, 14]);
    expect(sequence.ready[2]?.eventTime).toBe(77);
    expect(sequence.gap).toBeNull();
  });

  it('passes over ids that the exchange leaves out, and no others', () => {
    const sequence = aSequence(9);
    offer(sequence, 13, 20);
    expect(sequence.takeFetched([aTrade(11), aTrade(15), aTrade(16)])).toEqual([
      { from: 10, to: 10 },
      { from: 12, to: 12 },
      { from: 14, to: 14 },
    ]);
    expect(ready(sequence)).toEqual([11, 13, 15, 16]);
    expect(sequence.gap).toEqual({ from: 17, to: 19 });
    expect(sequence.absent).toBe(3);
  });

  it('learns nothing from what it knows', () => {
    const sequence = aSequence(9);
    offer(sequence, 10, 11, 12);
    expect(sequence.takeFetched([aTrade(8), aTrade(11)])).toEqual([]);
    expect([ready(sequence), sequence.duplicates]).toEqual([[10, 11, 12], 0]);
  });

  it('lets the oldest go when too many wait, and the gap grows', () => {
    const sequence = aSequence(9, 3);
    offer(sequence, 20, 21, 22, 23, 12);
    expect(sequence.gap).toEqual({ from: 10, to: 20 });
    expect([sequence.waitingCount, sequence.droppedCount]).toEqual([3, 2]);
    sequence.takeFetched(trades(10, 20));
    expect(ready(sequence)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  });

  it('lets everything wait until it is known where to begin', () => {
    const sequence = new TradeSequence(100);
    expect(offer(sequence, 10, 11, 12)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(sequence.gap).toBeNull();
    sequence.begin(10);
    expect(ready(sequence)).toEqual([11, 12]);
  });

  it('begins with the first that waits when nothing was published before', () => {
    const sequence = new TradeSequence(100);
    offer(sequence, 10, 11);
    sequence.begin(null);
    expect(ready(sequence)).toEqual([10, 11]);
  });

  it('gives up a gap', () => {
    const sequence = aSequence(9);
    expect(sequence.skipGap()).toBeNull();
    offer(sequence, 100, 101);
    expect(sequence.skipGap()).toEqual({ from: 10, to: 99 });
    expect(ready(sequence)).toEqual([100, 101]);
  });

  it('releases what was published', () => {
    const sequence = aSequence(9);
    offer(sequence, 10, 11, 12);
    sequence.release(2);
    expect(ready(sequence)).toEqual([12]);
  });
});
