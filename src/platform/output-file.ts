import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { InputError } from './input-error.js';
import { unwritable } from './input-file.js';

/** A file to be written at the end of something long, or during it. */
export interface OutputFile {
  /** Puts the text in place of whatever the file held. */
  write(text: string): Promise<void>;
  /**
   * Puts what the chunks hold in place of whatever the file held, once they are complete and on the disk. Leaves the file as it
   * was when they fail.
   */
  writeAll(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Leaves the file as it was. */
  discard(): Promise<void>;
}

export interface OutputOptions {
  /** Whether a file that is there may be replaced; it may be unless this says no. */
  readonly replace?: boolean;
  /** Who may read it; default whoever the process lets. */
  readonly mode?: number;
}

/**
 * Makes sure at once that a file can be written, and leaves what it holds alone until the new text is complete.
 *
 * @throws InputError naming the file when it cannot be written, or is there and may not be replaced
 */
export async function prepareOutput(
  file: string,
  { replace = true, mode }: OutputOptions = {},
): Promise<OutputFile> {
  const kind = await kindOf(file);
  if (kind === 'ordinary' && !replace)
    throw new InputError(`${file} is there already; --force replaces it, or name another file`);
  // A device or a pipe cannot be replaced, only written to.
  const target = kind === 'other' ? file : `${file}.partial`;
  let handle: FileHandle;
  try {
    // What a run that was killed left may be readable by others, and would stay so.
    if (kind !== 'other') await rm(target, { force: true });
    handle = await open(target, 'w', mode);
  } catch (error) {
    throw unwritable(file, error);
  }
  const discard = async (): Promise<void> => {
    await handle.close();
    if (kind !== 'other') await rm(target, { force: true });
  };
  return {
    discard,
    async write(text) {
      await handle.writeFile(text);
      await handle.close();
      if (kind !== 'other') await rename(target, file);
    },
    async writeAll(chunks) {
      try {
        for await (const chunk of chunks) await handle.writeFile(chunk);
        if (kind !== 'other') await handle.sync();
      } catch (error) {
        await discard();
        throw error;
      }
      await handle.close();
      if (kind !== 'other') await rename(target, file);
    },
  };
}

async function kindOf(file: string): Promise<'missing' | 'ordinary' | 'other'> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return 'missing';
  if (found.isDirectory()) throw new InputError(`cannot write ${file}: it is a directory`);
  return found.isFile() ? 'ordinary' : 'other';
}
