import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Decimal, parseDecimal } from '../../src/domain/decimal.js';

const digits = fc.stringMatching(/^[0-9]{1,22}$/);
const texts = fc.oneof(
  fc.tuple(digits, digits).map(([whole, part]) => `${whole}.${part}`),
  digits,
  fc.stringMatching(/^[0.]{0,12}[0-9.]{0,12}$/),
  fc.stringMatching(/^[-+ e0-9./:]{0,12}$/),
);

describe('parseDecimal', () => {
  it('takes plain decimals of up to 20 digits before and after the point, as big.js does, and nothing else', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const wanted = /^\d{1,20}(\.\d{1,20})?$/.test(text) ? { ...new Decimal(text) } : undefined;
        const given = parseDecimal(text);
        expect(given && { ...given }).toEqual(wanted);
      }),
      { numRuns: 5_000 },
    );
  });
});
