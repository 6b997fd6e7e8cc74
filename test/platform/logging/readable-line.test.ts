import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '../../../src/platform/logging/log-entry.js';
import { lookOf, readableLine } from '../../../src/platform/logging/readable-line.js';

const entry: LogEntry = {
  time: '2026-01-02T03:04:05.006Z',
  level: 'warn',
  part: 'trading',
  message: 'parked',
  fields: { symbol: 'XRPUSDT', code: null, late: false },
};
const PLAIN = { colours: false, time: 'iso' } as const;

describe('readableLine', () => {
  it('has the whole time, level, part, message and fields that are set', () => {
    expect(readableLine(entry, PLAIN)).toBe(
      '2026-01-02T03:04:05.006Z warn  trading    parked symbol=XRPUSDT late=false',
    );
  });

  it('has a stack and a detail below it', () => {
    const fields = { stack: 'Error: x\n  at y' };
    expect(readableLine({ ...entry, fields }, PLAIN, 'a\n  b')).toBe(
      '2026-01-02T03:04:05.006Z warn  trading    parked\nError: x\n  at y\na\n  b',
    );
  });

  it('colours the level alone, and has the time of day here, on a terminal', () => {
    const at = new Date(entry.time);
    const two = (part: number) => String(part).padStart(2, '0');
    expect(readableLine(entry, { colours: true, time: 'short' })).toBe(
      `${two(at.getHours())}:${two(at.getMinutes())}:05.006 \u001b[33mwarn \u001b[39m trading    parked symbol=XRPUSDT late=false`,
    );
  });
});

describe('lookOf', () => {
  it.each([
    { isTTY: true, NO_COLOR: undefined, want: { colours: true, time: 'short' } },
    { isTTY: true, NO_COLOR: '', want: { colours: true, time: 'short' } },
    { isTTY: true, NO_COLOR: '1', want: { colours: false, time: 'short' } },
    { isTTY: false, NO_COLOR: undefined, want: { colours: false, time: 'iso' } },
    { isTTY: undefined, NO_COLOR: undefined, want: { colours: false, time: 'iso' } },
  ])('is $want for TTY $isTTY and NO_COLOR $NO_COLOR', ({ isTTY, NO_COLOR, want }) => {
    expect(lookOf({ ...(isTTY === undefined ? {} : { isTTY }) }, { NO_COLOR })).toEqual(want);
  });
});
