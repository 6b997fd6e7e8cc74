import { type Decimal, parseDecimal } from '../../../domain/decimal.js';
import type { Params } from '../request-faults.js';
import { illegalCharacters, invalidData, mandatory, Refusal } from './refusal.js';

export type Grammar = 'text' | 'decimal' | 'long' | 'clientOrderId' | 'flag' | 'recvWindow';
export type ParamRules = Readonly<Record<string, Grammar>>;

/** What an endpoint takes. A name that is in neither is refused. */
export interface ParamSpec {
  readonly required: ParamRules;
  /** `any`: whatever comes is let through. */
  readonly optional: ParamRules | 'any';
}

/** As Binance's own messages word them. */
const LEGAL: Readonly<Partial<Record<Grammar, string>>> = {
  decimal: '^([0-9]{1,20})(\\.[0-9]{1,20})?$',
  long: '^[0-9]{1,20}$',
  clientOrderId: '^[a-zA-Z0-9-_]{1,36}$',
  recvWindow: '^([0-9]{1,5})(\\.[0-9]{1,3})?$',
};
const PATTERNS = new Map(
  Object.entries(LEGAL).map(([grammar, legal]) => [grammar as Grammar, new RegExp(legal)]),
);

/** An empty client order id has codes of its own. */
const WHEN_EMPTY: Readonly<Record<string, readonly [number, string]>> = {
  newClientOrderId: [-1118, 'New client order ID was empty.'],
  origClientOrderId: [-1119, 'Original client order ID was empty.'],
};

/**
 * Throws the Refusal for the first parameter that is missing, given twice, empty, unknown or not written as it must be.
 *
 * @param isPublic whether the endpoint needs no key; unknown parameters have another code there
 */
export function checkParams(
  { required, optional }: ParamSpec,
  params: Params,
  repeated: readonly string[],
  isPublic: boolean,
): void {
  if (repeated.length > 0) throw new Refusal(-1101, 'Duplicate values for a parameter detected.');
  for (const [name, grammar] of Object.entries(required)) {
    const text = params.get(name);
    if (text === undefined || text === '') throw mandatory(name);
    checkText(name, text, grammar);
  }
  if (optional === 'any') return;
  let read = Object.keys(required).length;
  for (const [name, grammar] of Object.entries(optional)) {
    const text = params.get(name);
    if (text === undefined) continue;
    read++;
    if (text === '') {
      const [code, msg] = WHEN_EMPTY[name] ?? [-1105, `Parameter '${name}' was empty.`];
      throw new Refusal(code, msg);
    }
    checkText(name, text, grammar);
  }
  if (read === params.size) return;
  throw isPublic
    ? new Refusal(-1101, `Too many parameters; expected '${read}' and received '${params.size}'.`)
    : new Refusal(
        -1104,
        `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${params.size}'.`,
      );
}

function checkText(name: string, text: string, grammar: Grammar): void {
  if (PATTERNS.get(grammar)?.test(text) === false) throw illegalCharacters(name, LEGAL[grammar] ?? '');
  if (grammar === 'flag' && text !== 'true' && text !== 'false') throw invalidData(name);
  if (grammar === 'long' && !Number.isSafeInteger(Number(text)))
    throw new Refusal(-1108, `Parameter '${name}' overflowed.`);
}

// What follows reads parameters that `checkParams` has let through.

export const textOf = (params: Params, name: string): string => {
  const text = params.get(name);
  if (text === undefined) throw mandatory(name);
  return text;
};

export function decimalOf(params: Params, name: string): Decimal {
  const value = parseDecimal(textOf(params, name));
  if (value === undefined) throw illegalCharacters(name, LEGAL.decimal ?? '');
  return value;
}

export const longOf = (params: Params, name: string): number | undefined => {
  const text = params.get(name);
  return text === undefined ? undefined : Number(text);
};

export const flagOf = (params: Params, name: string): boolean => params.get(name) === 'true';

const MICROSECONDS_FROM = 1e14;

/** A time given in milliseconds or microseconds, in Unix milliseconds with a fraction. */
export function timeOf(params: Params, name: string): number | undefined {
  const time = longOf(params, name);
  return time === undefined || time < MICROSECONDS_FROM ? time : time / 1_000;
}

/** How many rows: at most `most`, `otherwise` when it is not given. */
export function limitOf(params: Params, otherwise = 500, most = 1_000): number {
  const limit = longOf(params, 'limit') ?? otherwise;
  if (limit < 1) throw invalidData('limit');
  return Math.min(limit, most);
}
