import type { IncomingMessage } from 'node:http';

/**
 * refused: no WebSocket came about. connect-timeout, prepare-timeout: it took too long. silent: neither a ping nor a frame came
 * for too long. closed: the other side or the network ended it. prepare-failed, given-up: its owner could not use it, or no
 * longer.
 */
export type EndCause =
  | 'refused'
  | 'connect-timeout'
  | 'prepare-timeout'
  | 'prepare-failed'
  | 'given-up'
  | 'silent'
  | 'closed';

/** Why one connection ended. */
export interface LineEnd {
  readonly cause: EndCause;
  /** Of the WebSocket protocol, 1006 when the connection was cut without one; null unless `cause` is closed. */
  readonly closeCode: number | null;
  /** Status of the answer that refused the connection; null when there was none. */
  readonly httpStatus: number | null;
  /** How long the exchange wants no connection of ours; 0 when it did not say. */
  readonly stayAwayMs: number;
  /** For a human: a close reason, an error's code or text. May be empty. */
  readonly detail: string;
}

export const lineEnd = (cause: EndCause, given: Partial<LineEnd> = {}): LineEnd => ({
  cause,
  closeCode: null,
  httpStatus: null,
  stayAwayMs: 0,
  detail: '',
  ...given,
});

/** Too many requests, banned, or blocked by the firewall: to come back at once makes it worse. */
const UNWELCOME = new Set([403, 418, 429]);
const UNWELCOME_MS = 60_000;
const LONGEST_BAN_MS = 3 * 86_400_000;

/** The end of a connection that was answered with an HTTP status in place of a WebSocket. */
export function refusal({ statusCode = 0, headers }: IncomingMessage): LineEnd {
  const seconds = /^\d{1,9}$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) : null;
  const stayAwayMs = seconds !== null ? seconds * 1_000 : UNWELCOME.has(statusCode) ? UNWELCOME_MS : 0;
  return lineEnd('refused', {
    httpStatus: statusCode,
    stayAwayMs: Math.min(stayAwayMs, LONGEST_BAN_MS),
    detail: `HTTP ${statusCode}`,
  });
}
