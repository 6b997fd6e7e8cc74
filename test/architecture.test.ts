import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const SRC = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

/** Layer -> what it may import: layers, files of another layer, packages. Node's own modules are free to all. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: ['domain', 'big.js'],
  strategy: ['strategy', 'domain'],
  // A port that keeps cycles has to name what it keeps; a position is a pure value.
  ports: ['ports', 'domain', 'strategy/position'],
  otp: ['otp', 'ports', 'nact'],
  services: ['services', 'ports', 'otp'],
  trading: ['trading', 'services', 'domain', 'strategy', 'ports', 'otp'],
  streaming: [
    ...['streaming', 'services', 'domain', 'ports', 'otp', 'platform/input-error'],
    ...['exchange/binance/market', 'exchange/binance/socket'],
  ],
  indicators: ['indicators', 'services', 'domain', 'ports', 'otp'],
  warehouse: [
    ...['warehouse', 'services', 'domain', 'strategy', 'ports', 'otp', 'platform'],
    ...['kysely', 'pg', 'pg-copy-streams', 'tar', 'zod', 'backtest/order-recorder', 'backtest/summary'],
    '../migrations',
  ],
  exchange: [
    ...['exchange', 'domain', 'ports', 'otp', 'zod', 'ws'],
    ...['platform/error-facts', 'platform/input-error', 'platform/input-file', 'platform/shape-problems'],
    'platform/private-file',
    // A market plays the same feeds as a streamer.
    'streaming/trade-feed',
  ],
  control: [
    ...[
      'control',
      'services',
      'domain',
      'strategy',
      'ports',
      'otp',
      'warehouse',
      'backtest/tally',
      'trading/outlook',
      'streaming/stream-figures',
      'exchange/counted-exchange',
      'exchange/binance/rest/rest-figures',
      'exchange/binance/user-data/user-data-figures',
      'platform',
    ],
    ...['fastify', 'kysely', 'prom-client', 'zod'],
  ],
  backtest: [
    ...['backtest', 'domain', 'strategy', 'ports', 'otp', 'csv-parse', 'yauzl'],
    ...['platform/input-error', 'platform/input-file'],
  ],
};

const IMPURE = /\b(Date\.now|performance\.now|setTimeout|setInterval|Math\.random|randomUUID)\b/;

interface SourceFile {
  readonly path: string;
  readonly layer: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');

/** What a specifier leads to: `domain/order` for a file of ours, the name itself for a package. */
function resolved(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return normalize(join(dirname(path), specifier)).replace(/\.js$/, '');
}

function sourceFile(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8');
  const specifiers = withoutComments(text).matchAll(
    /(?:\bfrom\s+|\bimport\s*\(?\s*|[rR]equire\w*\([^)]*\)\s*\(\s*)'([^']+)'/g,
  );
  return {
    path,
    layer: path.split('/')[0] ?? '',
    text,
    imports: [...specifiers].map(([, specifier]) => resolved(path, specifier ?? '')),
  };
}

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => sourceFile(relative(SRC, join(entry.parentPath, entry.name))));

const isUnder = (what: string, where: string): boolean => what === where || what.startsWith(`${where}/`);

const importsThat = (forbidden: (file: SourceFile, imported: string) => boolean): string[] =>
  files.flatMap((file) =>
    file.imports
      .filter((imported) => forbidden(file, imported))
      .map((imported) => `${file.path} imports ${imported}`),
  );

describe('architecture', () => {
  it('there are sources to look at', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.find(({ path }) => path === 'otp/nact.ts')?.imports).toEqual(['node:module', 'nact']);
  });

  it.each(Object.entries(ALLOWED))('%s imports only %j', (layer, allowed) => {
    const violations = importsThat(
      (file, imported) =>
        file.layer === layer &&
        !imported.startsWith('node:') &&
        !allowed.some((where) => isUnder(imported, where)),
    );
    expect(violations).toEqual([]);
  });

  it('nothing but app imports app', () => {
    expect(importsThat(({ layer }, imported) => layer !== 'app' && isUnder(imported, 'app'))).toEqual([]);
  });

  it('nact is imported by otp only', () => {
    expect(importsThat(({ layer }, imported) => layer !== 'otp' && isUnder(imported, 'nact'))).toEqual([]);
  });

  it('time and chance come from platform only', () => {
    const readers = files.filter(
      ({ layer, text }) => layer !== 'platform' && IMPURE.test(withoutComments(text)),
    );
    expect(readers.map(({ path }) => path)).toEqual([]);
  });

  it('no file is longer than 350 lines', () => {
    const long = files.filter(({ text }) => text.trimEnd().split('\n').length > 350);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});
