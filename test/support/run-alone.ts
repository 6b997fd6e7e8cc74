import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Runs a module in a Node process of its own, as if it stood in `src/otp`: for what would end the process of the tests. */
export function runAlone(source: string): { readonly status: number | null; readonly output: string } {
  const bundle = execFileSync(
    join(ROOT, 'node_modules/esbuild/bin/esbuild'),
    ['--bundle', '--format=esm', '--platform=node', '--packages=external', '--loader=ts'],
    { cwd: join(ROOT, 'src/otp'), input: source, encoding: 'utf8' },
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module'], {
    cwd: ROOT,
    input: bundle,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, output: stdout + stderr };
}
