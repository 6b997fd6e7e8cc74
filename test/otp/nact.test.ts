import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeName } from '../../src/otp/nact.js';

describe('encodeName', () => {
  it.each([
    { name: 'leaves plain names as they are', given: 'Trader-12_x', encoded: 'Trader-12_x' },
    { name: 'writes other characters as code points', given: 'T:X Y', encoded: 'T$3a.X$20.Y' },
    { name: 'writes its own marks too', given: '$3a.', encoded: '$24.3a$2e.' },
    { name: 'takes a character beyond 16 bits as one', given: '🦔', encoded: '$1f994.' },
    { name: 'has a word for the empty name', given: '', encoded: '$.' },
  ])('$name', ({ given, encoded }) => {
    expect(encodeName(given)).toBe(encoded);
  });

  const anyName = fc.string({ unit: 'binary', maxLength: 12 });
  const trickyName = fc.string({
    unit: fc.constantFrom('$', '.', '3', 'a', ':', ' ', '2', '4'),
    maxLength: 8,
  });

  it('writes only what nact takes', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(encodeName(name)).toMatch(/^[a-z0-9\-$_.+!*'(),]+$/i);
      }),
    );
  });

  it('never makes one name of two', () => {
    const names = fc.oneof(anyName, trickyName);
    fc.assert(
      fc.property(names, names, (a, b) => {
        expect(encodeName(a) === encodeName(b)).toBe(a === b);
      }),
      { numRuns: 2_000 },
    );
  });
});
