import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** The chunks, packed as gzip. Fails as they do. */
export function packed(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  const source = Readable.from(chunks, { objectMode: false });
  const gzip = createGzip();
  // A pipe alone does not see to that.
  source.on('error', (error) => gzip.destroy(error));
  // Nor that a source ends whose reader has gone away: it holds a connection to the database.
  gzip.on('close', () => source.destroy());
  return source.pipe(gzip);
}
