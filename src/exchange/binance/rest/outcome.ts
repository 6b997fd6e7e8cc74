import type { RateLimited, Rejected } from '../../../ports/exchange.js';

/** What became of a request. */
export type RestOutcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | Rejected
  | RateLimited
  /** It may have been carried out: no answer, a server error, or an answer that cannot be read. */
  | { readonly kind: 'unknown'; readonly why: string };
