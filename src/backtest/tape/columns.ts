import { type Decimal, parseDecimal, ZERO } from '../../domain/decimal.js';
import { quoted } from '../../platform/input-error.js';
import type { Refuse } from './csv-lines.js';

/** What a field may hold. */
export interface Kind<Value> {
  /** For the message to the user: "allowed is …". */
  readonly allowed: string;
  /** The value, or undefined when the text is not allowed. */
  read(text: string): Value | undefined;
}

export const POSITIVE_DECIMAL: Kind<Decimal> = {
  allowed: 'a plain decimal above 0, such as 0.4319',
  read: (text) => {
    const value = parseDecimal(text);
    return value === ZERO ? undefined : value;
  },
};

const CODE_OF_0 = 48;

const readWhole = (text: string): number | undefined => {
  // Only ids and times: they are whole, and checked to be small enough to be exact.
  if (text.length < 1 || text.length > 16) return undefined;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - CODE_OF_0;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
};

export const WHOLE_NUMBER: Kind<number> = { allowed: 'a whole number from 0', read: readWhole };
export const MILLISECONDS: Kind<number> = { allowed: 'whole Unix milliseconds from 0', read: readWhole };

// Binance's dumps have microseconds since 2025. As milliseconds, 1e14 lies in the year 5138.
const MICROSECONDS_FROM = 1e14;

export const MILLI_OR_MICROSECONDS: Kind<number> = {
  allowed: 'whole Unix milliseconds or microseconds from 0',
  read: (text) => {
    const time = readWhole(text);
    if (time === undefined || time < MICROSECONDS_FROM) return time;
    return (time - (time % 1000)) / 1000;
  },
};

export const BOOLEAN: Kind<boolean> = {
  allowed: 'true or false',
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

export const BOOLEAN_ANY_CASE: Kind<boolean> = {
  allowed: 'True or False',
  read: (text) => BOOLEAN.read(text.toLowerCase()),
};

/** Reads the field at `index`; refuses the line, naming the column, when it is not of the kind. */
export function column<Value>(name: string, index: number, kind: Kind<Value>, refuse: Refuse) {
  return (fields: readonly string[], line: number): Value => {
    const text = fields[index] ?? '';
    return kind.read(text) ?? refuse(line, `${name} is ${quoted(text)}; allowed is ${kind.allowed}`);
  };
}

export function checkCount(fields: readonly string[], line: number, count: number, refuse: Refuse): void {
  if (fields.length !== count)
    refuse(line, `the row has ${fields.length} columns; allowed is exactly ${count}`);
}
