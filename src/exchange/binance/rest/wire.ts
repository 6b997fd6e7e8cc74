import { z } from 'zod';
import { type Decimal, isBelow, parseDecimal, ZERO } from '../../../domain/decimal.js';

/** What a body stands for; undefined when it is not what the request is answered with. */
export type Decoder<T> = (json: unknown) => T | undefined;

/** The value that a schema reads. Fields it does not name are let pass: the exchange adds some every few months. */
export const decoder =
  <T>(schema: z.ZodType<T>): Decoder<T> =>
  (json) => {
    const parsed = schema.safeParse(json);
    return parsed.success ? parsed.data : undefined;
  };

/** A plain decimal, from zero. */
export const decimal = z.string().transform((text, context): Decimal => {
  const value = parseDecimal(text);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: 'a plain decimal' });
  return z.NEVER;
});

export const positiveDecimal = decimal.refine((value) => isBelow(ZERO, value));

export const name = z.string().min(1);

/** An id or a time: whole, not negative, and exact as a JavaScript number. */
export const wholeNumber = z.int().nonnegative();
