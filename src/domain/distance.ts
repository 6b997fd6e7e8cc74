import type { Decimal } from './decimal.js';

const PLACES = 6;

/**
 * How far a price is from the last one, as a fraction of that; negative below it. The quotient is cut off: it is for looking at.
 *
 * @param last > 0
 */
export const distance = (price: Decimal, last: Decimal): string =>
  price.minus(last).div(last).round(PLACES, 0).toFixed();

/**
 * A fraction of the last price in words, by its digits and so exactly: `0.31% below the price` for -0.0031.
 *
 * @param fraction a decimal, negative for what lies below the price
 */
export function shownDistance(fraction: string): string {
  const [, sign = '', whole = '0', decimals = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(fraction) ?? [];
  const padded = decimals.padEnd(2, '0');
  const digits = `${whole}${padded.slice(0, 2)}`.replace(/^0+(?=\d)/, '');
  const rest = padded.slice(2).replace(/0+$/, '');
  if (/^0*$/.test(digits + rest)) return 'at the price';
  return `${digits}${rest === '' ? '' : `.${rest}`}% ${sign === '' ? 'above' : 'below'} the price`;
}
