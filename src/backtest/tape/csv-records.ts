import { pipeline } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { CsvError, parse } from 'csv-parse';
import type { Refuse } from './csv-lines.js';

// A tape's row has about a hundred characters. Without a bound, a quote that is never closed takes the rest of the file.
const ROW_CHARACTERS_MAX = 10_000;

const BYTE_ORDER_MARK = '\ufeff';
// The first byte of a text in UTF-16; no text in UTF-8 has it.
const UTF_16_MARK = 0xff;

/**
 * The fields of each row, the rows of a stretch of the text at a time.
 *
 * Tapes hardly ever have quotes, and splitting at line breaks and commas is four times as fast as a parser that knows of
 * quotes. So text is split until a stretch has something more in it; from there on the parser takes over.
 *
 * @throws InputError naming the line, when quotes are wrong or a row is endless
 */
export async function* csvRecords(
  bytes: AsyncGenerator<Buffer, void, void>,
  refuse: Refuse,
): AsyncGenerator<readonly string[][], void, void> {
  const decoder = new StringDecoder('utf8');
  let line = 1;
  let isStart = true;
  let begun = ''; // the part of a row whose end has not come yet
  for (let next = await bytes.next(); next.done !== true; next = await bytes.next()) {
    if (isStart && next.value[0] === UTF_16_MARK)
      return yield* parsed(following(next.value, bytes), { bom: true, line }, refuse);
    const decoded = decoder.write(next.value);
    const text = begun + (isStart && decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded);
    isStart &&= decoded === '';
    const end = text.lastIndexOf('\n');
    const rows = end < 0 ? [] : text.slice(0, end).split('\n');
    begun = text.slice(end + 1);
    if (text.includes('"') || [...rows, begun].some(({ length }) => length > ROW_CHARACTERS_MAX))
      return yield* parsed(followingText(text, bytes, decoder), { bom: false, line }, refuse);
    yield rows.map((row) => (row.endsWith('\r') ? row.slice(0, -1) : row).split(','));
    line += rows.length;
  }
  const last = begun + decoder.end();
  if (last !== '') yield [last.split(',')];
}

async function* following(first: Buffer, bytes: AsyncGenerator<Buffer, void, void>) {
  yield first;
  yield* bytes;
}

async function* followingText(
  text: string,
  bytes: AsyncGenerator<Buffer, void, void>,
  decoder: StringDecoder,
) {
  yield text;
  for await (const chunk of bytes) yield decoder.write(chunk);
  yield decoder.end();
}

/**
 * @param bom whether a byte order mark may come first
 * @param line the line that the text starts on
 */
async function* parsed(
  text: AsyncIterable<Buffer | string>,
  { bom, line }: { readonly bom: boolean; readonly line: number },
  refuse: Refuse,
) {
  const parser = parse({
    bom,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: ROW_CHARACTERS_MAX,
  });
  // Errors of `text` come out of the parser, so the callback has nothing to tell.
  pipeline(text, parser, () => {});
  let rows = 0;
  try {
    // Row by row: a row must have been looked at before a later one is refused.
    for await (const fields of parser as AsyncIterable<string[]>) {
      rows++;
      yield [fields];
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    refuse(line - 1 + (typeof error.lines === 'number' ? error.lines : rows + 1), error.message);
  } finally {
    parser.destroy();
  }
}
