import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { InputError, quoted } from '../../platform/input-error.js';
import { unreadable } from '../../platform/input-file.js';
import { jsonFailsAt } from '../../platform/json-place.js';
import { nearest } from '../../platform/nearest.js';
import { openToOthers } from '../../platform/private-file.js';
import { shown } from '../../platform/shape-problems.js';
import { asText, FILE_SHAPE } from './file-shape.js';
import { KEYS, type Key } from './keys.js';

/** Looked for in the working directory when no other file is named. */
export const USUAL_FILE = 'hedgehog.config.json';

/** What a configuration file says. */
export interface ConfigFile {
  readonly path: string;
  /** By variable, as text; without what cannot be taken. */
  readonly values: ReadonlyMap<string, string>;
  /** What is wrong in it, each with its key and the file's name; never with a secret. */
  readonly problems: readonly string[];
}

/**
 * Reads the file that is named, or the usual one when there is one.
 *
 * @returns null when none is named and there is none
 * @throws InputError when it cannot be read or is no JSON
 */
export function readConfigFile(named: string | undefined): ConfigFile | null {
  const path = named ?? USUAL_FILE;
  const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
  if (!isThere && named === undefined) return null;
  const { text, mode } = contentOf(path);
  const json = parsed(path, text);
  const { error } = FILE_SHAPE.safeParse(json, { reportInput: true });
  const wrong = new Set<string>();
  const problems = (error?.issues ?? []).flatMap((issue) => {
    wrong.add(keyAt(issue.path));
    return problemsOf(path, issue);
  });
  const given = KEYS.map((key) => ({ key, value: valueAt(json, key.key) })).filter(
    ({ key, value }) => value !== undefined && !wrong.has(key.key),
  );
  const isSecret = given.some(({ key, value }) => holdsSecret(key, String(value)));
  const exposed = isSecret ? openToOthers(path, mode) : undefined;
  const values = given.map(
    ({ key, value }) => [key.variable, asText(key.takes, value, dirname(path))] as const,
  );
  return {
    path,
    values: new Map(values),
    problems: exposed === undefined ? problems : [exposed, ...problems],
  };
}

function contentOf(path: string): { readonly text: string; readonly mode: number } {
  try {
    // TextDecoder drops a byte order mark, which JSON.parse would stumble over.
    return { text: new TextDecoder().decode(readFileSync(path)), mode: statSync(path).mode };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { line, column } = jsonFailsAt(text);
    // Without the parser's own message: it quotes the text, and a secret may be in it.
    throw new InputError(`${path} is not JSON from line ${line}, column ${column} on`);
  }
}

const keyAt = (path: readonly PropertyKey[]): string =>
  path
    .filter((name) => typeof name !== 'number')
    .map(String)
    .join('.');

function problemsOf(path: string, issue: z.core.$ZodIssue): readonly string[] {
  const key = keyAt(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => unknownKey(path, key === '' ? name : `${key}.${name}`));
  // One that was put in place of the object that it belongs into is a secret all the same.
  const isSecret = KEYS.some((known) => known.isSecret && isAtOrBelow(key, known.key));
  const given = isSecret ? 'of another kind' : shown(issue.input);
  if (key === '') return [`${path} holds something ${given}; allowed is an object`];
  return [`${key} in ${path} is ${given}; allowed is ${issue.message}`];
}

const isAtOrBelow = (key: string, known: string): boolean =>
  key === '' || known === key || known.startsWith(`${key}.`);

function unknownKey(path: string, given: string): string {
  const known = KEYS.map(({ key }) => key);
  const likely = nearest(given, known) ?? known.find((key) => key.endsWith(`.${given}`));
  const hint = likely === undefined ? 'hedgehog config --help lists all keys' : `did you mean ${likely}?`;
  return `${quoted(given)} in ${path} is unknown; ${hint}`;
}

function valueAt(json: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>(
      (at, name) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined,
      json,
    );
}

/** A URL is one only with a password in it. */
function holdsSecret({ isSecret, variable }: Key, value: string): boolean {
  if (!isSecret) return false;
  if (variable !== 'DATABASE_URL' || !URL.canParse(value)) return true;
  const url = new URL(value);
  return url.password !== '' || url.searchParams.has('password');
}
