import { type FileHandle, open } from 'node:fs/promises';
import { PassThrough, pipeline } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { InputError } from '../../platform/input-error.js';
import { corrupt, isGzip, isZlibError, unreadable } from '../../platform/input-file.js';
import { checked, findEntry, isZip } from './zip-entry.js';

/** Told how far the file has been read, in bytes as it is stored; the last time with `read` = `total`. */
export type OnBytes = (read: number, total: number) => void;

const CHUNK_BYTES = 64 * 1024;

/**
 * The text of a tape in chunks of bytes: the file itself, or what it holds when it is a gzip or a zip, told by its first
 * bytes. Ending the iteration, early too, closes the file.
 *
 * @param readBytes how many to give at a time, at most
 * @throws InputError naming the file, when it cannot be read or unpacked
 */
export async function* tapeBytes(
  file: string,
  onBytes: OnBytes = () => {},
  readBytes = CHUNK_BYTES,
): AsyncGenerator<Buffer, void, void> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const total = await sizeOf(handle, file);
    yield* text(handle, file, total, (read) => onBytes(read, total), readBytes);
    onBytes(total, total);
  } finally {
    await handle.close();
  }
}

async function* text(
  handle: FileHandle,
  file: string,
  size: number,
  onRead: (position: number) => void,
  readBytes: number,
) {
  const start = Buffer.alloc(4);
  await handle.read(start, 0, start.length, 0);
  if (!isGzip(start) && !isZip(start)) {
    yield* range(handle, file, 0, size, onRead, readBytes);
    return;
  }
  try {
    const chunks: AsyncIterable<Buffer> = isGzip(start) ? gunzipped() : await unzipped();
    for await (const chunk of chunks) yield chunk;
  } catch (error) {
    // Other errors name the file already, or are no matter of the file's.
    throw isZlibError(error) ? corrupt(file, error) : error;
  }

  // Errors reach the consumer through the last stream, so the callbacks have nothing to tell.
  function gunzipped() {
    return pipeline(range(handle, file, 0, size, onRead), createGunzip({ chunkSize: readBytes }), () => {});
  }
  async function unzipped() {
    const entry = await findEntry(handle, file);
    const inflate = entry.isDeflated ? createInflateRaw({ chunkSize: readBytes }) : new PassThrough();
    return pipeline(
      range(handle, file, entry.start, entry.end, onRead),
      inflate,
      checked(entry, file),
      () => {},
    );
  }
}

async function* range(
  handle: FileHandle,
  file: string,
  start: number,
  end: number,
  onRead: (position: number) => void,
  readBytes = CHUNK_BYTES,
) {
  for (let position = start; position < end; ) {
    const chunk = Buffer.allocUnsafe(Math.min(readBytes, end - position));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    if (bytesRead === 0) return; // cut off while it was read; what unpacks or decodes it notices
    position += bytesRead;
    if (position < end) onRead(position);
    yield chunk.subarray(0, bytesRead);
  }
}

async function sizeOf(handle: FileHandle, file: string): Promise<number> {
  const stat = await handle.stat();
  if (stat.isDirectory()) throw new InputError(`cannot read ${file}: it is a directory`);
  // The first bytes are looked at before the rest is read, and the index of a zip is at its end.
  if (!stat.isFile()) throw new InputError(`cannot read ${file}: it is not a regular file`);
  return stat.size;
}
