import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Compiled or not, this file lies two folders below the project's own.
const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The project's own exchange info: some twenty symbols. */
export const BUNDLED_EXCHANGE_INFO = fromRoot('seeds/exchange-info.json');

export const VERSION: string = (
  JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string }
).version;
