import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.js';
import { comparableOrders, goldenOrders, OUR_LISTS } from '../support/golden.js';
import { hedgehog, hedgehogIn } from '../support/hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const tapes = [...new Set(OUR_LISTS.map(({ tapeFile }) => tapeFile))];
const WIDE = ['--from', '1970-01-01', '--to', '2100-01-01'];

// The synthetic tapes have the same trade ids, so each has a database of its own.
describe.each(tapes)('the trades of %s, imported', (tapeFile) => {
  const test = testDatabase();
  const lists = OUR_LISTS.filter((list) => list.tapeFile === tapeFile);
  beforeAll(async () => {
    const { code } = await hedgehogIn(test.environment, 'import-trades', tapeFile, '--symbol', 'XRPUSDT');
    expect(code).toBe(0);
  });

  it.each(lists)('place the same orders as the tape: $name', async (list) => {
    const settings = ['--symbol', list.symbol, '--settings', list.settingsFile, '--json', '--orders-out'];
    const [fromDatabase, fromTape, shown] = ['stored', 'tape', 'shown'].map((name) =>
      folder.path(`${list.name}-${name}.csv`),
    ) as [string, string, string];
    const tape = await hedgehog('backtest', '--tape', tapeFile, ...settings, fromTape);
    const stored = await hedgehogIn(test.environment, 'backtest', ...WIDE, ...settings, fromDatabase);
    expect(stored.stderr).toBe('');
    expect(stored.code).toBe(0);
    expect(readFileSync(fromDatabase, 'utf8')).toBe(readFileSync(fromTape, 'utf8'));
    expect(comparableOrders(readFileSync(fromDatabase, 'utf8'))).toEqual(goldenOrders(list));

    const { runId, ...summary } = JSON.parse(stored.stdout) as Record<string, unknown>;
    const { ordersHash, netProfit, events } = JSON.parse(tape.stdout) as Record<string, unknown>;
    expect(summary).toMatchObject({ ordersHash, netProfit, events });
    const show = await hedgehogIn(
      test.environment,
      'backtests',
      'show',
      String(runId),
      '--json',
      '--orders-out',
      shown,
    );
    expect(readFileSync(shown, 'utf8')).toBe(readFileSync(fromTape, 'utf8'));
    expect(JSON.parse(show.stdout)).toMatchObject({
      id: runId,
      symbol: 'XRPUSDT',
      from: '1970-01-01T00:00:00.000Z',
      to: '2100-01-01T23:59:59.999Z',
      summary,
      settings: { budget: expect.any(String), fee: expect.any(String) },
    });
  });

  it('stores each run, apart from live orders', async () => {
    const { stdout } = await hedgehogIn(test.environment, 'backtests', 'list', '--json');
    const ids = (JSON.parse(stdout) as { id: number }[]).map(({ id }) => id);
    expect(ids).toEqual(lists.map((_, index) => lists.length - index));
    const table = await hedgehogIn(test.environment, 'backtests', 'list');
    expect(table.stdout).toMatch(/id .* net result/);
    expect(await test.database.kysely.selectFrom('orders').selectAll().execute()).toEqual([]);
  });
});
