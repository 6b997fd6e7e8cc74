import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGzip } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { openTape } from '../../../src/backtest/tape/tape.js';
import { HEADER, row } from '../../support/tape-text.js';
import { tempFolder } from '../../support/temp-folder.js';

const folder = tempFolder();
const ROWS = 500_000;

function* lines(): Generator<string> {
  yield `${HEADER}\n`;
  for (let start = 0; start < ROWS; start += 1000) {
    yield Array.from({ length: 1000 }, (_, index) => `${row({ trade_id: String(start + index) })}\n`).join(
      '',
    );
  }
}

/** Bytes in use once everything that nobody holds is gone. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it('memory does not grow with the tape', async () => {
  const file = folder.path('long.csv.gz');
  await pipeline(Readable.from(lines()), createGzip({ level: 1 }), createWriteStream(file));

  let seen = 0;
  let next = 50_000;
  const readings: number[] = [];
  for await (const batch of openTape(file, { symbol: 'XRPUSDT' })) {
    seen += batch.length;
    if (seen < next) continue;
    readings.push(heapUsed());
    next += 100_000;
  }

  expect(seen).toBe(ROWS);
  // All its events together would take more than 100 MB.
  expect(Math.max(...readings) - (readings[0] ?? 0)).toBeLessThan(25_000_000);
});
