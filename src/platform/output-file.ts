import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { InputError } from './input-error.js';
import { unwritable } from './input-file.js';

/** A file to be written at the end of something long. */
export interface OutputFile {
  /** Puts the text in place of whatever the file held. */
  write(text: string): Promise<void>;
  /** Leaves the file as it was. */
  discard(): Promise<void>;
}

/**
 * Makes sure at once that a file can be written, and leaves what it holds alone until the new text is complete.
 *
 * @throws InputError naming the file when it cannot be written
 */
export async function prepareOutput(file: string): Promise<OutputFile> {
  const isOrdinary = await isOrdinaryFile(file);
  // A device or a pipe cannot be replaced, only written to.
  const target = isOrdinary ? `${file}.partial` : file;
  let handle: FileHandle;
  try {
    handle = await open(target, 'w');
  } catch (error) {
    throw unwritable(file, error);
  }
  return {
    async write(text) {
      await handle.writeFile(text);
      await handle.close();
      if (isOrdinary) await rename(target, file);
    },
    async discard() {
      await handle.close();
      if (isOrdinary) await rm(target, { force: true });
    },
  };
}

async function isOrdinaryFile(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) throw new InputError(`cannot write ${file}: it is a directory`);
  return found === undefined || found.isFile();
}
