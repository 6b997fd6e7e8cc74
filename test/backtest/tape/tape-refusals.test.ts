import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { openTape } from '../../../src/backtest/tape/tape.js';
import { InputError } from '../../../src/platform/input-error.js';
import { HEADER, row, tapeText } from '../../support/tape-text.js';
import { tempFolder } from '../../support/temp-folder.js';
import { zipOf } from '../../support/zip.js';

const folder = tempFolder();

/** The error that reading the tape ends with. */
async function refusal(file: string, sort = false): Promise<InputError> {
  try {
    for await (const _ of openTape(file, { symbol: 'XRPUSDT', sort }));
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('the tape was accepted');
}

async function expectRefused(file: string, wanted: readonly string[], sort = false): Promise<void> {
  const { message } = await refusal(file, sort);
  for (const part of [file, ...wanted]) expect(message).toContain(part);
}

const second = (given: Partial<Record<string, string>>) => tapeText(row(), row({ trade_id: '2', ...given }));

describe('files that cannot be read', () => {
  it('not there', async () => {
    await expectRefused(folder.path('missing.csv'), ['no such file']);
  });

  it('a directory', async () => {
    await expectRefused(folder.path('.'), ['directory']);
  });

  it.each([
    { name: 'zero bytes', bytes: '' },
    { name: 'only a header', bytes: tapeText() },
    { name: 'only blank lines', bytes: '\n\n' },
    { name: 'only a byte order mark', bytes: '\uFEFF' },
    { name: 'gzip of nothing', bytes: gzipSync('') },
    { name: 'zip of a header', bytes: zipOf([{ name: 'a.csv', data: tapeText() }]) },
    { name: 'zip of nothing', bytes: zipOf([{ name: 'a.csv', data: '' }]) },
  ])('empty: $name', async ({ bytes }) => {
    for (const sort of [false, true]) await expectRefused(folder.write(bytes), ['empty'], sort);
  });
});

const flipped = (bytes: Buffer, position: number) => {
  const copy = Buffer.from(bytes);
  copy[position] = (copy[position] ?? 0) ^ 0xff;
  return copy;
};

describe('damaged archives', () => {
  const text = tapeText(...Array.from({ length: 3000 }, (_, id) => row({ trade_id: String(id) })));
  const gz = gzipSync(text);
  const zip = zipOf([{ name: 'a.csv', data: text }]);

  it.each([
    { name: 'gzip cut in the middle', bytes: gz.subarray(0, gz.length / 2) },
    { name: 'gzip without its last byte', bytes: gz.subarray(0, -1) },
    { name: 'gzip cut in its header', bytes: gz.subarray(0, 5) },
    { name: 'gzip with a wrong checksum', bytes: flipped(gz, gz.length - 6) },
    { name: 'zip cut in the middle', bytes: zip.subarray(0, zip.length / 2) },
    { name: 'zip without its last byte', bytes: zip.subarray(0, -1) },
    { name: 'zip with a wrong checksum', bytes: zipOf([{ name: 'a.csv', data: text, crc: 1 }]) },
    {
      name: 'stored zip with a wrong checksum',
      bytes: zipOf([{ name: 'a', data: text, crc: 1, isStored: true }]),
    },
  ])('$name', async ({ bytes }) => {
    await expectRefused(folder.write(bytes), ['truncated or corrupt']);
  });

  // What a wrong byte unpacks to is read before the checksum at the end, and usually is no row.
  it.each([
    { name: 'gzip', bytes: flipped(gz, gz.length >> 1) },
    { name: 'zip', bytes: flipped(zip, zip.length >> 1) },
  ])('$name with a wrong byte', async ({ bytes }) => {
    await expectRefused(folder.write(bytes), []);
  });

  it.each([
    { name: 'no file', files: [] },
    { name: 'only a folder', files: [{ name: 'a/', data: '' }] },
    {
      name: 'two files',
      files: [
        { name: 'a.csv', data: text },
        { name: 'b.csv', data: text },
      ],
    },
  ])('zip with $name', async ({ files }) => {
    await expectRefused(folder.write(zipOf(files)), ['exactly one file']);
  });
});

describe('malformed rows', () => {
  it.each([
    { given: { event_type: 'aggTrade' }, wanted: ['event_type', '"aggTrade"', 'trade'] },
    { given: { symbol: 'ADAUSDT' }, wanted: ['symbol', '"ADAUSDT"', '"XRPUSDT"'] },
    { given: { symbol: 'xrpusdt' }, wanted: ['symbol', '"xrpusdt"', '"XRPUSDT"'] },
    ...['', '-1', '1.5', '1e3', 'abc', '9007199254740993', ' 2'].flatMap((text) => [
      { given: { trade_id: text }, wanted: ['trade_id', JSON.stringify(text), 'whole number from 0'] },
      {
        given: { trade_time: text },
        wanted: ['trade_time', JSON.stringify(text), 'whole Unix milliseconds'],
      },
      {
        given: { event_time: text },
        wanted: ['event_time', JSON.stringify(text), 'whole Unix milliseconds'],
      },
    ]),
    ...['', '0', '0.00000000', '-1', '1e-3', '.5', '5.', '0x10', 'NaN', 'Infinity'].flatMap((text) => [
      { given: { price: text }, wanted: ['price', JSON.stringify(text), 'plain decimal above 0'] },
      { given: { quantity: text }, wanted: ['quantity', JSON.stringify(text), 'plain decimal above 0'] },
    ]),
    ...['', 'yes', '1', 'TRUE'].map((text) => ({
      given: { buyer_market_maker: text },
      wanted: ['buyer_market_maker', JSON.stringify(text), 'true or false'],
    })),
  ])('$given', async ({ given, wanted }) => {
    await expectRefused(folder.write(second(given)), ['line 3', ...wanted]);
  });

  it.each([
    {
      name: 'too few columns',
      text: tapeText(row(), 'trade,1,XRPUSDT'),
      wanted: ['line 3', '3 columns', '10'],
    },
    { name: 'too many columns', text: tapeText(row(), `${row()},1`), wanted: ['line 3', '11 columns', '10'] },
    { name: 'blank line between rows', text: tapeText(row(), '', row()), wanted: ['line 3', 'blank'] },
    { name: 'blank line before the header', text: `\n${tapeText(row())}`, wanted: ['line 1', 'blank'] },
    { name: 'quote that is never closed', text: tapeText(row(), `"${row()}`), wanted: ['line', 'Quote'] },
    { name: 'no header', text: `${row()}\n`, wanted: ['line 1', 'columns are missing', 'trade_id', 'dump'] },
    {
      name: 'columns missing',
      text: `${HEADER.replace('price,', '').replace('trade_time', 'time')}\n`,
      wanted: ['line 1', 'missing: price, trade_time'],
    },
    { name: 'column doubled', text: `${HEADER},price\n`, wanted: ['line 1', 'price', 'twice'] },
    {
      name: 'line after a line break in a field',
      text: `${HEADER},note\n${row()},"a\nb"\n${row()},`,
      wanted: ['line 4'],
    },
    { name: 'aggregated trades', text: '1,0.4,1,1,1,1000,True,True\n', wanted: ['line 1', '8 columns', '7'] },
    {
      name: 'dump id',
      text: '1,1,1,1,1,True,True\nx,1,1,1,1,True,True',
      wanted: ['line 2', 'trade id', '"x"'],
    },
    { name: 'dump price', text: '1,0,1,1,1000,True,True', wanted: ['line 1', 'price', '"0"'] },
    { name: 'dump quantity', text: '1,1,-1,1,1000,True,True', wanted: ['line 1', 'quantity', '"-1"'] },
    { name: 'dump time', text: '1,1,1,1,1000.5,True,True', wanted: ['line 1', 'time', '"1000.5"'] },
    { name: 'dump flag', text: '1,1,1,1,1000,1,True', wanted: ['line 1', 'maker', '"1"', 'True or False'] },
  ])('$name', async ({ text, wanted }) => {
    await expectRefused(folder.write(text), wanted);
    await expectRefused(folder.write(text.replaceAll('\n', '\r\n')), wanted);
  });

  it('the line is right far into a tape, and earlier batches come first', async () => {
    const rows = Array.from({ length: 30_000 }, (_, id) => row({ trade_id: String(id) }));
    rows[25_000] = row({ trade_id: '25000', price: '0' });
    const file = folder.write(gzipSync(tapeText(...rows)));
    let seen = 0;
    const reading = (async () => {
      for await (const batch of openTape(file, { symbol: 'XRPUSDT' })) seen += batch.length;
    })();
    await expect(reading).rejects.toThrow('line 25002: price is "0"');
    expect(seen).toBeGreaterThan(24_000);
  });

  it('a long text is cut in the message', async () => {
    const { message } = await refusal(folder.write(second({ price: '1'.repeat(5000) })));
    expect(message.length).toBeLessThan(400);
  });

  it('binary rubbish is no tape', async () => {
    await expectRefused(folder.write(Buffer.alloc(200_000, 0xa7)), ['line 1']);
  });
});

describe('rows out of order', () => {
  it.each([
    {
      name: 'time goes down',
      given: { trade_time: '999' },
      wanted: ['line 3', '999', '1000', 'line 2', '--sort'],
    },
    { name: 'id goes down', given: { trade_id: '0' }, wanted: ['line 3', 'trade_id 0', 'line 2', '--sort'] },
    {
      name: 'id goes down while time goes up',
      given: { trade_id: '0', trade_time: '2000' },
      wanted: ['line 3', 'trade_id 0', '--sort'],
    },
  ])('$name', async ({ given, wanted }) => {
    await expectRefused(folder.write(second(given)), wanted);
  });

  it('a doubled id is refused, sorted or not', async () => {
    const file = folder.write(second({ trade_id: '1' }));
    for (const sort of [false, true]) await expectRefused(file, ['line 3', 'trade_id 1', 'line 2'], sort);
  });

  it('a doubled id far from the first is refused when sorting', async () => {
    const file = folder.write(
      tapeText(row(), row({ trade_id: '2' }), row({ trade_id: '1', trade_time: '5000' })),
    );
    await expectRefused(file, ['line 4', 'trade_id 1', 'line 2'], true);
  });
});
