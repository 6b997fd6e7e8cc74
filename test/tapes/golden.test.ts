import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { goldenLists } from '../support/golden.js';
import { hedgehog } from '../support/hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const data = process.env.HEDGEHOG_TAPES as string;
const lists = goldenLists(join(data, 'golden'), join(data, 'tapes'));
const folder = tempFolder();

describe('the orders on recorded tapes equal the reference system’s', () => {
  it('has all lists', () => {
    expect(lists).toHaveLength(21);
  });

  it.each(lists)('$name', async ({ name, tapeFile, symbol, settingsFile, ordersFile }) => {
    const out = folder.path(`${name}.csv`);
    const { code, stderr } = await hedgehog(
      ...[
        'backtest',
        '--tape',
        tapeFile,
        '--symbol',
        symbol,
        '--settings',
        settingsFile,
        '--orders-out',
        out,
      ],
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
