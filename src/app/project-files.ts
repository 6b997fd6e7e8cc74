import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The folder that package.json is in: this file's code runs as it is and compiled, one folder deeper. */
function projectRoot(folder: string = here): string {
  return existsSync(join(folder, 'package.json')) ? folder : projectRoot(dirname(folder));
}

export const PROJECT_ROOT = projectRoot();

const fromRoot = (path: string): string => join(PROJECT_ROOT, path);

/** The project's own exchange info: some twenty symbols. */
export const BUNDLED_EXCHANGE_INFO = fromRoot('seeds/exchange-info.json');

/** What `hedgehog demo` plays: made up, two hours of a restless market. */
export const DEMO_TAPE = fromRoot('seeds/XRPUSDT-demo.csv.gz');

/** The built command line. */
export const CLI_FILE = fromRoot('dist/src/app/cli.js');

const { version, engines } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};

export const VERSION: string = version;

/** The oldest Node.js that will do: `20.19`. */
export const NODE_NEEDED: string = engines.node.replace('>=', '');
