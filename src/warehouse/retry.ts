import { codeOf, messageOf } from '../platform/error-facts.js';
import { MachineError } from '../platform/machine-error.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';

export interface RetryOptions {
  /** How long to go on after the first failure; 60,000 unless given. Infinity for as long as it takes. */
  readonly giveUpAfterMs?: number;
  /** Ends the waiting: the last error is thrown at once. */
  readonly signal?: AbortSignal;
}

export const FIRST_WAIT_MS = 100;
export const LONGEST_WAIT_MS = 5_000;

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'ENOTCONN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EAGAIN',
]);
/** The server shuts down, was shut down after a crash, or cannot take connections now; too many connections. */
const SERVER = new Set(['57P01', '57P02', '57P03', '53300']);
/** pg gives no code to these. */
const TERMINATED =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired)/;

/** Whether the server was lost or could not be reached, and not the statement at fault. */
export function isConnectionError(error: unknown): boolean {
  const code = codeOf(error);
  if (NETWORK.has(code) || SERVER.has(code) || code.startsWith('08')) return true;
  return (code === '' && TERMINATED.test(messageOf(error))) || error instanceof MachineError;
}

/** Milliseconds to wait after so many failures in a row: they double, up to five seconds. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
}

/**
 * Runs the work again, after a wait, for as long as the connection is at fault; any other error is thrown as it is.
 *
 * When a connection is lost, what was sent may have been done or not: the work must be such that it can be done twice, or be
 * one transaction that finds out.
 */
export async function withRetry<T>(
  work: () => Promise<T>,
  { clock, log, giveUpAfterMs = 60_000, signal }: RetryOptions & { readonly clock: Clock; readonly log: Log },
): Promise<T> {
  let failedAtMs: number | undefined;
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      failedAtMs ??= clock.monotonicMs();
      const waitMs = backoffMs(failures);
      const isOver = clock.monotonicMs() + waitMs - failedAtMs > giveUpAfterMs;
      if (!isConnectionError(error) || isOver || signal?.aborted) throw error;
      log.warn('the database is not reachable; trying again', { reason: messageOf(error), failures, waitMs });
      await wait(clock, waitMs, signal);
    }
  }
}

/** Waits, or returns early when the signal is given. */
export function wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    if (signal?.aborted) done();
    else signal?.addEventListener('abort', done);
  });
}
