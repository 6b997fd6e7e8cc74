import { type Decimal, fromDigits, ZERO } from '../domain/decimal.js';

/**
 * Decimals in PostgreSQL's binary form of `numeric`: how many groups of four digits, the weight of the first one, sign, digits
 * after the point, then the groups. big.js has the digits one by one, and the exponent of the first.
 *
 * Text would do as well; it takes twice as long to write and more than twice as long to read, for every price ever stored.
 *
 * @see PostgreSQL's numeric_recv and numeric_send, src/backend/utils/adt/numeric.c
 */
const HEADER_BYTES = 8;
const NEGATIVE = 0x4000;

/** Bytes that {@link writeNumeric} takes for the decimal, its length included. */
export const numericBytes = (value: Decimal): number => 4 + HEADER_BYTES + 2 * groupsOf(value);

// Digits of the first group: the point stands between two groups.
const leadOf = ({ e }: Decimal): number => e - Math.floor(e / 4) * 4 + 1;
const groupsOf = (value: Decimal): number => Math.ceil((value.c.length - leadOf(value)) / 4) + 1;

/** Writes the decimal with its length before it. Returns the offset after it. */
export function writeNumeric(into: Buffer, start: number, value: Decimal): number {
  const { c: digits, e: exponent } = value;
  const groups = groupsOf(value);
  into.writeInt32BE(HEADER_BYTES + 2 * groups, start);
  into.writeInt16BE(groups, start + 4);
  into.writeInt16BE(Math.floor(exponent / 4), start + 6);
  into.writeUInt16BE(value.s < 0 ? NEGATIVE : 0, start + 8);
  into.writeInt16BE(Math.max(0, digits.length - 1 - exponent), start + 10);
  let at = start + 4 + HEADER_BYTES;
  let next = 0;
  for (let end = leadOf(value), group = 0; group < groups; group++, end += 4) {
    let four = 0;
    for (; next < end; next++) four = four * 10 + (digits[next] ?? 0);
    at = into.writeInt16BE(four, at);
  }
  return at;
}

/** The decimal whose length stands at `start`. Throws on one that is not finite. */
export function readNumeric(from: Buffer, start: number): Decimal {
  const groups = from.readInt16BE(start + 4);
  const sign = from.readUInt16BE(start + 8);
  if (sign !== 0 && sign !== NEGATIVE) throw new RangeError('a stored number is not finite');
  const digits: number[] = [];
  const exponent = from.readInt16BE(start + 6) * 4 + 3;
  const first = start + 4 + HEADER_BYTES;
  for (let at = first; at < first + 2 * groups; at += 2) {
    const four = from.readInt16BE(at);
    digits.push(Math.floor(four / 1000), Math.floor(four / 100) % 10, Math.floor(four / 10) % 10, four % 10);
  }
  while (digits.at(-1) === 0) digits.pop();
  const leading = digits.findIndex((digit) => digit !== 0);
  if (leading < 0) return ZERO;
  return fromDigits(
    sign === NEGATIVE ? -1 : 1,
    leading === 0 ? digits : digits.slice(leading),
    exponent - leading,
  );
}

/** Bytes of the decimal whose length stands at `start`, the length included. */
export const numericBytesAt = (from: Buffer, start: number): number => 4 + from.readInt32BE(start);
