import { describe, expect, it } from '@jest/globals';
import { type Question, TradeLine } from '../../src/streaming/trade-line.js';
import { aTrade, trades } from '../support/market.js';

const aLine = (last: number | null = null, maxResume = 100): TradeLine => {
  const line = new TradeLine(1_000, maxResume);
  line.begin(last);
  return line;
};
const ready = (line: TradeLine): number[] => line.sequence.ready.map(({ tradeId }) => tradeId);

/** A line that has published 10. */
const aStreamingLine = (): TradeLine => {
  const line = aLine();
  line.offer(aTrade(10));
  line.sequence.release(1);
  return line;
};

const asked = (line: TradeLine): Question => {
  const question = line.question();
  if (question === null) throw new Error('nothing is asked');
  return question;
};

describe('what is asked', () => {
  it('is nothing while trades follow one another', () => {
    const line = aStreamingLine();
    line.offer(aTrade(11));
    expect(line.question()).toBeNull();
    expect(line.isLive).toBe(true);
  });

  it('is a gap and one more, so that the answer goes past it', () => {
    const line = aStreamingLine();
    line.offer(aTrade(14));
    expect(asked(line)).toEqual({ purpose: 'gap', fromId: 11, limit: 4 });
    expect(line.isLive).toBe(false);
    line.answer(asked(line), trades(11, 14));
    expect(ready(line)).toEqual([11, 12, 13, 14]);
    expect(line.question()).toBeNull();
  });

  it('is a large gap page by page', () => {
    const line = aStreamingLine();
    line.offer(aTrade(2_500));
    expect(asked(line)).toEqual({ purpose: 'gap', fromId: 11, limit: 1_000 });
    line.answer(asked(line), trades(11, 1_010));
    expect(line.trouble).toBeNull();
    expect(asked(line)).toEqual({ purpose: 'gap', fromId: 1_011, limit: 1_000 });
  });

  it('is what the exchange does not serve yet, again', () => {
    const line = aStreamingLine();
    line.offer(aTrade(14));
    line.answer(asked(line), []);
    expect(line.trouble).toMatchObject({ kind: 'not-served', times: 1 });
    line.answer(asked(line), []);
    expect(line.trouble).toMatchObject({ kind: 'not-served', times: 2 });
    line.answer(asked(line), trades(11, 12));
    expect(line.trouble).toMatchObject({ kind: 'not-served', times: 1 });
    expect(asked(line)).toEqual({ purpose: 'gap', fromId: 13, limit: 2 });
    line.answer(asked(line), trades(13, 14));
    expect([line.trouble, line.question()]).toEqual([null, null]);
  });

  it('is asked again after a failure, which is counted and said', () => {
    const line = aStreamingLine();
    line.offer(aTrade(14));
    line.failed('connection refused');
    line.failed('connection refused');
    expect(line.trouble).toEqual({ kind: 'failed', times: 2, reason: 'connection refused' });
    line.rateLimited();
    expect(line.trouble).toMatchObject({ kind: 'rate-limited', times: 1 });
    line.answer(asked(line), trades(11, 14));
    expect(line.trouble).toBeNull();
  });

  it('is no trouble any more when the gap is closed by the stream', () => {
    const line = aStreamingLine();
    line.offer(aTrade(12));
    line.failed('connection refused');
    line.offer(aTrade(11));
    expect([line.trouble, line.question()]).toEqual([null, null]);
  });

  it.each([
    ['descending', [12, 11]],
    ['twice the same', [11, 11]],
    ['before what was asked for', [10, 11]],
  ])('is asked again when the answer is %s', (_, ids) => {
    const line = aStreamingLine();
    line.offer(aTrade(14));
    line.answer(
      asked(line),
      ids.map((id) => aTrade(id)),
    );
    expect(line.trouble).toMatchObject({ kind: 'failed', reason: 'the trades are not in order' });
    expect(ready(line)).toEqual([]);
  });

  it('is noted when the exchange leaves it out', () => {
    const line = aStreamingLine();
    line.offer(aTrade(14));
    line.answer(asked(line), [aTrade(12), aTrade(14)]);
    const notes = line.unrecorded();
    expect(notes).toEqual([
      { kind: 'absent', range: { from: 11, to: 11 } },
      { kind: 'absent', range: { from: 13, to: 13 } },
    ]);
    line.recorded(notes);
    expect(line.unrecorded()).toEqual([]);
  });
});

