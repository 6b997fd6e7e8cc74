import Big from 'big.js';

const ROUND_DOWN = 0;

/**
 * Exact decimal numbers for prices, quantities and money.
 *
 * A constructor of our own, so that its settings are not those of other users of big.js in the process. Strict: it takes
 * no JavaScript numbers, which would already have lost digits. Quotients are cut off, never rounded up, after 40 decimals;
 * so the whole part of a quotient of positive numbers is exact.
 */
export const Decimal = Big();
Decimal.strict = true;
Decimal.DP = 40;
Decimal.RM = ROUND_DOWN;

export type Decimal = Big;

export const ZERO: Decimal = new Decimal('0');
export const ONE: Decimal = new Decimal('1');

/** A whole number, for counts that enter a money formula. Throws on anything else. */
export function whole(count: number): Decimal {
  if (!Number.isSafeInteger(count)) throw new RangeError(`not a whole number: ${count}`);
  return new Decimal(String(count));
}

/**
 * The decimal with these digits, the first of which stands for so many times ten to the power of `exponent`: what big.js keeps.
 * Digits are from 0 to 9, and neither the first nor the last is 0.
 */
export function fromDigits(sign: 1 | -1, digits: number[], exponent: number): Decimal {
  const value = new Decimal(ZERO);
  value.s = sign;
  value.e = exponent;
  value.c = digits;
  return value;
}

const MOST_DIGITS = 20;
const CODE_OF_0 = 48;

/**
 * The decimal that a wire or tape text such as `0.43190000` stands for; undefined when it is not plain and unsigned: up to 20
 * digits, then maybe a point and up to 20 more, which is the grammar Binance accepts and writes.
 *
 * Character by character: a regular expression and big.js's own parser take three times as long, twice for each row of a tape.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const point = text.indexOf('.');
  const before = point < 0 ? text.length : point;
  const after = point < 0 ? 0 : text.length - point - 1;
  if (before < 1 || before > MOST_DIGITS || after > MOST_DIGITS || (point >= 0 && after < 1))
    return undefined;
  const digits: number[] = [];
  let exponent = 0;
  for (let index = 0; index < text.length; index++) {
    if (index === point) continue;
    const digit = text.charCodeAt(index) - CODE_OF_0;
    if (digit < 0 || digit > 9) return undefined;
    if (digits.length === 0) {
      if (digit === 0) continue;
      exponent = index < before ? before - 1 - index : before - index;
    }
    digits.push(digit);
  }
  while (digits.at(-1) === 0) digits.pop();
  return digits.length === 0 ? ZERO : fromDigits(1, digits, exponent);
}

/**
 * -1, 0 or 1 as `a` is below, equal to or above `b`.
 *
 * The same as `a.cmp(b)`, which copies `b` for every comparison: too dear for the ones made at every trade by every trader.
 */
export function compare(a: Decimal, b: Decimal): number {
  // big.js keeps sign, exponent of the first digit, and the digits without trailing zeros; zero has the one digit 0.
  if (a.c[0] === 0 || b.c[0] === 0) return a.c[0] !== 0 ? a.s : b.c[0] !== 0 ? -b.s : 0;
  if (a.s !== b.s) return a.s;
  if (a.e !== b.e) return a.e > b.e ? a.s : -a.s;
  const length = Math.min(a.c.length, b.c.length);
  for (let index = 0; index < length; index++) {
    const difference = (a.c[index] as number) - (b.c[index] as number);
    if (difference !== 0) return difference > 0 ? a.s : -a.s;
  }
  return Math.sign(a.c.length - b.c.length) * a.s;
}

export const isBelow = (a: Decimal, b: Decimal): boolean => compare(a, b) < 0;

/** How many whole times `divisor` (> 0) goes into `value` (>= 0): exact, as only the whole part is computed. */
export const wholeTimes = (value: Decimal, divisor: Decimal): Decimal =>
  new Decimal(new WholePart(value.toFixed()).div(divisor.toFixed()).toFixed());

const WholePart = Big();
WholePart.strict = true;
WholePart.DP = 0;
WholePart.RM = ROUND_DOWN;

/** Largest multiple of `step` that is not above `value` (value >= 0). A step of zero means "no rule". */
export function downToStep(value: Decimal, step: Decimal): Decimal {
  if (isPowerOfTen(step)) return value.round(-step.e, ROUND_DOWN);
  return step.eq(ZERO) ? value : value.minus(value.mod(step));
}

/** Whether `value` lies on the grid of `step`. A step of zero means "no rule". */
export function isOnStep(value: Decimal, step: Decimal): boolean {
  return step.eq(ZERO) || downToStep(value, step).eq(value);
}

// Nearly every tick and step is one, and for those there is no need of the long division behind `mod`.
const isPowerOfTen = ({ c, s }: Decimal): boolean => c.length === 1 && c[0] === 1 && s === 1;

/** How many digits stand after the point once trailing zeros are gone. */
export function decimalPlaces(value: Decimal): number {
  // big.js keeps the digits in `c`, without trailing zeros, the first of them at 10 to the power of `e`.
  return Math.max(0, value.c.length - value.e - 1);
}

/** Text as the exchange writes it: at least eight decimals, never an exponent. */
export function toWire(value: Decimal): string {
  return value.toFixed(Math.max(8, decimalPlaces(value)));
}

export function minOf(a: Decimal, b: Decimal): Decimal {
  return a.lt(b) ? a : b;
}

export function maxOf(a: Decimal, b: Decimal): Decimal {
  return a.gt(b) ? a : b;
}
