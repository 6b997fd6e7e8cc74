import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { symbolIdOf } from '../../src/warehouse/symbol-ids.js';
import { highestTradeId } from '../../src/warehouse/trade-record.js';
import { noteTradeIds, storeTrades } from '../../src/warehouse/trade-store.js';
import { dropDatabase, freshDatabase, testDatabase } from '../support/database.js';
import { hedgehogIn, type Ran } from '../support/hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';
import { aTradeEvent, tradesFrom } from '../support/trade-events.js';

const test = testDatabase();
const folder = tempFolder();
const TAPE = 'test/fixtures/tapes/XRPUSDT-synthetic-volatile.csv.gz';

const run = (...args: string[]): Promise<Ran> => hedgehogIn(test.environment, ...args);
const exported = (...args: string[]): Promise<Ran> => run('trades', 'export', '--symbol', 'XRPUSDT', ...args);
const importing = (file: string, ...args: string[]): Promise<Ran> =>
  run('import-trades', file, '--symbol', 'XRPUSDT', ...args);

const DAY_MS = 86_400_000;

async function store(symbol: string, trades = tradesFrom(1, 9)): Promise<number> {
  const id = await symbolIdOf(test.database.kysely, symbol);
  await storeTrades(
    test.database.kysely,
    id,
    trades.map((trade) => ({ ...trade, symbol })),
  );
  return id;
}

async function rows(environment = test.database): Promise<readonly unknown[]> {
  const { rows: found } = await environment.pool.query(
    `SELECT symbol_id, trade_id, trade_time, event_time, trim_scale(price) AS price, trim_scale(quantity) AS quantity,
       buyer_is_maker FROM trade_events ORDER BY 1, 2`,
  );
  return found;
}

beforeEach(() => test.empty());

