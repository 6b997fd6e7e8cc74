import type { z } from 'zod';
import { quoted } from './input-error.js';

/** Needed for the problems to say what was given: zod leaves the input out of its issues otherwise. */
export const REPORT_INPUT = { reportInput: true };

/**
 * What is wrong with a value of the user's, one text for each problem: the path of the field, what was given, what is
 * allowed. The schema's own messages must be what is allowed ("a whole number from 1").
 */
export function shapeProblems({ issues }: z.ZodError): string[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${quoted(key)} is unknown; ${issue.message}`);
    return `${pathOf(issue.path)} is ${shown(issue.input)}; allowed is ${issue.message}`;
  });
}

function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '') || 'it';
}

/** A given value as it may stand in a message. */
export function shown(given: unknown): string {
  if (given === undefined) return 'missing';
  if (typeof given === 'string') return quoted(given);
  if (typeof given === 'number') return `the number ${given}`;
  if (Array.isArray(given)) return 'a list';
  return typeof given === 'boolean' || given === null ? `${given}` : 'an object';
}
