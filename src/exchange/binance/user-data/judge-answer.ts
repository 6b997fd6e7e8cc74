import { LONGEST_BAN_MS, UNWELCOME, UNWELCOME_MS } from '../socket/line-end.js';
import type { Answer } from './frame.js';

/** What to do after an answer to a request to log on or to subscribe. */
export type Verdict =
  | { readonly kind: 'done' }
  /** The key, its permissions or its signature: it will not do however often it is asked. */
  | { readonly kind: 'denied' }
  /** The timestamp was off: set the clock and ask again. */
  | { readonly kind: 'clock-off' }
  /** Ask again on another connection, and open none for so long. */
  | { readonly kind: 'failed'; readonly stayAwayMs: number };

const ALREADY_ACTIVE = -2035;
const CLOCK_OFF = -1021;
/** Not authorized; signature invalid; format of the key invalid; key, address or permissions invalid. */
const DENIED: ReadonlySet<number> = new Set([-1002, -1022, -2014, -2015]);

export const isClockOff = (answer: Answer | null): boolean => answer?.code === CLOCK_OFF;

/**
 * @param answer null when none came
 * @param now the exchange's time, Unix milliseconds
 * @see Binance spot docs, errors.md (read 2026-07)
 */
export function judgeAnswer(answer: Answer | null, now: number): Verdict {
  if (answer === null) return { kind: 'failed', stayAwayMs: 0 };
  const { status, code, retryAfterTime } = answer;
  if (status === 200 || code === ALREADY_ACTIVE) return { kind: 'done' };
  if (isClockOff(answer)) return { kind: 'clock-off' };
  if (status === 401 || (code !== null && DENIED.has(code))) return { kind: 'denied' };
  const usualMs = UNWELCOME.has(status) ? UNWELCOME_MS : 0;
  const askedMs = retryAfterTime === null ? usualMs : Math.max(0, retryAfterTime - now);
  return { kind: 'failed', stayAwayMs: Math.min(askedMs, LONGEST_BAN_MS) };
}

/** For a log: without anything that the exchange wrote. */
export const describeAnswer = (answer: Answer | null): string =>
  answer === null ? 'no answer' : `status ${answer.status}, code ${answer.code ?? 'none'}`;
