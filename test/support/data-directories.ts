import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { stopServer } from '../../src/platform/postgres/embedded-server.js';
import { placesFor } from '../../src/platform/postgres/places.js';

/** Data directories for servers; after the tests of the file the servers are stopped and their files are gone. */
export function dataDirectories() {
  const folder = mkdtempSync(join(tmpdir(), 'hedgehog-test-'));
  // Open to all, so that the server's account gets in; a test that wants it closed closes it.
  chmodSync(folder, 0o755);
  const made: string[] = [];
  afterAll(async () => {
    for (const directory of made) {
      const { home } = placesFor(directory);
      await stopServer(directory).catch(() => {});
      rmSync(home, { recursive: true, force: true });
      // Those that are not in our folder have one of their own around them.
      if (!home.startsWith(folder)) rmSync(join(home, '..'), { recursive: true, force: true });
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    /** A new one, not made yet. */
    next(name = `data-${made.length}`): string {
      const directory = join(folder, name);
      made.push(directory);
      return directory;
    },
  };
}
