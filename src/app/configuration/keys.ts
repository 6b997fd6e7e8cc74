import { FILL_MODELS } from '../../exchange/mock/fill-model.js';
import { STAGES } from '../../warehouse/connection.js';
import { EXCHANGES } from '../exchange-names.js';

/** What a key of the configuration file takes. The variable is given the same as text. */
export type Takes =
  | { readonly kind: 'text' }
  | { readonly kind: 'one-of'; readonly values: readonly [string, ...string[]] }
  | { readonly kind: 'whole-number'; readonly from: number; readonly to: number }
  /** `true` and `false` stand for two words of the variable's. */
  | { readonly kind: 'switch'; readonly on: string; readonly off: string }
  /** Of a file or folder; one that is not absolute starts from the folder of the configuration file. */
  | { readonly kind: 'path' /** A word that is no path. */; readonly except?: string }
  /** One or a list, each with or without `SYMBOL=` before it. */
  | { readonly kind: 'tapes' };

export interface Key {
  /** Its place in the file: `control.port` is `port` in the object `control`. */
  readonly key: string;
  readonly variable: string;
  /** What it is for, as the help tells it. */
  readonly what: string;
  readonly takes: Takes;
  /** What counts when it is set nowhere, as text; without one it then counts as absent. */
  readonly otherwise?: string;
  /** Never shown. A file that holds it must be its owner's alone. */
  readonly isSecret?: true;
}

const TEXT = { kind: 'text' } as const;
const PATH = { kind: 'path' } as const;
const YES_NO = { kind: 'switch', on: 'yes', off: 'no' } as const;
const ON_OFF = { kind: 'switch', on: 'on', off: 'off' } as const;
const oneOf = (values: readonly [string, ...string[]]) => ({ kind: 'one-of', values }) as const;

/**
 * All that Hedgehog can be told beside its commands' arguments: the one list of what a configuration file may hold and of the
 * variables that are known. A new variable is read beside the part that needs it, and gets its line here.
 */
