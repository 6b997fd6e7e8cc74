import { randomBytes } from 'node:crypto';

/** A random id that nobody can guess: two hex digits for each byte. */
export const randomId = (bytes: number): string => randomBytes(bytes).toString('hex');
