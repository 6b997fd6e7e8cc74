import { describe, expect, it } from '@jest/globals';
import { parseFaults } from '../../../../src/exchange/simulator/faults/fault.js';
import { InputError } from '../../../../src/platform/input-error.js';

describe('parseFaults', () => {
  it('what is left out takes its default', () => {
    expect(parseFaults([{ what: 'answer-error' }], 'f.json')).toEqual([
      {
        what: 'answer-error',
        where: {},
        skip: 0,
        times: 1,
        probability: 1,
        status: 503,
        code: -1007,
        message:
          'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
        form: 'json',
        done: 'now',
        laterMs: 3_000,
      },
    ]);
  });

  it('one fault may stand without a list', () => {
    expect(parseFaults({ what: 'clock-skew', skewMs: -1_500 }, 'x')).toEqual([
      { what: 'clock-skew', skewMs: -1_500 },
    ]);
  });

  it.each([
    { json: 'x', says: 'faults in f.json: [0] is "x"; allowed is an object with a field `what`' },
    { json: [{ what: 'explode' }], says: '[0].what is "explode"; allowed is' },
    {
      json: [{ what: 'delay-report' }],
      says: '[0].delayMs is missing; allowed is a whole number of milliseconds',
    },
    { json: [{ what: 'delay-report', delayMs: 1.5 }], says: '[0].delayMs is the number 1.5' },
    {
      json: [{ what: 'forbid', times: 0 }],
      says: '[0].times is the number 0; allowed is a whole number from 1, or "always"',
    },
    {
      json: [{ what: 'forbid', probability: 2 }],
      says: '[0].probability is the number 2; allowed is a number above 0',
    },
    {
      json: [{ what: 'forbid', tmies: 2 }],
      says: '"tmies" is unknown; allowed are what, where, skip, times',
    },
    {
      json: [{ what: 'lose-report', where: { side: 'BUY' } }],
      says: '"side" is unknown; allowed are account, symbol, executionType',
    },
    {
      json: [{ what: 'rate-limit', status: 430 }],
      says: '[0].status is the number 430; allowed is 429 or 418',
    },
  ])('it is refused with: $says', ({ json, says }) => {
    const parse = () => parseFaults(json, 'f.json');
    expect(parse).toThrow(InputError);
    expect(parse).toThrow(says);
  });

  it('everything that is wrong is told at once', () => {
    expect(() => parseFaults([{ what: 'forbid', skip: -1 }, { what: 'clock-skew' }], 'f.json')).toThrow(
      /\[0\]\.skip is the number -1[\s\S]*\[1\]\.skewMs is missing/,
    );
  });
});
