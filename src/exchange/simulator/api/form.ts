import type { Params } from '../request-faults.js';

/** What a REST request says, and the bytes that its signature is for. */
export interface Form {
  readonly params: Params;
  /** Names given more than once in the same place. */
  readonly repeated: readonly string[];
  /** Decoded; empty when there is none. */
  readonly signature: string;
  /** Query string and body as received, one after the other, without the signature. */
  readonly payload: string;
}

/**
 * Reads query string and body. What is in both counts as the query string has it.
 *
 * @param query as received, without `?`
 * @param body as received
 * @param isForm whether the body has parameters at all; it is signed in any case
 */
export function readForm(query: string, body: string, isForm: boolean): Form {
  const inBody = pairs(isForm ? body : '');
  const inQuery = pairs(query);
  const params = new Map([...inBody, ...inQuery]);
  const signature = params.get('signature') ?? '';
  params.delete('signature');
  return {
    params,
    repeated: [...repeatedIn(inQuery), ...repeatedIn(inBody)],
    signature,
    payload: withoutSignature(query) + withoutSignature(body),
  };
}

const pairs = (text: string): readonly (readonly [string, string])[] => [...new URLSearchParams(text)];

function repeatedIn(given: readonly (readonly [string, string])[]): string[] {
  const names = given.map(([name]) => name);
  return names.filter((name, index) => names.indexOf(name) < index);
}

const withoutSignature = (text: string): string =>
  text
    .split('&')
    .filter((part) => !part.startsWith('signature='))
    .join('&');
