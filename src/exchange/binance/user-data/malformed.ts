import type { z } from 'zod';

/** A frame, or an event in one, that is not what the exchange's documents say. It goes no further inward. */
export interface Malformed {
  readonly kind: 'malformed';
  /** Where, such as `executionReport.X`: so that each sort is told once. */
  readonly where: string;
  /** What stood there when it is a word that we do not know, such as a new order status; null otherwise. */
  readonly unknownWord: string | null;
}

export const malformed = (where: string, unknownWord: string | null = null): Malformed => ({
  kind: 'malformed',
  where,
  unknownWord,
});

/** Words of the exchange look like this. Anything else may be long, or hold what nobody should read, so it is not shown. */
const WORD = /^[A-Z_]{1,40}$/;

/** @param what the event that was read, by its name */
export function malformedEvent(what: string, { issues }: z.ZodError): Malformed {
  const issue = issues[0];
  const where = [what, ...(issue?.path ?? [])].map(String).join('.');
  if (issue?.code !== 'invalid_value' || typeof issue.input !== 'string') return malformed(where);
  return malformed(where, WORD.test(issue.input) ? issue.input : 'something else');
}
