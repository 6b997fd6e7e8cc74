import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The folder that package.json is in: this file's code runs as it is and compiled, one folder deeper. */
function projectRoot(folder: string = here): string {
  return existsSync(join(folder, 'package.json')) ? folder : projectRoot(dirname(folder));
}

const fromRoot = (path: string): string => join(projectRoot(), path);

/** The project's own exchange info: some twenty symbols. */
export const BUNDLED_EXCHANGE_INFO = fromRoot('seeds/exchange-info.json');

/** What `hedgehog demo` plays: made up, two hours of a restless market. */
export const DEMO_TAPE = fromRoot('seeds/XRPUSDT-demo.csv.gz');

/** The built command line. */
export const CLI_FILE = fromRoot('dist/src/app/cli.js');

export const VERSION: string = (
  JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string }
).version;