describe('a check for what nobody heard', () => {
  it('is made when it is due and no trade has come', () => {
    const line = aStreamingLine();
    line.expectCheck();
    expect(line.question()).toBeNull();
    line.checkIsDue();
    expect(asked(line)).toEqual({ purpose: 'check', fromId: 11, limit: 1_000 });
    line.answer(asked(line), trades(11, 12));
    expect(ready(line)).toEqual([11, 12]);
    expect([line.question(), line.isLive]).toEqual([null, true]);
  });

  it('goes on while answers are full', () => {
    const line = aStreamingLine();
    line.expectCheck();
    line.checkIsDue();
    line.answer(asked(line), trades(11, 1_010));
    expect(asked(line)).toEqual({ purpose: 'check', fromId: 1_011, limit: 1_000 });
    line.answer(asked(line), []);
    expect(line.question()).toBeNull();
  });

  it('is not made when a trade comes before, as that tells', () => {
    const line = aStreamingLine();
    line.expectCheck();
    line.offer(aTrade(11));
    line.checkIsDue();
    expect(line.question()).toBeNull();
  });

  it('is made in spite of a duplicate, which tells nothing', () => {
    const line = aStreamingLine();
    line.expectCheck();
    line.offer(aTrade(10));
    line.checkIsDue();
    expect(asked(line).purpose).toBe('check');
  });

  it('is made once more when it is expected again while the answer was on its way', () => {
    const line = aStreamingLine();
    line.expectCheck();
    line.checkIsDue();
    const question = asked(line);
    line.offer(aTrade(11));
    line.expectCheck();
    line.answer(question, [aTrade(11)]);
    line.checkIsDue();
    expect(asked(line)).toEqual({ purpose: 'check', fromId: 12, limit: 1_000 });
  });

  it('asks nothing when nothing was ever published', () => {
    const line = aLine();
    line.expectCheck();
    line.checkIsDue();
    expect(line.question()).toBeNull();
  });
});

describe('after a start', () => {
  it('catches up with what was traded meanwhile', () => {
    const line = aLine(10, 100);
    expect(line.phase).toBe('resuming');
    line.offer(aTrade(111));
    expect(asked(line)).toEqual({ purpose: 'gap', fromId: 11, limit: 101 });
    expect(line.phase).toBe('streaming');
  });

  it('gives up what is too much, and notes it', () => {
    const line = aLine(10, 100);
    line.offer(aTrade(112));
    expect(ready(line)).toEqual([112]);
    expect(line.question()).toBeNull();
    expect(line.unrecorded()).toEqual([{ kind: 'missing', range: { from: 11, to: 111 } }]);
  });

  it('gives up nothing later on', () => {
    const line = aLine(10, 100);
    line.offer(aTrade(11));
    line.offer(aTrade(500));
    expect(asked(line)).toMatchObject({ purpose: 'gap', fromId: 12 });
  });

  it('judges by what came before it was known where to begin', () => {
    const line = new TradeLine(1_000, 100);
    line.offer(aTrade(500));
    line.begin(10);
    expect(ready(line)).toEqual([500]);
    expect(line.unrecorded()).toMatchObject([{ kind: 'missing' }]);
  });

  it('probes first when the symbol is quiet, and then checks', () => {
    const line = aLine(10, 100);
    line.expectCheck();
    line.checkIsDue();
    expect(asked(line)).toEqual({ purpose: 'probe', fromId: 111, limit: 1 });
    line.answer(asked(line), []);
    expect(asked(line)).toEqual({ purpose: 'check', fromId: 11, limit: 1_000 });
  });

  it('waits for a trade when the probe finds too much', () => {
    const line = aLine(10, 100);
    line.expectCheck();
    line.checkIsDue();
    line.answer(asked(line), [aTrade(111)]);
    expect(line.question()).toBeNull();
    line.offer(aTrade(300));
    expect(ready(line)).toEqual([300]);
    expect(line.unrecorded()).toEqual([{ kind: 'missing', range: { from: 11, to: 299 } }]);
  });

  it('does not care for a probe that is answered after a trade has come', () => {
    const line = aLine(10, 100);
    line.expectCheck();
    line.checkIsDue();
    const probe = asked(line);
    line.offer(aTrade(100));
    line.answer(probe, [aTrade(111)]);
    expect(asked(line)).toMatchObject({ purpose: 'gap', fromId: 11 });
  });

  it('is as after a start when it was left and is taken up again', () => {
    const line = aStreamingLine();
    line.offer(aTrade(12));
    line.failed('no network');
    line.leave();
    expect([line.phase, line.trouble, line.question()]).toEqual(['resuming', null, null]);
    line.offer(aTrade(500));
    expect(ready(line)).toEqual([500]);
    expect(line.unrecorded()).toEqual([{ kind: 'missing', range: { from: 11, to: 499 } }]);
  });
});
