import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.js';
import { goldenLists } from '../support/golden.js';
import { hedgehogIn } from '../support/hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const data = process.env.HEDGEHOG_TAPES as string;
const recorded = /^([A-Z]+)-(\d{4}-\d{2}-\d{2})-/;
const lists = goldenLists(join(data, 'golden'), join(data, 'tapes')).filter(({ name }) =>
  recorded.test(name),
);
const folder = tempFolder();

describe('recorded tapes in one database place the orders of the reference system, by symbol and day', () => {
  const test = testDatabase();
  beforeAll(async () => {
    for (const [tapeFile, symbol] of new Map(lists.map((list) => [list.tapeFile, list.symbol]))) {
      const { code } = await hedgehogIn(test.environment, 'import-trades', tapeFile, '--symbol', symbol);
      expect(code).toBe(0);
    }
  });

  it('has all lists', () => {
    expect(lists).toHaveLength(12);
  });

  it.each(lists)('$name', async ({ name, symbol, settingsFile, ordersFile }) => {
    const out = folder.path(`${name}.csv`);
    const [, , day] = recorded.exec(name) as unknown as [string, string, string];
    const { code, stderr } = await hedgehogIn(
      test.environment,
      ...['backtest', '--symbol', symbol, '--from', day, '--to', day],
      ...['--settings', settingsFile, '--orders-out', out],
      ...['--exchange-info', join(data, 'exchange-info', 'exchange_info-2021.json.gz')],
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const verdict = execFileSync(process.execPath, [
      join(data, 'tools', 'compare-orders.mjs'),
      ordersFile,
      out,
    ]);
    expect(verdict.toString()).toMatch(/^equal: \d+ orders\n$/);
  });
});
