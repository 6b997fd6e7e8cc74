import { csvLines, refuseIn } from './csv-lines.js';
import { isDumpRow } from './rows.js';
import { tapeBytes } from './tape-bytes.js';

/**
 * The symbol that the first row of a tape names; undefined for one of Binance's trade dumps, which name none.
 *
 * @throws InputError when the file cannot be read
 */
export async function tapeSymbol(file: string): Promise<string | undefined> {
  for await (const [head, first] of csvLines(tapeBytes(file), refuseIn(file))) {
    if (head === undefined || isDumpRow(head)) return undefined;
    return first?.fields[head.fields.map((name) => name.trim()).indexOf('symbol')];
  }
  return undefined;
}
