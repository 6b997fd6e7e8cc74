import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { InputError, quoted } from '../platform/input-error.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Development, test and production each have a database of their own. */
export const STAGES = ['development', 'test', 'production'] as const;
export type Stage = (typeof STAGES)[number];

/** Which database to use. */
export type Target = { readonly stage: Stage; readonly database: string } & (
  | { readonly kind: 'embedded'; readonly dataDirectory: string }
  /** `shown` is the URL without its password. */
  | { readonly kind: 'url'; readonly url: string; readonly shown: string }
);

/** Which database it is, as a person reads it; without a password. */
export const shownTarget = (target: Target): string =>
  target.kind === 'url' ? target.shown : `${target.database} in ${target.dataDirectory}`;

/**
 * What files that belong to a database are called, among those of the same data directory: databases of the same name on several
 * servers have names of their own, whoever connects to them.
 */
export function fileNameOf(target: Target): string {
  if (target.kind === 'embedded') return target.database;
  const { hostname, port, searchParams } = new URL(target.url);
  const server = [searchParams.get('host') ?? hostname, searchParams.get('port') ?? (port || '5432')];
  const digest = createHash('sha256')
    .update([...server, target.database].join('\n'))
    .digest('hex');
  return `${target.database.replaceAll(/[^\w-]/g, '_').slice(0, 40)}-${digest.slice(0, 10)}`;
}

const URL_SHAPE = 'postgres://user:password@host:5432/database';
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * The stage that HEDGEHOG_ENV names; development when it names none.
 *
 * @throws InputError when it names something else
 */
export function stageOf(environment: Environment): Stage {
  const given = environment.HEDGEHOG_ENV || 'development';
  const stage = STAGES.find((known) => known === given);
  if (stage !== undefined) return stage;
  throw new InputError(`HEDGEHOG_ENV is ${quoted(given)}; allowed is ${STAGES.join(', ')}`);
}

const NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** @throws InputError when HEDGEHOG_DATABASE is not the name of a database */
function nameIn({ HEDGEHOG_DATABASE: name }: Environment): string | undefined {
  if (!name) return undefined;
  if (NAME.test(name)) return name;
  throw new InputError(
    `HEDGEHOG_DATABASE is ${quoted(name)}; allowed is at most 63 of a-z, 0-9 and _, of which a digit is not the first`,
  );
}

/**
 * The database that the environment asks for: that of DATABASE_URL, or else one in the server that Hedgehog runs itself, whose
 * files are in HEDGEHOG_DATA_DIR, or else in `.hedgehog` in the working directory. HEDGEHOG_DATABASE names another one there.
 *
 * @param database the name of another database on that server
 * @throws InputError when a variable is not what it should be; it never holds the password
 */
export function targetOf(environment: Environment, database = nameIn(environment)): Target {
  const stage = stageOf(environment);
  const url = environment.DATABASE_URL;
  if (url) return urlTarget(url, stage, database);
  const dataDirectory = resolve(environment.HEDGEHOG_DATA_DIR || '.hedgehog');
  return { kind: 'embedded', stage, database: database ?? `hedgehog_${stage}`, dataDirectory };
}

function urlTarget(given: string, stage: Stage, database: string | undefined): Target {
  const url = parseUrl(given);
  if (database !== undefined || url.pathname.length <= 1) {
    url.pathname = `/${encodeURIComponent(database ?? `hedgehog_${stage}`)}`;
  }
  const name = decoded(url.pathname.slice(1));
  decoded(url.username);
  decoded(url.password);
  const mode = url.searchParams.get('sslmode');
  if (mode !== null) {
    if (!SSL_MODES.includes(mode)) {
      throw new InputError(`sslmode in DATABASE_URL is ${quoted(mode)}; allowed is ${SSL_MODES.join(', ')}`);
    }
    // pg takes `require` for `verify-full` unless it is told to mean by it what PostgreSQL means.
    if (mode !== 'no-verify') url.searchParams.set('uselibpqcompat', 'true');
    if (mode === 'allow') url.searchParams.set('sslmode', 'prefer');
  }
  return { kind: 'url', stage, database: name, url: url.href, shown: withoutSecrets(url, mode) };
}

/** Neither an error nor its cause may hold what was given: a password is in it. */
function parseUrl(given: string): URL {
  const problem = new InputError(
    `DATABASE_URL is not the URL of a PostgreSQL database; allowed is ${URL_SHAPE}`,
  );
  if (!URL.canParse(given)) throw problem;
  const url = new URL(given);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') throw problem;
  return url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InputError(
      `DATABASE_URL has a % that is not the start of two digits; write a % as %25. Allowed is ${URL_SHAPE}`,
    );
  }
}

function withoutSecrets(url: URL, sslMode: string | null): string {
  const user = url.searchParams.get('user') ?? url.username;
  const host = url.host || (url.searchParams.get('host') ?? '');
  const query = sslMode === null ? '' : `?sslmode=${sslMode}`;
  return `${url.protocol}//${user === '' ? '' : `${user}@`}${host}${url.pathname}${query}`;
}

/** The same URL for a server that speaks no TLS, when the URL does not insist on it. */
export function withoutTls(url: string): string | undefined {
  const plain = new URL(url);
  if (plain.searchParams.get('sslmode') !== 'prefer') return undefined;
  plain.searchParams.set('sslmode', 'disable');
  return plain.href;
}
