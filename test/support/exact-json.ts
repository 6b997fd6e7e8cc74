import { Decimal } from '../../src/domain/decimal.js';

/** A number as it is written. */
export class NumberText {
  constructor(readonly text: string) {}
}

/** What a JSON text says, to the last digit: read by other means than the code under test. */
export type Exact = null | boolean | string | NumberText | readonly Exact[] | ReadonlyMap<string, Exact>;

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:])/y;

/** Reads a text that is known to be JSON. */
export function exactJson(json: string): Exact {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(json); match !== null; match = TOKEN.exec(json))
    tokens.push(match[1] as string);
  let next = 0;
  const take = (): string => tokens[next++] as string;

  function value(): Exact {
    const token = take();
    if (token === '{') return object();
    if (token === '[') return list();
    if (token.startsWith('"')) return JSON.parse(token) as string;
    if (token === 'null') return null;
    return token === 'true' || token === 'false' ? token === 'true' : new NumberText(token);
  }
  function list(): Exact {
    const found: Exact[] = [];
    while (tokens[next] !== ']') {
      found.push(value());
      if (tokens[next] === ',') next++;
    }
    next++;
    return found;
  }
  function object(): Exact {
    const found = new Map<string, Exact>();
    while (tokens[next] !== '}') {
      const name = JSON.parse(take()) as string;
      next++;
      found.set(name, value());
      if (tokens[next] === ',') next++;
    }
    next++;
    return found;
  }
  return value();
}

export const field = (json: Exact, name: string): Exact | undefined =>
  json instanceof Map ? json.get(name) : undefined;

export const items = (json: Exact): readonly Exact[] =>
  Array.isArray(json) ? (json as readonly Exact[]) : [];

/** The text, or one that no field has when it is none. */
export const text = (json: Exact | undefined): string => (typeof json === 'string' ? json : '(no text)');

export const isText = (json: Exact | undefined, expected: string | null): boolean => json === expected;

export const isNumber = (json: Exact | undefined, expected: number): boolean =>
  json instanceof NumberText && new Decimal(json.text).eq(String(expected));