export const KEYS: readonly Key[] = [
  {
    key: 'environment',
    variable: 'HEDGEHOG_ENV',
    what: 'each has a database of its own',
    takes: oneOf(STAGES),
    otherwise: 'development',
  },
  {
    key: 'dataDirectory',
    variable: 'HEDGEHOG_DATA_DIR',
    what: "files of Hedgehog's own database server, and of its local API",
    takes: PATH,
    otherwise: '.hedgehog',
  },
  {
    key: 'database.url',
    variable: 'DATABASE_URL',
    what: 'a database on a server of yours: postgres://user:password@host:5432/database',
    takes: TEXT,
    isSecret: true,
  },
  {
    key: 'database.name',
    variable: 'HEDGEHOG_DATABASE',
    what: 'another database on the same server; each exchange needs one of its own',
    takes: TEXT,
  },
  {
    key: 'control.port',
    variable: 'HEDGEHOG_CONTROL_PORT',
    what: 'where the local API listens; 0 for any that is free',
    takes: { kind: 'whole-number', from: 0, to: 65_535 },
    otherwise: '7749',
  },
  {
    key: 'control.host',
    variable: 'HEDGEHOG_CONTROL_HOST',
    what: 'the address that it listens on',
    takes: TEXT,
    otherwise: '127.0.0.1',
  },
  {
    key: 'control.insecure',
    variable: 'HEDGEHOG_CONTROL_INSECURE',
    what: 'that may be one which other machines reach',
    takes: YES_NO,
    otherwise: 'no',
  },
  {
    key: 'log.level',
    variable: 'HEDGEHOG_LOG_LEVEL',
    what: 'what is logged; by part: info,trading=debug',
    takes: TEXT,
    otherwise: 'info',
  },
  {
    key: 'log.directory',
    variable: 'HEDGEHOG_LOG_DIR',
    what: 'where log files are kept; off for nowhere',
    takes: { kind: 'path', except: 'off' },
  },
  {
    key: 'log.maxSize',
    variable: 'HEDGEHOG_LOG_MAX_SIZE',
    what: 'how large a log file grows: 20m',
    takes: TEXT,
    otherwise: '20m',
  },
  {
    key: 'log.maxFiles',
    variable: 'HEDGEHOG_LOG_MAX_FILES',
    what: 'how many log files are kept',
    takes: { kind: 'whole-number', from: 1, to: 1_000 },
    otherwise: '14',
  },
  {
    key: 'trades.keep',
    variable: 'HEDGEHOG_KEEP_TRADES',
    what: 'how long stored trades are kept, by trade time: 30d, 12h; for ever when it is not set',
    takes: TEXT,
  },
  {
    key: 'exchange',
    variable: 'HEDGEHOG_EXCHANGE',
    what: 'where it trades',
    takes: oneOf(EXCHANGES),
    otherwise: 'mock',
  },
  {
    key: 'live',
    variable: 'HEDGEHOG_LIVE',
    what: 'orders may cost real money',
    takes: YES_NO,
    otherwise: 'no',
  },
  {
    key: 'api.key',
    variable: 'HEDGEHOG_API_KEY',
    what: 'with a secret or a private key',
    takes: TEXT,
    isSecret: true,
  },
  {
    key: 'api.secret',
    variable: 'HEDGEHOG_API_SECRET',
    what: 'of an HMAC key',
    takes: TEXT,
    isSecret: true,
  },
  {
    key: 'api.privateKeyFile',
    variable: 'HEDGEHOG_API_PRIVATE_KEY_FILE',
    what: 'a PEM, Ed25519 or RSA, of mode 0600',
    takes: PATH,
  },
  {
    key: 'api.secretFile',
    variable: 'HEDGEHOG_API_SECRET_FILE',
    what: 'key and secret in a JSON file of mode 0600',
    takes: PATH,
  },
  {
    key: 'endpoints.rest',
    variable: 'HEDGEHOG_REST_URL',
    what: "in place of the exchange's own",
    takes: TEXT,
  },
  {
    key: 'endpoints.streams',
    variable: 'HEDGEHOG_STREAMS_URL',
    what: "in place of the exchange's own",
    takes: TEXT,
  },
  {
    key: 'endpoints.wsApi',
    variable: 'HEDGEHOG_WS_API_URL',
    what: "in place of the exchange's own",
    takes: TEXT,
  },
  {
    key: 'simulator.url',
    variable: 'HEDGEHOG_SIMULATOR_URL',
    what: 'where hedgehog simulator listens',
    takes: TEXT,
    otherwise: 'http://127.0.0.1:8080',
  },
  {
    key: 'mock.exchangeInfo',
    variable: 'HEDGEHOG_EXCHANGE_INFO',
    what: "the symbols' rules, in Binance's JSON shape (default: the bundled ones)",
    takes: PATH,
  },
  {
    key: 'mock.fillModel',
    variable: 'HEDGEHOG_FILL_MODEL',
    what: 'how the exchange in the process fills orders',
    takes: oneOf(FILL_MODELS),
    otherwise: 'book',
  },
  {
    key: 'tape.files',
    variable: 'HEDGEHOG_TAPE',
    what: 'what is streamed: a file or a list of them, SYMBOL=FILE for one that names no symbol',
    takes: { kind: 'tapes' },
  },
  {
    key: 'tape.folder',
    variable: 'HEDGEHOG_TAPES_FOLDER',
    what: 'a folder of tapes, instead',
    takes: PATH,
  },
  {
    key: 'tape.pace',
    variable: 'HEDGEHOG_TAPE_PACE',
    what: '50/s, 20ms between trades, or x10 for ten times as recorded',
    takes: TEXT,
    otherwise: 'x1',
  },
  {
    key: 'tape.loop',
    variable: 'HEDGEHOG_TAPE_LOOP',
    what: 'at the end of a tape begin again',
    takes: ON_OFF,
    otherwise: 'off',
  },
];

/** Variables of Hedgehog's own tests and benchmarks, which say nothing to the program. */
export const OF_TESTS: ReadonlySet<string> = new Set([
  'HEDGEHOG_BENCH_FULL',
  'HEDGEHOG_SEEDS',
  'HEDGEHOG_SUITE',
  'HEDGEHOG_TAPES',
  'HEDGEHOG_TEST_DATABASE_URL',
  'HEDGEHOG_TEST_RUN',
]);
