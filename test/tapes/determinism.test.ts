import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { goldenLists, goldenOrders } from '../support/golden.js';

const data = process.env.HEDGEHOG_TAPES as string;
const lists = goldenLists(join(data, 'golden'), join(data, 'tapes'));
const RUNS = 10;
const run = promisify(execFile);

const VARIANTS = [
  { variant: 'as it is', flags: [], more: [] },
  { variant: 'with a tiny young generation', flags: ['--max-semi-space-size=1'], more: [] },
  { variant: 'with actors that pause at random', flags: [], more: ['1000'] },
];
const cases = lists.flatMap((list) => VARIANTS.map((variant) => ({ ...list, ...variant })));

describe(`${RUNS} runs place the same orders, and the reference's`, () => {
  it.each(cases)(
    '$name, $variant',
    async (golden) => {
      const { symbol, tapeFile, settingsFile, flags, more } = golden;
      const info = join(data, 'exchange-info', 'exchange_info-2021.json.gz');
      const { stdout } = await run(process.execPath, [
        ...flags,
        ...['test/tapes/repeat-runs.mjs', tapeFile, symbol, settingsFile, info, String(RUNS), ...more],
      ]);
      const hash = createHash('sha256').update(goldenOrders(golden).join('\n')).digest('hex');
      expect(JSON.parse(stdout)).toEqual(Array.from({ length: RUNS }, () => hash));
    },
    600_000,
  );
});
