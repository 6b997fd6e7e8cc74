import { Header } from 'tar';
import { InputError } from '../../platform/input-error.js';

/** One file of an archive. */
export interface Member {
  readonly path: string;
  readonly content: Buffer;
}

const BLOCK = 512;
/** A member is held in memory; those that are written are far smaller. */
const MOST_BYTES = 2 ** 28;

const paddingOf = (bytes: number): number => (BLOCK - (bytes % BLOCK)) % BLOCK;

/** What a member is in a tar archive. */
export function memberBytes({ path, content }: Member, mtime: Date): readonly Buffer[] {
  const header = new Header({ path, mode: 0o600, uid: 0, gid: 0, size: content.length, type: 'File', mtime });
  header.encode();
  return [header.block as Buffer, content, Buffer.alloc(paddingOf(content.length))];
}

/** What ends a tar archive. */
export const archiveEnd = Buffer.alloc(2 * BLOCK);

/** An archive is not as it was written: a part of it is damaged or missing. */
export class ArchiveDamaged extends InputError {}

/**
 * The members of a tar archive, one after another, and nothing of it twice in memory.
 *
 * @throws ArchiveDamaged when it is none, or ends too early
 */
export async function* membersIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<Member, void, void> {
  const bytes = new Bytes(chunks);
  try {
    for (;;) {
      const header = new Header(await bytes.take(BLOCK), 0);
      if (header.nullBlock) break;
      const { path, size = 0, cksumValid, type } = header;
      if (!cksumValid || path === undefined || type !== 'File' || size > MOST_BYTES)
        throw new ArchiveDamaged('it holds something that hedgehog db backup does not write');
      const content = await bytes.take(size);
      await bytes.take(paddingOf(size));
      yield { path, content };
    }
    await bytes.toEnd();
  } finally {
    await bytes.close();
  }
}

/** Bytes that come in chunks, taken in other lengths. */
class Bytes {
  private readonly chunks: AsyncIterator<Buffer>;
  private left: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = length; missing > 0; ) {
      if (this.left.length === 0) {
        const next = await this.chunks.next();
        if (next.done === true) throw new ArchiveDamaged('it ends too early');
        this.left = next.value;
      }
      const part = this.left.subarray(0, missing);
      parts.push(part);
      this.left = this.left.subarray(part.length);
      missing -= part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** What packed it vouches for all of it only at its very end. */
  async toEnd(): Promise<void> {
    while ((await this.chunks.next()).done !== true);
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}
