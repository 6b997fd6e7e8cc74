import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.js';
import { comparableOrders, goldenOrders, OUR_LISTS } from '../support/golden.js';
import { hedgehog, hedgehogIn, type Ran } from '../support/hedgehog.js';
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

describe('hedgehog backtest --from --to', () => {
  const test = testDatabase();
  const backtest = (...args: string[]): Promise<Ran> =>
    hedgehogIn(test.environment, 'backtest', '--symbol', 'XRPUSDT', ...args);
  const e2e = 'test/fixtures/tapes/XRPUSDT-e2e.csv.gz';
  let times: number[];
  beforeAll(async () => {
    await hedgehogIn(test.environment, 'import-trades', e2e, '--symbol', 'XRPUSDT');
    const rows = await test.database.kysely
      .selectFrom('trade_events')
      .select('trade_time')
      .orderBy('trade_id')
      .execute();
    times = rows.map(({ trade_time }) => Number(trade_time));
  });

  it('plays the trades of the period, to the millisecond at both ends', async () => {
    const at = (ms: number): string => new Date(ms).toISOString();
    const [, second, , , fifth] = times as [number, number, number, number, number];
    for (const [fromMs, toMs, events] of [
      [second, fifth, 4],
      [second + 1, fifth, 3],
      [second, fifth - 1, 3],
      [second, second, 1],
    ] as const) {
      const { stdout } = await backtest('--from', at(fromMs), '--to', at(toMs), '--json');
      expect(JSON.parse(stdout)).toMatchObject({ events });
    }
  });

  it('says under which number it was stored, and shows the tree on request', async () => {
    const { stdout } = await backtest(...WIDE, '--inspect');
    expect(stdout).toMatch(/stored as backtest \d+/);
    expect(stdout).toMatch(/Leader XRPUSDT/);
  });

  it.each([
    { name: 'no source', args: [], says: '--tape' },
    { name: 'two sources', args: ['--tape', e2e, ...WIDE], says: 'allowed is one of them' },
    { name: 'half a period', args: ['--from', '2019-06-01'], says: '--to is missing' },
    { name: 'the other half', args: ['--to', '2019-06-01'], says: '--from is missing' },
    {
      name: 'no such day',
      args: ['--from', '2019-02-29', '--to', '2019-06-01'],
      says: '--from is "2019-02-29"',
    },
    {
      name: 'an end before the start',
      args: ['--from', '2019-06-02', '--to', '2019-06-01'],
      says: 'comes after',
    },
    { name: '--sort', args: [...WIDE, '--sort'], says: '--sort goes with --tape' },
    {
      name: 'a period without trades',
      args: ['--from', '2001-01-01', '--to', '2001-01-02'],
      says: 'stored ones are from',
    },
    {
      name: 'a symbol without trades',
      args: [...WIDE, '--symbol', 'ADAUSDT'],
      says: 'no trades of ADAUSDT are stored',
    },
    { name: 'a symbol that is not listed', args: [...WIDE, '--symbol', 'NOPE'], says: '--symbol NOPE' },
  ])('refuses $name', async ({ args, says }) => {
    const { code, stdout, stderr } = await backtest(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    { id: '999', says: 'there is no backtest 999' },
    { id: 'x', says: 'ID is "x"' },
  ])('backtests show $id: a clear answer', async ({ id, says }) => {
    const { code, stderr } = await hedgehogIn(test.environment, 'backtests', 'show', id);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});
