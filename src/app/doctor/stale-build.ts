import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

const SOURCES = ['src', 'migrations', 'seeds'];

/** A source that was changed after `dist` was built from it, or was never built; null when there is none, or no sources. */
export async function staleSource(root: string): Promise<string | null> {
  if (!existsSync(join(root, 'dist')) || !existsSync(join(root, 'src'))) return null;
  for (const folder of SOURCES) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries) {
      if (!entry.isFile() || !/(?<!\.d)\.ts$/.test(entry.name)) continue;
      const source = relative(root, join(entry.parentPath, entry.name));
      if (await isStale(root, source)) return source;
    }
  }
  return null;
}

async function isStale(root: string, source: string): Promise<boolean> {
  const built = await stat(join(root, 'dist', source.replace(/\.ts$/, '.js'))).catch(() => null);
  return built === null || built.mtimeMs < (await stat(join(root, source))).mtimeMs;
}
