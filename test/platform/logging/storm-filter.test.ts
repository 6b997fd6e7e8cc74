import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogLine } from '../../../src/platform/logging/log-entry.js';
import { StormFilter } from '../../../src/platform/logging/storm-filter.js';
import { SimClock } from '../../../src/platform/sim-clock.js';
import { LOG_LEVELS, LOG_PARTS } from '../../../src/ports/log.js';

const aLine = (given: Partial<LogLine> = {}): LogLine => ({
  ...{ level: 'warn', part: 'streaming', message: 'it is lost', fields: {} },
  ...given,
});

function aFilter(mostWatched?: number) {
  const clock = new SimClock();
  const passed: LogLine[] = [];
  const filter = new StormFilter(clock, (line) => passed.push(line), mostWatched);
  const offer = (times: number, line: LogLine): void => {
    for (let time = 0; time < times; time++) filter.offer(line);
  };
  return { clock, passed, filter, offer, messages: () => passed.map(({ message }) => message) };
}

describe('a line that is repeated quickly', () => {
  it('is written once at first, and then summed every ten seconds as long as it goes on', () => {
    const { clock, offer, messages, passed } = aFilter();
    offer(1_205, aLine());
    expect(messages()).toEqual(['it is lost']);
    clock.advance(9_999);
    expect(passed).toHaveLength(1);
    clock.advance(1);
    offer(3, aLine());
    clock.advance(10_000);
    expect(messages()).toEqual([
      'it is lost',
      '… 1,204 more like this in 10 s: it is lost',
      '… 3 more like this in 10 s: it is lost',
    ]);
    expect(passed[1]).toMatchObject({ level: 'warn', part: 'streaming', fields: { repeated: 1_204 } });
  });

  it('is written whole again once it has been quiet for as long', () => {
    const { clock, offer, messages } = aFilter();
    offer(2, aLine());
    clock.advance(10_000);
    clock.advance(10_000);
    offer(1, aLine());
    expect(messages()).toEqual(['it is lost', '… 1 more like this in 10 s: it is lost', 'it is lost']);
  });

  it('is summed in time, though nothing more is said, and others began before', () => {
    const { clock, offer, messages } = aFilter();
    offer(1, aLine({ message: 'before' }));
    clock.advance(5_000);
    offer(3, aLine());
    clock.advance(10_000);
    expect(messages()).toEqual(['before', 'it is lost', '… 2 more like this in 10 s: it is lost']);
  });

  it('leaves no timer behind when it is over', () => {
    const { clock, offer } = aFilter();
    offer(2, aLine());
    offer(1, aLine({ message: 'another' }));
    expect(clock.pendingTimers).toBe(1);
    clock.advance(30_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('has its first error whole, with its stack, and the last of what is measured in the sum', () => {
    const { clock, filter, passed } = aFilter();
    const failing = (failures: number): LogLine =>
      aLine({ level: 'error', fields: { symbol: 'XRPUSDT', failures, stack: `Error\n at ${failures}` } });
    for (const failures of [1, 2, 3]) filter.offer(failing(failures));
    clock.advance(10_000);
    expect(passed).toEqual([
      failing(1),
      {
        ...failing(3),
        message: '… 2 more like this in 10 s: it is lost',
        fields: { symbol: 'XRPUSDT', failures: 3, stack: null, repeated: 2 },
      },
    ]);
  });

  it.each<[string, Partial<LogLine>]>([
    ['level', { level: 'error' }],
    ['part', { part: 'storing' }],
    ['message', { message: 'it is gone' }],
    ['symbol', { fields: { symbol: 'BTCUSDT' } }],
    ['order', { fields: { symbol: 'XRPUSDT', clientOrderId: 'hh-1-B1' } }],
    ['reason', { fields: { symbol: 'XRPUSDT', reason: 'no route' } }],
  ])('is another one when its %s is another', (_what, other) => {
    const { filter, passed } = aFilter();
    filter.offer(aLine({ fields: { symbol: 'XRPUSDT' } }));
    filter.offer(aLine({ fields: { symbol: 'XRPUSDT' }, ...other }));
    expect(passed).toHaveLength(2);
  });

  it('is the same one whatever the order of its fields', () => {
    const { filter, passed } = aFilter();
    filter.offer(aLine({ fields: { symbol: 'XRPUSDT', reason: 'x' } }));
    filter.offer(aLine({ fields: { reason: 'x', symbol: 'XRPUSDT' } }));
    expect(passed).toHaveLength(1);
  });
});

describe('what is never summed', () => {
  it.each(['trading', 'control', 'app'] as const)('a line of %s at info, however alike', (part) => {
    const { offer, passed } = aFilter();
    offer(50, aLine({ level: 'info', part, message: 'cycle closed: sold', fields: { symbol: 'XRPUSDT' } }));
    expect(passed).toHaveLength(50);
  });

  it('a warning of control: who was refused is wanted to be known', () => {
    const { offer, passed } = aFilter();
    offer(50, aLine({ part: 'control', message: 'control: refused (no-token)' }));
    expect(passed).toHaveLength(50);
    offer(50, aLine({ part: 'control', level: 'error' }));
    expect(passed).toHaveLength(51);
  });

  it('a line at debug', () => {
    const { offer, passed } = aFilter();
    offer(50, aLine({ level: 'debug' }));
    expect(passed).toHaveLength(50);
  });
});

describe('the memory of the filter', () => {
  it('is bounded: the oldest storm is told, and forgotten', () => {
    const { clock, offer, messages } = aFilter(2);
    offer(3, aLine({ message: 'one' }));
    clock.advance(2_000);
    for (const message of ['two', 'three']) offer(1, aLine({ message }));
    expect(messages()).toEqual(['one', 'two', '… 2 more like this in 2 s: one', 'three']);
    offer(1, aLine({ message: 'one' }));
    expect(messages().at(-1)).toBe('one');
  });

  it('is told of at the end', () => {
    const { filter, offer, messages } = aFilter();
    offer(3, aLine());
    filter.flush();
    filter.flush();
    expect(messages()).toEqual(['it is lost', '… 2 more like this in 1 s: it is lost']);
  });
});

it('no line is lost from the count: what is passed on, with what it sums, is what was offered', () => {
  const line = fc.record({
    level: fc.constantFrom(...LOG_LEVELS),
    part: fc.constantFrom(...LOG_PARTS),
    message: fc.constantFrom('a', 'b'),
    fields: fc.constantFrom({}, { symbol: 'X' }, { symbol: 'Y', failures: 1 }, { symbol: 'Y', failures: 2 }),
  });
  const step = fc.record({
    line,
    times: fc.integer({ min: 1, max: 5 }),
    thenMs: fc.constantFrom(0, 1, 4_000, 15_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, mostWatched) => {
      const { clock, filter, offer, passed } = aFilter(mostWatched);
      for (const { line: offered, times, thenMs } of steps) {
        offer(times, offered);
        clock.advance(thenMs);
      }
      filter.flush();
      const kinds = (lines: readonly (readonly [LogLine, number])[]) => {
        const counts: Record<string, number> = {};
        for (const [{ level, part, message, fields }, count] of lines) {
          const kind = [level, part, message.replace(/^….*: /, ''), fields.symbol].join();
          counts[kind] = (counts[kind] ?? 0) + count;
        }
        return counts;
      };
      const told = kinds(passed.map((each) => [each, Number(each.fields.repeated ?? 1)] as const));
      expect(told).toEqual(kinds(steps.map(({ line: offered, times }) => [offered, times] as const)));
    }),
  );
});
