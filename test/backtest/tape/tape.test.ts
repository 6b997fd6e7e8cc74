import { readdirSync, readlinkSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { openTape, type TapeOptions } from '../../../src/backtest/tape/tape.js';
import { Decimal } from '../../../src/domain/decimal.js';
import type { TradeEvent } from '../../../src/domain/trade-event.js';
import { dumpRowOf, row, rowOf, tapeText } from '../../support/tape-text.js';
import { tempFolder } from '../../support/temp-folder.js';
import { zipOf } from '../../support/zip.js';

const folder = tempFolder();
const FIXTURES = 'test/fixtures/tapes';

async function read(file: string, options: Partial<TapeOptions> = {}): Promise<TradeEvent[]> {
  const events: TradeEvent[] = [];
  for await (const batch of openTape(file, { symbol: 'XRPUSDT', ...options })) events.push(...batch);
  return events;
}

const readText = (text: string | Uint8Array, options?: Partial<TapeOptions>) =>
  read(folder.write(text), options);

const anEvent: TradeEvent = {
  kind: 'trade-event',
  symbol: 'XRPUSDT',
  tradeId: 1,
  price: new Decimal('0.431'),
  quantity: new Decimal('12.5'),
  tradeTime: 1000,
  eventTime: 1003,
  buyerIsMaker: true,
  origin: 'exchange',
};

describe('openTape', () => {
  it.each([
    { tape: 'XRPUSDT-synthetic-calm', want: 20_000 },
    { tape: 'XRPUSDT-synthetic-volatile', want: 20_000 },
    { tape: 'XRPUSDT-e2e', want: 9 },
  ])('reads all $want events of $tape', async ({ tape, want }) => {
    expect(await read(`${FIXTURES}/${tape}.csv.gz`)).toHaveLength(want);
  });

  it('reads a row with exact decimals', async () => {
    expect(await readText(tapeText(row()))).toEqual([anEvent]);
  });

  it('hands out batches, none of them empty or large', async () => {
    const sizes: number[] = [];
    for await (const batch of openTape(`${FIXTURES}/XRPUSDT-synthetic-calm.csv.gz`, { symbol: 'XRPUSDT' })) {
      sizes.push(batch.length);
    }
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    expect(sizes.length).toBeLessThan(100);
  });
});

describe('formats', () => {
  const text = tapeText(row(), row({ trade_id: '2' }));
  const later = { ...anEvent, tradeId: 2 };

  it.each([
    { name: 'plain', bytes: Buffer.from(text) },
    { name: 'gzip', bytes: gzipSync(text) },
    {
      name: 'gzip in two members',
      bytes: Buffer.concat([gzipSync(text.slice(0, 150)), gzipSync(text.slice(150))]),
    },
    { name: 'zip', bytes: zipOf([{ name: 'a.csv', data: text }]) },
    { name: 'zip, stored', bytes: zipOf([{ name: 'a.csv', data: text, isStored: true }]) },
    {
      name: 'zip with folders and the notes of macOS',
      bytes: zipOf([
        { name: 'in/', data: '', isStored: true },
        { name: 'in/a.csv', data: text },
        { name: '__MACOSX/in/._a.csv', data: 'notes' },
      ]),
    },
    { name: 'byte order mark', bytes: Buffer.from(`\uFEFF${text}`) },
    { name: 'CRLF', bytes: Buffer.from(text.replaceAll('\n', '\r\n')) },
    { name: 'both line endings', bytes: Buffer.from(text.replace('\n', '\r\n')) },
    { name: 'no line end at the end', bytes: Buffer.from(text.trimEnd()) },
    { name: 'blank lines at the end', bytes: Buffer.from(`${text}\r\n\n`) },
    { name: 'quoted fields', bytes: Buffer.from(text.replaceAll('XRPUSDT', '"XRPUSDT"')) },
  ])('$name', async ({ bytes }) => {
    // The name says nothing: the first bytes do.
    expect(await read(folder.write(bytes, 'tape.txt'))).toEqual([anEvent, later]);
  });

  it('finds columns by name, in any order, with others beside them', async () => {
    const names = 'note,trade_id,price,quantity,symbol,buyer_market_maker,trade_time,event_time,event_type';
    const values = '"a, b\nc",1,0.431,12.5,XRPUSDT,true,1000,1003,trade';
    expect(await readText(`${names}\n${values}\n`)).toEqual([anEvent]);
  });

  it.each([
    { name: 'milliseconds', time: '1735689599999', want: 1_735_689_599_999 },
    { name: 'microseconds, cut to milliseconds', time: '1735689600010866', want: 1_735_689_600_010 },
    { name: 'the last number taken for milliseconds', time: '99999999999999', want: 99_999_999_999_999 },
    { name: 'the first number taken for microseconds', time: '100000000000000', want: 100_000_000_000 },
  ])('dump time in $name', async ({ time, want }) => {
    const [event] = await readText(`1,0.431,12.5,5.3875,${time},True,True\n`);
    expect(event).toMatchObject({ tradeTime: want, eventTime: want });
  });

  it.each(['True', 'true', 'TRUE'])('dump flag %s', async (flag) => {
    const [event] = await readText(`1,0.431,12.5,5.3875,1000,${flag},True\n`);
    expect(event).toEqual({ ...anEvent, eventTime: 1000 });
  });

  it('a dump and a tape of the same trades give equal events', async () => {
    const events = (await read(`${FIXTURES}/XRPUSDT-synthetic-volatile.csv.gz`)).slice(0, 3000);
    const told = events.map((event) => ({ ...event, eventTime: event.tradeTime }));
    for (const unit of ['ms', 'us'] as const) {
      const dump = zipOf([
        { name: 'dump.csv', data: events.map((event) => dumpRowOf(event, unit)).join('\n') },
      ]);
      expect(await readText(dump)).toEqual(told);
    }
  });

  it('whatever is written is read again', async () => {
    const decimal = fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 24n }), fc.integer({ min: 0, max: 12 }))
      .map(([digits, places]) => new Decimal(`${digits}e-${places}`))
      .filter((value) => value.lt('1e20'));
    const steps = fc.array(
      fc.record({
        id: fc.integer({ min: 1, max: 9 }),
        ms: fc.nat(9),
        price: decimal,
        quantity: decimal,
        flag: fc.boolean(),
      }),
      { minLength: 1, maxLength: 1200 },
    );
    const pack = fc.constantFrom(
      (tape: string) => Buffer.from(tape),
      (tape: string) => gzipSync(tape),
      (tape: string) => zipOf([{ name: 'tape', data: tape }]),
    );
    await fc.assert(
      fc.asyncProperty(
        steps,
        pack,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (trades, packed, end, sort) => {
          let id = 0;
          let time = 1_700_000_000_000;
          const events = trades.map(({ id: idStep, ms, price, quantity, flag }): TradeEvent => {
            id += idStep;
            time += ms;
            return {
              ...anEvent,
              tradeId: id,
              price,
              quantity,
              tradeTime: time,
              eventTime: time + ms,
              buyerIsMaker: flag,
            };
          });
          const tape = tapeText(...events.map(rowOf)).replaceAll('\n', end);
          expect(await readText(packed(tape), { sort })).toEqual(events);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('sort', () => {
  it('orders by trade time, then by trade id', async () => {
    const shuffled = [
      row({ trade_id: '5', trade_time: '3000' }),
      row({ trade_id: '4', trade_time: '1000' }),
      row({ trade_id: '6', trade_time: '2000' }),
      row({ trade_id: '3', trade_time: '1000' }),
    ];
    const events = await readText(tapeText(...shuffled), { sort: true });
    expect(events.map(({ tradeId }) => tradeId)).toEqual([3, 4, 6, 5]);
  });
});

describe('progress and closing', () => {
  const file = `${FIXTURES}/XRPUSDT-synthetic-calm.csv.gz`;

  it('tells how far the file has been read, up to its size', async () => {
    const told: number[][] = [];
    await read(file, { onBytes: (done, total) => told.push([done, total]) });
    expect(told.at(-1)).toEqual([316_159, 316_159]);
    expect(told.map(([done]) => done)).toEqual(
      [...new Set(told.map(([done]) => done))].toSorted((a = 0, b = 0) => a - b),
    );
  });

  it('what the progress bar throws is no fault of the file', async () => {
    const failing = read(file, {
      onBytes: () => {
        throw new RangeError('bar is broken');
      },
    });
    await expect(failing).rejects.toThrow(RangeError);
  });

  it.each([
    { name: 'plain', pack: (text: string) => Buffer.from(text) },
    { name: 'gzip', pack: (text: string) => gzipSync(text) },
    { name: 'zip', pack: (text: string) => zipOf([{ name: 'tape.csv', data: text }]) },
  ])('a consumer that stops early closes the file: $name', async ({ pack }) => {
    const rows = Array.from({ length: 50_000 }, (_, index) => row({ trade_id: String(index) }));
    const big = folder.write(pack(tapeText(...rows)));
    for await (const _ of openTape(big, { symbol: 'XRPUSDT' })) break;
    expect(openDescriptors(big)).toBe(0);
  });

  it('a refused tape is closed', async () => {
    const bad = folder.write(tapeText(row(), row({ trade_id: '2', price: 'x' })));
    await expect(read(bad)).rejects.toThrow('price');
    expect(openDescriptors(bad)).toBe(0);
  });
});

/** How often this process has the file open; told by Linux, and 0 elsewhere. */
function openDescriptors(file: string): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === file;
    } catch {
      return false; // the listing's own descriptor is gone by now
    }
  }).length;
}
