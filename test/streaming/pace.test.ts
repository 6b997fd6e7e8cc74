import { describe, expect, it } from '@jest/globals';
import { gapMs, parsePace } from '../../src/streaming/pace.js';

describe('parsePace', () => {
  it.each([
    { text: '50/s', gap: 20 },
    { text: '0.5/s', gap: 2_000 },
    { text: '20ms', gap: 20 },
    { text: 'x1', gap: 300 },
    { text: 'x10', gap: 30 },
    { text: 'x0.5', gap: 600 },
  ])('$text leaves $gap ms between trades told 300 ms apart', ({ text, gap }) => {
    expect(gapMs(parsePace(text), 1_000, 1_300)).toBeCloseTo(gap);
  });

  it.each(['', 'fast', '0/s', '0ms', 'x0', '-5ms', '10', '5 ms', 'x', '1e3/s', '/s'])(
    'refuses %p',
    (text) => {
      expect(() => parsePace(text)).toThrow(
        `${JSON.stringify(text)}; allowed is trades per second such as 50/s`,
      );
    },
  );
});
