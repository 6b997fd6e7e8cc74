import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

export type TempFolder = ReturnType<typeof tempFolder>;

/** A folder that is gone after the tests of the file. */
export function tempFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'hedgehog-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return {
    path: (name: string): string => join(folder, name),
    /** Writes the content into a file of its own, and returns its path. */
    write: (content: string | Uint8Array, name = 'file'): string => {
      count += 1;
      const file = join(folder, `${count}-${name}`);
      writeFileSync(file, content);
      return file;
    },
  };
}
