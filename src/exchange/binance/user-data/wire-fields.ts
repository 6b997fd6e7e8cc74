import { z } from 'zod';
import { parseDecimal } from '../../../domain/decimal.js';

/** A decimal as the exchange writes it: text, plain and unsigned. */
export const decimal = z.string().transform((text, context) => {
  const value = parseDecimal(text);
  if (value !== undefined) return value;
  context.issues.push({ code: 'custom', message: 'not a plain decimal', input: text });
  return z.NEVER;
});

export const name = z.string().min(1);
/** An id or a time; below 2^53, beyond which JSON would have lost digits. */
export const count = z.int().min(0);