describe('hedgehog trades export', () => {
  it('writes what, imported into a new database, is the same rows again', async () => {
    await importing(TAPE);
    const before = await rows();
    expect(before).toHaveLength(20_000);
    const file = folder.path('all.csv.gz');
    const { code, stdout, stderr } = await exported('--output', file, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ symbol: 'XRPUSDT', output: file, trades: 20_000, missing: 0, missingRanges: [], backwards: 0 },
      firstTradeId: 50_000_000,
      from: '2023-11-14T22:13:20.000Z',
    });
    await test.empty();
    expect(JSON.parse((await importing(file, '--json')).stdout)).toMatchObject({ inserted: 20_000 });
    expect(await rows()).toEqual(before);
  });

  it('writes a tape whose backtest places the orders of that over the database', async () => {
    await importing(TAPE);
    const file = folder.path('backtest.csv');
    await exported('--output', file);
    const [tape, stored] = await Promise.all([
      run('backtest', '--symbol', 'XRPUSDT', '--json', '--tape', file),
      run('backtest', '--symbol', 'XRPUSDT', '--json', '--from', '2000-01-01', '--to', '2100-01-01'),
    ]);
    const hash = (ran: Ran): string => (JSON.parse(ran.stdout) as { ordersHash: string }).ordersHash;
    expect(hash(tape)).toMatch(/./);
    expect(hash(tape)).toBe(hash(stored));
  });

  it('prints the tape when no file is named, chosen by trade time with both ends', async () => {
    await store('XRPUSDT');
    await store('ADAUSDT');
    const { stdout, stderr } = await exported(
      '--from',
      '1970-01-01T00:00:03Z',
      '--to',
      '1970-01-01T00:00:05Z',
    );
    expect(stderr).toBe('');
    expect(stdout).toBe(
      [
        'event_type,event_time,symbol,trade_id,price,quantity,trade_time,buyer_market_maker',
        'trade,3003,XRPUSDT,3,0.403,12.5,3000,false',
        'trade,4003,XRPUSDT,4,0.404,12.5,4000,true',
        'trade,5003,XRPUSDT,5,0.405,12.5,5000,false',
        '',
      ].join('\n'),
    );
    const lines = (text: string) => text.trim().split('\n').length - 1;
    expect(lines((await exported('--from', '1970-01-01T00:00:08Z')).stdout)).toBe(2);
    expect(lines((await exported('--to', '1970-01-01T00:00:08Z')).stdout)).toBe(8);
  });

  it('keeps every digit', async () => {
    await store('XRPUSDT', [
      aTradeEvent({ price: '0.000000012345678901', quantity: '123456789012345678.5' }),
    ]);
    expect((await exported()).stdout).toContain(',0.000000012345678901,123456789012345678.5,');
  });

  it('tells of trades that were seen and are not stored, and of none that were stored since', async () => {
    const id = await store('XRPUSDT', [...tradesFrom(1, 4), ...tradesFrom(8, 9)]);
    await noteTradeIds(test.database.kysely, 'missing_trades', id, [
      { from: 3, to: 6 },
      { from: 6, to: 7 },
      { from: 2, to: 2 },
      { from: 100, to: 200 },
    ]);
    const { stderr } = await exported();
    expect(stderr).toBe(
      'hedgehog: 3 trades of XRPUSDT were seen in this period and are not stored; ids 2-7\n',
    );
    const file = folder.path('missing.csv');
    const { stdout } = await exported('--output', file, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ missing: 3, missingRanges: [{ from: 2, to: 7 }] });
  });

  it('tells of rows that no reader takes without --sort', async () => {
    await store('XRPUSDT', [...tradesFrom(1, 3), aTradeEvent({ tradeId: 4, tradeTime: 2_500 })]);
    const file = folder.path('backwards.csv');
    const { stderr } = await exported('--output', file);
    expect(stderr).toContain(
      '1 trades have a time before that of an earlier id; reading the tape takes --sort',
    );
    expect((await importing(file)).code).toBe(2);
    expect((await importing(file, '--sort')).code).toBe(0);
  });

  it('replaces a file only when it is told to', async () => {
    await store('XRPUSDT');
    const file = folder.write('precious', 'kept.csv');
    const refused = await exported('--output', file);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      `hedgehog: ${file} is there already; --force replaces it, or name another file\n`,
    ]);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect((await exported('--output', file, '--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^event_type/);
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  it('packs by name, and nothing else', async () => {
    await store('XRPUSDT');
    const [plain, packed] = [folder.path('a.csv'), folder.path('a.csv.gz')];
    await exported('--output', plain);
    await exported('--output', packed);
    expect(gunzipSync(readFileSync(packed))).toEqual(readFileSync(plain));
  });

  it.each([
    {
      name: 'a symbol of which nothing is stored',
      args: ['--symbol', 'ADAUSDT'],
      says: 'no trades of ADAUSDT are stored',
    },
    {
      name: 'a period without trades',
      args: ['--from', '2030-01-01'],
      says: 'stored are 1970-01-01T00:00:01.000Z to',
    },
    { name: 'a time that is none', args: ['--to', 'soon'], says: '--to is "soon"' },
    { name: '--json without a file', args: ['--json'], says: '--json goes with --output' },
    { name: '--force without a file', args: ['--force'], says: '--force goes with --output' },
    {
      name: 'a folder that is not there',
      args: ['--output', 'nowhere/x.csv'],
      says: 'there is no such folder',
    },
  ])('refuses $name', async ({ args, says }) => {
    await store('XRPUSDT');
    const { code, stdout, stderr } = await exported(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('refuses a database without tables', async () => {
    const url = await freshDatabase('empty');
    const { code, stderr } = await hedgehogIn(
      { DATABASE_URL: url },
      'trades',
      'export',
      '--symbol',
      'XRPUSDT',
    );
    await dropDatabase(url);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is not set up')]);
  });
});

describe('hedgehog trades list', () => {
  it('tells of each symbol what is stored of it and what is missing', async () => {
    const id = await store('XRPUSDT', [...tradesFrom(1, 4), ...tradesFrom(8, 9)]);
    await store('ADAUSDT');
    await noteTradeIds(test.database.kysely, 'missing_trades', id, [{ from: 5, to: 6 }]);
    const { stdout } = await run('trades', 'list', '--json');
    expect(JSON.parse(stdout)).toEqual([
      {
        ...{ symbol: 'ADAUSDT', trades: 9, firstTradeId: 1, lastTradeId: 9, notStored: 0, missing: 0 },
        ...{ from: '1970-01-01T00:00:01.000Z', to: '1970-01-01T00:00:09.000Z' },
      },
      {
        ...{ symbol: 'XRPUSDT', trades: 6, firstTradeId: 1, lastTradeId: 9, notStored: 3, missing: 2 },
        ...{ from: '1970-01-01T00:00:01.000Z', to: '1970-01-01T00:00:09.000Z' },
      },
    ]);
    expect((await run('trades', 'list')).stdout).toMatch(
      /XRPUSDT │ +6 │ 1970-01-01T00:00:01.000Z │ .* │ +3 │ +2 │/,
    );
  });

  it('says so when nothing is stored', async () => {
    expect((await run('trades', 'list')).stdout).toBe(
      'no trades are stored; hedgehog import-trades stores some\n',
    );
  });
});

describe('hedgehog trades prune', () => {
  const now = Date.now();
  /** Ids 1 to 10, from ten days old to one day old. */
  const aging = () =>
    tradesFrom(1, 10).map((trade) => ({
      ...trade,
      tradeTime: now - (11 - trade.tradeId) * DAY_MS + 3_600_000,
    }));
  const ids = async (symbolId: number): Promise<number[]> => {
    const stored = await test.database.kysely
      .selectFrom('trade_events')
      .select('trade_id')
      .where('symbol_id', '=', symbolId)
      .orderBy('trade_id')
      .execute();
    return stored.map((row) => Number(row.trade_id));
  };

  it('deletes what is older by trade time, of all symbols or of one', async () => {
    const [xrp, ada] = [await store('XRPUSDT', aging()), await store('ADAUSDT', aging())];
    const dry = await run('trades', 'prune', '--older-than', '4d', '--dry-run');
    expect(dry.stdout).toBe('ADAUSDT: 6 trades would be deleted\nXRPUSDT: 6 trades would be deleted\n');
    expect(await ids(xrp)).toHaveLength(10);
    const one = await run('trades', 'prune', '--older-than', '4d', '--symbol', 'XRPUSDT', '--json');
    expect(JSON.parse(one.stdout)).toEqual({
      ...{ before: expect.any(String), dryRun: false, trades: 6, bySymbol: { XRPUSDT: 6 } },
    });
    expect([await ids(xrp), await ids(ada)]).toEqual([
      [7, 8, 9, 10],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ]);
    expect((await run('trades', 'prune', '--older-than', '60h')).stdout).toBe(
      'ADAUSDT: 8 trades deleted\nXRPUSDT: 2 trades deleted\n',
    );
    expect([await ids(xrp), await ids(ada)]).toEqual([
      [9, 10],
      [9, 10],
    ]);
  });

  it('keeps the newest trade of a symbol, however old', async () => {
    const id = await store('XRPUSDT');
    expect(
      JSON.parse((await run('trades', 'prune', '--older-than', '1d', '--dry-run', '--json')).stdout),
    ).toMatchObject({
      dryRun: true,
      trades: 8,
    });
    expect((await run('trades', 'prune', '--older-than', '1d')).stdout).toBe('XRPUSDT: 8 trades deleted\n');
    expect(await ids(id)).toEqual([9]);
    expect(await highestTradeId(test.database.kysely, id)).toBe(9);
    expect((await run('trades', 'prune', '--older-than', '1d')).stdout).toMatch(
      /^no trade that may be deleted is from before \d{4}-/,
    );
  });

  it.each([
    { name: 'no age', args: [], says: '--older-than' },
    { name: 'an age without a unit', args: ['--older-than', '30'], says: 'allowed is whole days or hours' },
    { name: 'no time at all', args: ['--older-than', '0d'], says: '--older-than is "0d"' },
    { name: 'minutes', args: ['--older-than', '5m'], says: '--older-than is "5m"' },
    {
      name: 'a symbol of which nothing is stored',
      args: ['--older-than', '1d', '--symbol', 'ADAUSDT'],
      says: 'ADAUSDT',
    },
  ])('refuses $name', async ({ args, says }) => {
    const id = await store('XRPUSDT');
    const { code, stderr } = await run('trades', 'prune', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(await ids(id)).toHaveLength(9);
  });
});
