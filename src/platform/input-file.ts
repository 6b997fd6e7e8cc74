import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { InputError } from './input-error.js';

const decompressed = promisify(gunzip);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
};

// By property and not by `instanceof Error`: errors of Node itself may be from another realm, as they are under jest.
const property = (error: unknown, name: 'code' | 'message'): string | undefined =>
  typeof error === 'object' && error !== null ? String(Reflect.get(error, name) ?? '') : undefined;
const messageOf = (error: unknown): string => property(error, 'message') || String(error);

/** What to tell when the file system refuses a file. */
export function unreadable(file: string, error: unknown): InputError {
  const reason = REASONS[property(error, 'code') ?? ''] ?? messageOf(error);
  return new InputError(`cannot read ${file}: ${reason}`, { cause: error });
}

/** What to tell when a file cannot be written. */
export function unwritable(file: string, error: unknown): InputError {
  const code = property(error, 'code') ?? '';
  const reason = code === 'ENOENT' ? 'there is no such folder' : (REASONS[code] ?? messageOf(error));
  return new InputError(`cannot write ${file}: ${reason}`, { cause: error });
}

/** Whether unpacking failed on the bytes it was given. */
export function isZlibError(error: unknown): boolean {
  return property(error, 'code')?.startsWith('Z_') === true;
}

/** What to tell when an archive cannot be unpacked to its end. */
export function corrupt(file: string, error: unknown): InputError {
  return new InputError(`${file} is truncated or corrupt: ${messageOf(error)}`, { cause: error });
}

/** Whether these first bytes of a file are those of gzip. Names are not trusted: they get lost in downloads. */
export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/**
 * The value that a JSON file holds, read whole; plain or gzip, told apart by the first bytes.
 *
 * @throws InputError naming the file, when it cannot be read, is truncated or is not JSON
 */
export async function readJson(file: string): Promise<unknown> {
  const raw = await readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const bytes = isGzip(raw)
    ? await decompressed(raw).catch((error: unknown) => {
        throw corrupt(file, error);
      })
    : raw;
  try {
    // TextDecoder drops a byte order mark, which JSON.parse would stumble over.
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new InputError(`${file} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}
