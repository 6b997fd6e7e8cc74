import { expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvRecords } from '../../../src/backtest/tape/csv-records.js';

async function* pieces(text: string, cuts: readonly number[]): AsyncGenerator<Buffer, void, void> {
  const bytes = Buffer.from(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    if (end > start) yield bytes.subarray(start, end);
    start = end;
  }
}

async function split(text: string, cuts: readonly number[]): Promise<string[][] | 'refused'> {
  const all: string[][] = [];
  const refuse = (): never => {
    throw new RangeError('refused');
  };
  try {
    for await (const records of csvRecords(pieces(text, cuts), refuse)) all.push(...records);
  } catch (error) {
    if (error instanceof RangeError) return 'refused';
    throw error;
  }
  return all;
}

function parsed(text: string): string[][] | 'refused' {
  try {
    return parse(text, { bom: true, record_delimiter: ['\r\n', '\n'], relax_column_count: true });
  } catch {
    return 'refused';
  }
}

const texts = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    fc.array(fc.constantFrom('a', '7', ',', '\n', '\r\n', '\r', 'é', '"', '\ufeff')),
  )
  .map(([mark, parts]) => mark + parts.join(''));

it('gives what a CSV parser gives, wherever the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.array(fc.nat()), async (text, cuts) => {
      // The parser alone drops a carriage return at the very end of a text that has a line feed; nobody needs that.
      fc.pre(!text.endsWith('\r'));
      expect(await split(text, cuts)).toEqual(parsed(text));
    }),
    { numRuns: 2_000 },
  );
});
