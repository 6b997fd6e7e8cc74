import { InputError, quoted } from '../platform/input-error.js';
import type { Environment } from './connection.js';

const HOUR_MS = 3_600_000;
const UNITS_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS };
const MOST_MS = 100 * 365 * 24 * HOUR_MS;
const ALLOWED = 'whole days or hours from 1, at most 36500d: 30d, 12h';

/**
 * Milliseconds that `30d` or `12h` stand for.
 *
 * @param what where it was said, for the message: `--older-than`
 * @throws InputError when it is something else
 */
export function parseAge(what: string, text: string): number {
  const [, number, unit] = /^([1-9]\d{0,6})([dh])$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
  if (ms <= MOST_MS) return ms;
  throw new InputError(`${what} is ${quoted(text)}; allowed is ${ALLOWED}`);
}

/** How long trades are kept. */
export interface RetentionConfig {
  /** Null: for ever. */
  readonly keepTradesMs: number | null;
}

/**
 * What HEDGEHOG_KEEP_TRADES says; without it trades are kept for ever.
 *
 * @throws InputError when it is no age
 */
export function readRetentionConfig({ HEDGEHOG_KEEP_TRADES: keep }: Environment): RetentionConfig {
  return { keepTradesMs: keep ? parseAge('HEDGEHOG_KEEP_TRADES', keep) : null };
}
