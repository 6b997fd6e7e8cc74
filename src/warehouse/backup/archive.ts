import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../../platform/input-error.js';
import { corrupt, isGzip, isZlibError, unreadable } from '../../platform/input-file.js';
import {
  type BackedUpMember,
  described,
  isSameMember,
  MANIFEST,
  type Manifest,
  parseManifest,
} from './manifest.js';
import { ArchiveDamaged, type Member, membersIn } from './members.js';

/**
 * The members of a backup file, the manifest last.
 *
 * @param onBytes told of the bytes of the file that were read
 * @throws InputError naming the file when it cannot be read, is no backup, or is damaged
 */
export async function* openArchive(
  file: string,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<Member, void, void> {
  try {
    yield* membersIn(unpacked(file, onBytes));
  } catch (error) {
    if (error instanceof ArchiveDamaged) throw damaged(file, error.message);
    throw error;
  }
}

async function* unpacked(file: string, onBytes: (bytes: number) => void): AsyncGenerator<Buffer, void, void> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    if (bytesRead < 2 || !isGzip(buffer))
      throw new InputError(`${file} is not a backup that hedgehog db backup has written`);
    const source = handle.createReadStream({ start: 0, autoClose: false });
    source.on('data', (chunk) => onBytes(chunk.length));
    // Whatever fails is told by what is read.
    const bytes = pipeline(source, createGunzip(), () => {});
    try {
      for await (const chunk of bytes) yield chunk as Buffer;
    } catch (error) {
      throw isZlibError(error) ? corrupt(file, error) : unreadable(file, error);
    } finally {
      bytes.destroy();
    }
  } finally {
    await handle.close();
  }
}

const damaged = (file: string, problem: string): InputError =>
  new InputError(`the backup ${file} cannot be used: ${problem}`);

/**
 * Reads a whole backup, and makes sure that everything that its manifest speaks of is there, and as it was written.
 *
 * @throws InputError naming the file and what is wrong with it
 */
export async function checkArchive(file: string, onBytes?: (bytes: number) => void): Promise<Manifest> {
  const found: BackedUpMember[] = [];
  let manifest: Manifest | undefined;
  for await (const { path, content } of openArchive(file, onBytes)) {
    if (manifest !== undefined) throw damaged(file, `${path} comes after its ${MANIFEST}`);
    if (path === MANIFEST) manifest = parsed(file, content.toString());
    else found.push(described(path, content));
  }
  if (manifest === undefined) throw damaged(file, `it has no ${MANIFEST}`);
  const wanted = manifest.tables.flatMap(({ members }) => members);
  for (const [index, member] of wanted.entries()) {
    if (isSameMember(member, found[index])) continue;
    const isThere = found.some(({ path }) => path === member.path);
    throw damaged(file, `${member.path} is ${isThere ? 'not as it was written' : 'missing'}`);
  }
  const extra = found[wanted.length];
  if (extra !== undefined) throw damaged(file, `its ${MANIFEST} does not speak of ${extra.path}`);
  return manifest;
}

function parsed(file: string, text: string): Manifest {
  try {
    return parseManifest(text);
  } catch (error) {
    if (error instanceof ArchiveDamaged) throw damaged(file, error.message);
    throw error;
  }
}
