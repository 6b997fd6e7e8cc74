import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Decimal } from '../../src/domain/decimal.js';
import {
  numericBytes,
  numericBytesAt,
  readNumeric,
  writeNumeric,
} from '../../src/warehouse/binary-numeric.js';
import { testDatabase } from '../support/database.js';

const test = testDatabase();

function written(value: Decimal): Buffer {
  const bytes = Buffer.alloc(numericBytes(value));
  expect(writeNumeric(bytes, 0, value)).toBe(bytes.length);
  expect(numericBytesAt(bytes, 0)).toBe(bytes.length);
  return bytes;
}

const digits = fc.stringMatching(/^\d{1,20}$/);
const decimals = fc
  .tuple(fc.constantFrom('', '-'), digits, fc.option(digits, { nil: undefined }))
  .map(([sign, whole, part]) => new Decimal(`${sign}${whole}${part === undefined ? '' : `.${part}`}`))
  // PostgreSQL has no negative zero.
  .map((value) => (value.eq(new Decimal('0')) ? new Decimal('0') : value));

const CORNERS = [
  '0',
  '1',
  '9',
  '10',
  '9999',
  '10000',
  '100000000',
  '0.1',
  '0.0001',
  '0.00001',
  '0.00000001',
].concat([
  '1234.5678',
  '12345.678',
  '0.43190000',
  '99999999999999999999.99999999999999999999',
  '-0.5',
  '1000.0001',
]);

describe('decimals in the binary form of numeric', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        const read = readNumeric(written(value), 0);
        expect({ ...read }).toEqual({ ...value });
      }),
      { numRuns: 5_000 },
    );
  });

  it('are what the server takes them for, and reads what the server writes', async () => {
    const samples = [...CORNERS.map((text) => new Decimal(text)), ...fc.sample(decimals, 500)];
    for (const value of samples) {
      const { rows } = await test.database.pool.query<{ back: Buffer; text: string }>(
        `SELECT numeric_send(given) AS back, given::text AS text FROM (SELECT $1::numeric AS given) AS sent`,
        [value.toFixed()],
      );
      const [row] = rows;
      const back = row?.back as Buffer;
      const withLength = Buffer.concat([Buffer.from([0, 0, 0, back.length]), back]);
      expect({ ...readNumeric(withLength, 0) }).toEqual({ ...value });
      expect(row?.text).toBe(value.toFixed());
      // The server cuts zeros off the groups; apart from that the bytes are its own.
      expect({ ...readNumeric(written(value), 0) }).toEqual({ ...readNumeric(withLength, 0) });
    }
  });

  it('that are not finite are refused', async () => {
    for (const text of ['NaN', 'Infinity', '-Infinity']) {
      const { rows } = await test.database.pool.query<{ back: Buffer }>(
        'SELECT numeric_send($1::numeric) AS back',
        [text],
      );
      const back = rows[0]?.back as Buffer;
      expect(() => readNumeric(Buffer.concat([Buffer.from([0, 0, 0, back.length]), back]), 0)).toThrow(
        'not finite',
      );
    }
  });
});
