import type { Order } from '../domain/order.js';
import type { RateLimited, Rejected } from '../ports/exchange.js';

/** How a mocked exchange answers. Built by the functions below. */

/** Whether the request took effect, although whoever asked is not told so. */
interface Arrival {
  readonly arrived: boolean;
}

/** No answer, until the expectation's `answer` is called: then that one. */
export type Unanswered = { readonly kind: 'unanswered' } & Arrival;
/** The exchange actor crashes over the request, and so does every request that waits for an answer. */
export type Crash = { readonly kind: 'crash' } & Arrival;
export type Unknown = { readonly kind: 'outcome-unknown' } & Arrival;
export type Unavailable = { readonly kind: 'unavailable'; readonly retryAfterMs: number };

/** `executedQuantity`: filled already when it answers, as decimal text. */
export type Placed = { readonly kind: 'placed'; readonly executedQuantity: string };
export type PlaceAnswer = Placed | Rejected | RateLimited | Unknown | Unanswered | Crash;

export type Cancelled = { readonly kind: 'cancelled' };
export type CancelAnswer = Cancelled | Rejected | RateLimited | Unknown | Unanswered | Crash;

/** `order` null: the order as this exchange knows it, or absent. */
export type Found = { readonly kind: 'found'; readonly order: Order | null };
export type LookupAnswer = Found | { readonly kind: 'absent' } | Unavailable | Unanswered | Crash;

/** The order is on the book. */
export const placed = ({ executedQuantity = '0' }: Partial<Omit<Placed, 'kind'>> = {}): Placed => ({
  kind: 'placed',
  executedQuantity,
});

/** A definite no, with the exchange's error code. */
export const rejected = (
  code = -2010,
  reason = 'Account has insufficient balance for requested action.',
): Rejected => ({ kind: 'rejected', code, reason });

/** Nothing happened; ask again after the wait. */
export const rateLimited = (retryAfterMs = 1_000): RateLimited => ({ kind: 'rate-limited', retryAfterMs });

/** As after a lost connection. */
export const outcomeUnknown = ({ arrived = false }: Partial<Arrival> = {}): Unknown => ({
  kind: 'outcome-unknown',
  arrived,
});

/** Silence; call `answer` of the expectation to end it. */
export const unanswered = ({ arrived = false }: Partial<Arrival> = {}): Unanswered => ({
  kind: 'unanswered',
  arrived,
});

/** The exchange actor crashes for real; its supervisor starts it again, with orders and expectations intact. */
export const crashes = ({ arrived = false }: Partial<Arrival> = {}): Crash => ({ kind: 'crash', arrived });

/** The order is off the book. */
export const cancelled = (): Cancelled => ({ kind: 'cancelled' });

/** This order, or without one the order as the exchange knows it. */
export const found = (order: Order | null = null): Found => ({ kind: 'found', order });

/** The exchange is sure that there is no such order. */
export const absent = (): LookupAnswer => ({ kind: 'absent' });

/** It cannot be told now. */
export const unavailable = (retryAfterMs = 1_000): Unavailable => ({ kind: 'unavailable', retryAfterMs });
