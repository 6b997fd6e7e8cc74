import Big from 'big.js';

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
Decimal.RM = 0;

export type Decimal = Big;

export const ZERO: Decimal = new Decimal('0');
export const ONE: Decimal = new Decimal('1');

/** A whole number, for counts that enter a money formula. Throws on anything else. */
export function whole(count: number): Decimal {
  if (!Number.isSafeInteger(count)) throw new RangeError(`not a whole number: ${count}`);
  return new Decimal(String(count));
}

// The grammar Binance accepts and writes: digits, at most one point between digits, no sign, no exponent.
const PLAIN_DECIMAL = /^\d{1,20}(\.\d{1,20})?$/;

/** The decimal that a wire or tape text such as `0.43190000` stands for; undefined when it is not plain and unsigned. */
export function parseDecimal(text: string): Decimal | undefined {
  return PLAIN_DECIMAL.test(text) ? new Decimal(text) : undefined;
}

/** Largest multiple of `step` that is not above `value` (value >= 0). A step of zero means "no rule". */
export function downToStep(value: Decimal, step: Decimal): Decimal {
  return step.eq(ZERO) ? value : value.minus(value.mod(step));
}

/** Whether `value` lies on the grid of `step`. A step of zero means "no rule". */
export function isOnStep(value: Decimal, step: Decimal): boolean {
  return step.eq(ZERO) || value.mod(step).eq(ZERO);
}

/** How many digits stand after the point once trailing zeros are gone. */
export function decimalPlaces(value: Decimal): number {
  const text = value.toFixed();
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
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
