import type { HttpError } from './http.js';

/** What an error of Binance's means, for the request and for what is sent after it. */
export type Verdict =
  /** The definite "no" to this request. */
  | { readonly kind: 'rejected'; readonly code: number; readonly reason: string }
  /** A definite "no" that every signed request would get. */
  | { readonly kind: 'wrong-keys'; readonly code: number; readonly reason: string }
  /** It came too late or too early by the exchange's clock. Nothing happened. */
  | { readonly kind: 'clock-off' }
  /** Nothing happened, and nothing may be sent for so long. */
  | { readonly kind: 'stop'; readonly why: 'limit' | 'ban' | 'firewall'; readonly waitMs: number }
  /** Nothing happened, and no new order may be sent; null: until the window of the order limit ends. */
  | { readonly kind: 'orders-full'; readonly waitMs: number | null }
  /** Nothing happened: the symbol is not traded at the moment, whatever its rules said when they were told last. */
  | { readonly kind: 'closed'; readonly waitMs: number }
  /** Nothing happened; the same request may be sent later. */
  | { readonly kind: 'busy'; readonly waitMs: number }
  /** It may have happened. */
  | { readonly kind: 'unknown'; readonly why: string };

const LIMIT_PAUSE_MS = 60_000;
/** The shortest ban. */
const BAN_PAUSE_MS = 120_000;
const FIREWALL_PAUSE_MS = 300_000;
const BUSY_PAUSE_MS = 30_000;
const CLOSED_PAUSE_MS = 60_000;

const KEYS_REFUSED =
  'the exchange refuses the API key; check key, secret, permissions and the addresses allowed';

/** Whose execution is unknown by their own words, or whose words do not exclude it, whatever the status. */
const UNKNOWN: ReadonlySet<number> = new Set([-1000, -1001, -1006, -1007, -2021]);
const KEYS: ReadonlySet<number> = new Set([-1002, -2014, -2015]);
// The order with this client order id is open. We use an id for one order, so that is the one which was asked for.
const DUPLICATE = 'Duplicate order sent.';
const CLOSED = /^Market is closed|in this trading phase|for this phase/;

/**
 * The one place that says what an error means.
 *
 * @see Binance spot docs, errors.md and rest-api.md, "HTTP return codes" (read 2026-07)
 */
export function judge({ status, code, message, retryAfterMs }: Omit<HttpError, 'kind' | 'usage'>): Verdict {
  if (status === 418) return { kind: 'stop', why: 'ban', waitMs: retryAfterMs ?? BAN_PAUSE_MS };
  // A firewall stands before the exchange: what it stops has not arrived there.
  if (status === 403)
    return { kind: 'stop', why: 'firewall', waitMs: Math.max(retryAfterMs ?? 0, FIREWALL_PAUSE_MS) };
  if (status === 429 && code !== -1015)
    return { kind: 'stop', why: 'limit', waitMs: retryAfterMs ?? LIMIT_PAUSE_MS };
  if (status === 401) return wrongKeys(code ?? -2015, code === null ? '' : message);
  if (status < 400 || status >= 500 || status === 409 || code === null || UNKNOWN.has(code)) {
    return { kind: 'unknown', why: `HTTP ${status}${code === null ? '' : `, code ${code}`}: ${message}` };
  }
  if (KEYS.has(code)) return wrongKeys(code, message);
  switch (code) {
    case -1003:
      return { kind: 'stop', why: 'limit', waitMs: retryAfterMs ?? LIMIT_PAUSE_MS };
    case -1008:
      return { kind: 'busy', waitMs: retryAfterMs ?? BUSY_PAUSE_MS };
    case -1015:
      return { kind: 'orders-full', waitMs: retryAfterMs };
    case -1021:
      return { kind: 'clock-off' };
    case -2010:
      if (message.startsWith(DUPLICATE)) return { kind: 'unknown', why: message };
      if (CLOSED.test(message)) return { kind: 'closed', waitMs: CLOSED_PAUSE_MS };
      break;
  }
  return { kind: 'rejected', code, reason: message };
}

const wrongKeys = (code: number, message: string): Verdict => ({
  kind: 'wrong-keys',
  code,
  reason: message === '' ? KEYS_REFUSED : `${KEYS_REFUSED} (${message})`,
});
