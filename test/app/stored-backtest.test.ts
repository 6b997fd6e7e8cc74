import { beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.js';
import { hedgehogIn, type Ran } from '../support/hedgehog.js';

const WIDE = ['--from', '1970-01-01', '--to', '2100-01-01'];

/** The rows of a table of names and values; amounts without their asset. */
const factsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^│ (.+?) +│ +(\S+).* │$/gm)].map(([, name, value]) => `${name} = ${value}`);

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
    expect(stdout).toMatch(/Leader XRPUSDT/);
    const id = /stored as backtest (\d+)/.exec(stdout)?.[1] ?? '';
    const shown = (await hedgehogIn(test.environment, 'backtests', 'show', id)).stdout;
    const reported = factsIn(stdout);
    expect(reported).toHaveLength(11);
    expect(factsIn(shown)).toEqual(expect.arrayContaining([...reported]));
    expect(factsIn(shown)).toEqual(
      expect.arrayContaining([`backtest = ${id}`, 'chunks = 5', 'budget = 1000']),
    );
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
    {
      name: 'a symbol that is not listed',
      args: [...WIDE, '--symbol', 'NOPE'],
      says: '--symbol "NOPE" is unknown; allowed is ADAUSDT',
    },
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
