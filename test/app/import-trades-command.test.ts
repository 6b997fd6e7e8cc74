import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { storedTrades } from '../../src/warehouse/stored-trades.js';
import { testDatabase } from '../support/database.js';
import { hedgehogIn, type Ran } from '../support/hedgehog.js';
import { dumpRowOf, rowOf, tapeText } from '../support/tape-text.js';
import { tempFolder } from '../support/temp-folder.js';
import { aTradeEvent, collected, plainTrades, tradesFrom } from '../support/trade-events.js';

const test = testDatabase();
const folder = tempFolder();
const TAPE = 'test/fixtures/tapes/XRPUSDT-synthetic-volatile.csv.gz';

const importing = (...args: string[]): Promise<Ran> =>
  hedgehogIn(test.environment, 'import-trades', '--symbol', 'XRPUSDT', ...args);
const stored = () =>
  collected(storedTrades(test.database, 'XRPUSDT', { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }));
const tape = (first: number, last: number): string =>
  folder.write(tapeText(...tradesFrom(first, last).map(rowOf)), 'tape.csv');

beforeEach(() => test.empty());

describe('hedgehog import-trades', () => {
  it('stores a tape once, and prints one JSON object and nothing else', async () => {
    for (const inserted of [20_000, 0]) {
      const { code, stdout, stderr } = await importing(TAPE, '--json');
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const { elapsedMs, ...figures } = JSON.parse(stdout) as Record<string, unknown>;
      expect(figures).toEqual({ symbol: 'XRPUSDT', rows: 20_000, inserted, duplicates: 20_000 - inserted });
      expect(elapsedMs).toEqual(expect.any(Number));
    }
    expect(await stored()).toHaveLength(20_000);
  });

  it('says what it did so that a person can read it', async () => {
    const { stdout } = await importing(TAPE);
    expect(stdout).toMatch(
      /^XRPUSDT: 20,000 rows, 20,000 of them new, 0 stored already; [\d.]+ s, [\d,]+ rows\/s\n$/,
    );
  });

  it('takes several files that overlap', async () => {
    const { stdout, code } = await importing(tape(1, 60), tape(41, 100), tape(30, 70), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 161, inserted: 100, duplicates: 61 });
    expect(plainTrades(await stored())).toEqual(plainTrades(tradesFrom(1, 100)));
  });

  it('takes the same trades from a Binance dump for the same', async () => {
    await importing(tape(1, 100));
    const dump = folder.write(
      tradesFrom(1, 110)
        .map((event) => `${dumpRowOf(event)}\n`)
        .join(''),
      'dump.csv',
    );
    const { stdout } = await importing(dump, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ rows: 110, inserted: 10, duplicates: 100 });
  });

  it('refuses an id with other content, naming both, and stores nothing of that chunk', async () => {
    await importing(tape(5, 5));
    const other = folder.write(
      tapeText(...tradesFrom(1, 4).map(rowOf), rowOf(aTradeEvent({ tradeId: 5, price: '0.999' }))),
      'other.csv',
    );
    const { code, stdout, stderr } = await importing(other, '--json');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('other.csv: trade_id 5 of XRPUSDT is stored with price 0.405, quantity 12.5');
    expect(stderr).toContain('given is price 0.999, quantity 12.5');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect((await stored()).map(({ tradeId }) => tradeId)).toEqual([5]);
  });

  it.each([
    { name: 'malformed', rows: [...tradesFrom(1, 9).map(rowOf), 'bad'], line: 11 },
    { name: 'out of order', rows: tradesFrom(1, 9).toReversed().map(rowOf), line: 3 },
    { name: 'of another symbol', rows: [rowOf({ ...aTradeEvent(), symbol: 'ADAUSDT' })], line: 2 },
  ])(
    'refuses rows that are $name, naming file and line, and keeps the files before',
    async ({ rows, line }) => {
      const { code, stderr } = await importing(tape(101, 110), folder.write(tapeText(...rows), 'bad.csv'));
      expect(code).toBe(2);
      expect(stderr).toMatch(new RegExp(`bad\\.csv, line ${line}: `));
      expect(stderr).toContain('the first 0 rows of this file are stored and stay');
      expect(plainTrades(await stored())).toEqual(plainTrades(tradesFrom(101, 110)));
    },
  );

  it('keeps the chunks before a malformed row, and goes on from there once it is mended', async () => {
    const rows = tradesFrom(1, 60_000).map(rowOf);
    const broken = folder.write(tapeText(...rows.slice(0, 55_000), 'bad', ...rows.slice(55_000)), 'long.csv');
    const { code, stderr } = await importing(broken);
    expect(code).toBe(2);
    expect(stderr).toContain('long.csv, line 55002: ');
    expect(stderr).toContain('the first 40,000 rows of this file are stored and stay');
    expect(await stored()).toHaveLength(40_000);
    const { stdout } = await importing(folder.write(tapeText(...rows), 'long.csv'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ rows: 60_000, inserted: 20_000, duplicates: 40_000 });
  });

  it('takes rows out of order with --sort', async () => {
    const file = folder.write(tapeText(...tradesFrom(1, 9).toReversed().map(rowOf)), 'shuffled.csv');
    expect(JSON.parse((await importing(file, '--sort', '--json')).stdout)).toMatchObject({ inserted: 9 });
  });

  it.each([
    { name: 'a file that is not there', args: ['nowhere.csv'], says: 'nowhere.csv' },
    { name: 'a symbol in lower case', args: ['--symbol', 'xrpusdt', TAPE], says: '--symbol is "xrpusdt"' },
    { name: 'no file', args: [], says: 'file' },
  ])('refuses $name', async ({ args, says }) => {
    const { code, stdout, stderr } = await importing(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
  });

  it('killed at any moment and run again: complete, once', async () => {
    // Ids far apart, so that the tape is ten times as long and has several chunks.
    const [head, ...rows] = gunzipSync(readFileSync(TAPE)).toString().trim().split('\n');
    const long = Array.from({ length: 10 }, (_, round) =>
      rows.map((row) => {
        const fields = row.split(',');
        fields[3] = String(Number(fields[3]) + round * 1_000_000);
        fields[8] = String(Number(fields[8]) + round * 100_000_000);
        return fields.join(',');
      }),
    ).flat();
    const file = folder.write(`${[head, ...long].join('\n')}\n`, 'long.csv');
    const counts: number[] = [];
    for (const least of [0, 50_000, 100_000]) {
      await killedWhile(['import-trades', file, '--symbol', 'XRPUSDT'], async () => {
        while ((await count()) < least) await sleep(5);
        await sleep(Math.random() * 200);
      });
      counts.push(await count());
    }
    // The kills did hit it at work.
    expect(counts[1]).toBeLessThan(200_000);
    // Whole chunks only, and never fewer than before.
    expect(counts.map((rowsStored) => rowsStored % 20_000)).toEqual(counts.map(() => 0));
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    const { stdout } = await importing(file, '--json');
    const before = counts.at(-1) as number;
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 200_000,
      inserted: 200_000 - before,
      duplicates: before,
    });
    expect(await count()).toBe(200_000);
  });
});

async function count(): Promise<number> {
  const { rows } = await test.database.pool.query<{ count: string }>('SELECT count(*) FROM trade_events');
  return Number(rows[0]?.count);
}

async function killedWhile(args: readonly string[], untilThen: () => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ['dist/src/app/cli.js', ...args], {
    env: { ...process.env, ...test.environment },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await Promise.race([untilThen(), ended]);
  child.kill('SIGKILL');
  await ended;
  // What the server had been told to commit may still be under way.
  for (;;) {
    const { rows } = await test.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
    );
    if (rows.length === 0) return;
    await sleep(10);
  }
}
