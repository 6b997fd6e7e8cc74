import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Writes a gzipped tape of XRPUSDT as one of another symbol. */
export async function renameTape(tape: string, symbol: string, file: string): Promise<string> {
  const text = gunzipSync(await readFile(tape)).toString();
  await writeFile(file, gzipSync(text.replaceAll('XRPUSDT', symbol)));
  return file;
}
