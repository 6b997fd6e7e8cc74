import { nearest } from '../../platform/nearest.js';
import type { Environment } from '../../warehouse/connection.js';
import type { ConfigFile } from './config-file.js';
import { KEYS, type Key, OF_TESTS } from './keys.js';

/** An option of a command that says what a variable says. */
export interface Flag {
  /** `--exchange`. */
  readonly flag: string;
  readonly variable: string;
  /** Undefined when it was not given. */
  readonly value: string | undefined;
}

export type Origin =
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'environment' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'default' };

/** One line of the table, and what it was set to. */
export interface Setting {
  readonly key: Key;
  /** What counts, as text; undefined when it is set nowhere and nothing counts instead. */
  readonly value: string | undefined;
  readonly origin: Origin;
}

/** All that the command was told beside its arguments. */
export interface Configuration {
  /** The environment, with what flags and file say put into it: what readers of variables are given. */
  readonly environment: Environment;
  readonly settings: readonly Setting[];
  /** The path of the file that was read; null when there was none. */
  readonly file: string | null;
  /** What is wrong with the file, and variables that are unknown. */
  readonly problems: readonly string[];
}

/** Flags before the environment, the environment before the file. A variable that is set to nothing is not set. */
export function merged(
  environment: Environment,
  file: ConfigFile | null,
  flags: readonly Flag[],
): Configuration {
  const settings = KEYS.map((key) => settingOf(key, environment, file, flags));
  const said = settings.filter(({ origin }) => origin.kind === 'flag' || origin.kind === 'file');
  return {
    environment: {
      ...environment,
      ...Object.fromEntries(said.map(({ key, value }) => [key.variable, value])),
    },
    settings,
    file: file?.path ?? null,
    problems: [...(file?.problems ?? []), ...unknownVariables(environment)],
  };
}

function settingOf(
  key: Key,
  environment: Environment,
  file: ConfigFile | null,
  flags: readonly Flag[],
): Setting {
  const given = flags.find(({ variable, value }) => variable === key.variable && value !== undefined);
  if (given !== undefined) return { key, value: given.value, origin: { kind: 'flag', flag: given.flag } };
  const set = environment[key.variable];
  if (set) return { key, value: set, origin: { kind: 'environment' } };
  const written = file?.values.get(key.variable);
  if (file !== null && written !== undefined)
    return { key, value: written, origin: { kind: 'file', path: file.path } };
  return { key, value: key.otherwise, origin: { kind: 'default' } };
}

/** A variable with a slip in its name would otherwise be silently without effect, whatever it was to guard. */
function unknownVariables(environment: Environment): readonly string[] {
  const known = new Map(KEYS.map(({ variable }) => [afterPrefix(variable), variable]));
  return Object.entries(environment)
    .filter(([name, value]) => name.startsWith(PREFIX) && value && !OF_TESTS.has(name))
    .filter(([name]) => known.get(afterPrefix(name)) !== name)
    .map(([name]) => {
      // What all of them begin with makes any two alike.
      const likely = known.get(nearest(afterPrefix(name), [...known.keys()]) ?? '');
      const hint =
        likely === undefined ? 'hedgehog config --help lists all variables' : `did you mean ${likely}?`;
      return `the variable ${name} is unknown; ${hint}`;
    });
}

const PREFIX = 'HEDGEHOG_';
const afterPrefix = (name: string): string => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name);

// Not where one is proposed, as in HEDGEHOG_LIVE=yes.
const VARIABLE = /\b(?:HEDGEHOG_[A-Z_]+|DATABASE_URL)\b(?![=?])/g;

/** A message that names variables, with those that were set elsewhere named as the user knows them. */
export function inUsersWords(message: string, settings: readonly Setting[]): string {
  const names = new Map(settings.map(({ key, origin }) => [key.variable, nameOf(key, origin)]));
  return message.replace(VARIABLE, (variable) => names.get(variable) ?? variable);
}

function nameOf(key: Key, origin: Origin): string {
  if (origin.kind === 'flag') return origin.flag;
  return origin.kind === 'file' ? `${key.key} in ${origin.path}` : key.variable;
}
