import type { FileHandle } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, fromFdPromise } from 'yauzl';
import { InputError, quoted } from '../../platform/input-error.js';
import { corrupt } from '../../platform/input-file.js';

/** Where the only file of a zip lies, and what it must unpack to. */
export interface ZipEntry {
  /** Position of its first byte in the zip, and of the byte after its last. */
  readonly start: number;
  readonly end: number;
  /** False when it is stored as it is. */
  readonly isDeflated: boolean;
  /** Unpacked, in bytes. */
  readonly size: number;
  /** Of the unpacked bytes. */
  readonly crc: number;
}

/** Whether these first bytes of a file are those of a zip, which may hold nothing. */
export function isZip(start: Buffer): boolean {
  return ['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'].includes(start.toString('latin1', 0, 4));
}

const isFile = ({ fileName }: Entry): boolean => !fileName.endsWith('/') && !fileName.startsWith('__MACOSX/');

/**
 * The one file that a zip holds; directories, and the notes that macOS adds, do not count.
 *
 * @throws InputError naming the zip, when it is damaged, or holds no file, several, or one packed in an unknown way
 */
export async function findEntry(handle: FileHandle, file: string): Promise<ZipEntry> {
  // Only the index is read by the library. Its streams of the data outlive a consumer that stops early.
  try {
    const zip = await fromFdPromise(handle.fd, { autoClose: false });
    const files: Entry[] = [];
    for await (const entry of zip.eachEntry()) if (isFile(entry)) files.push(entry);
    const [entry] = files;
    if (entry === undefined || files.length > 1) {
      const names = files.map(({ fileName }) => fileName).join(', ');
      const found = files.length === 0 ? 'no file' : `${files.length} files, ${quoted(names)}`;
      throw new InputError(`${file} holds ${found}; a tape in a zip is exactly one file`);
    }
    if (!entry.canDecodeFileData()) {
      throw new InputError(
        `${file}: ${entry.fileName} is encrypted or packed in an unknown way; allowed is stored or deflate`,
      );
    }
    const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const { compressedSize, compressionMethod, uncompressedSize: size, crc32: crc } = entry;
    return { start, end: start + compressedSize, isDeflated: compressionMethod !== 0, size, crc };
  } catch (error) {
    throw error instanceof InputError ? error : corrupt(file, error);
  }
}

/** Passes the unpacked bytes on, and fails at their end when they are not those that were packed. */
export function checked({ size, crc }: ZipEntry, file: string): Transform {
  let seen = 0;
  let sum = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
    flush(done) {
      if (seen !== size) done(corrupt(file, `it unpacks to ${seen} bytes, not ${size}`));
      else done(sum === crc ? null : corrupt(file, 'its checksum (CRC-32) is wrong'));
    },
  });
}
