import type { AccountEvent } from '../../../domain/account.js';
import type { Params } from '../request-faults.js';
import type { LiveKey } from './accounts.js';

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [field: string]: Json | undefined };

/**
 * Who asks. Signed: the payload is what was really received, byte for byte and without the signature (REST: query string and
 * body, WebSocket: the sorted parameters). Session: a connection that has logged on with the key, so that only the timestamp
 * and the key itself are checked.
 */
export type Credentials =
  | { readonly kind: 'signed'; readonly apiKey: string; readonly payload: string; readonly signature: string }
  | { readonly kind: 'session'; readonly apiKey: string };

export type Via = 'rest' | 'ws';

/** One request, whichever transport it came by. */
export interface ApiRequest {
  /** Method and path of the REST endpoint, `POST /api/v3/order`, also for the WebSocket method that does the same. */
  readonly endpoint: string;
  /**
   * Decoded, without `signature` (and without `apiKey`, which only the WebSocket API has among them). What is a list in JSON is its
   * JSON text, a number or a boolean its text.
   */
  readonly params: Params;
  /** Names that were given more than once in the same place; the request is refused for it, once it is known who asks. */
  readonly repeated?: readonly string[];
  /** Empty texts stand for what was not sent. Null: nothing was sent, as for public data. */
  readonly credentials: Credentials | null;
  readonly via: Via;
  /** Whom the limits per IP address are for. */
  readonly client: string;
  /** Of the times in the answer; default milliseconds. */
  readonly timeUnit?: TimeUnit;
}

export type TimeUnit = 'millisecond' | 'microsecond';

export type LimitInterval = 'SECOND' | 'MINUTE' | 'DAY';

/** As in exchangeInfo's `rateLimits`. */
export interface RateLimit {
  readonly rateLimitType: 'REQUEST_WEIGHT' | 'RAW_REQUESTS' | 'ORDERS';
  readonly interval: LimitInterval;
  readonly intervalNum: number;
  readonly limit: number;
}

/** As in the WebSocket API's `rateLimits` and in `rateLimit/order`. */
export interface RateLimitCount extends RateLimit {
  readonly count: number;
}

/** `{code, msg}`; cancelReplace's `data` is not among what the simulator can do. */
export interface ApiError {
  readonly code: number;
  readonly msg: string;
}

interface Answered {
  /** HTTP's, which the WebSocket API uses too. */
  readonly status: number;
  /** REQUEST_WEIGHT always; ORDERS after a successful placement. */
  readonly counts: readonly RateLimitCount[];
  /** With 429 and 418: when to ask again, Unix milliseconds of the simulator's clock. */
  readonly retryAt: number | null;
}

export interface Accepted extends Answered {
  readonly kind: 'ok';
  readonly body: Json;
}

export interface Refused extends Answered {
  readonly kind: 'error';
  readonly error: ApiError;
}

/** A path that has gone for good (410), or was never there (404). */
export interface NoSuchPath extends Answered {
  readonly kind: 'no-such-path';
  readonly html: string;
}

export type ApiReply = Accepted | Refused | NoSuchPath;

/** A request is let in or not; what was let in is carried out once, now or later. */
export type Admission =
  | { readonly kind: 'refused'; readonly reply: ApiReply }
  | { readonly kind: 'admitted'; carryOut(): Promise<ApiReply> };

export type Identification =
  | { readonly kind: 'refused'; readonly reply: ApiReply }
  | {
      readonly kind: 'identified';
      readonly key: LiveKey;
      /** As the answer to the request has them. */
      readonly counts: readonly RateLimitCount[];
    };

/** The exchange behind its transports. */
export interface Api {
  /** Checks who asks, limits and parameters, now; the exchange itself is asked when it is carried out. */
  admit(request: ApiRequest): Admission;
  /** Admitted and carried out at once. Never rejects. */
  call(request: ApiRequest): Promise<ApiReply>;
  /**
   * For what a transport does itself with the same checks: `session.logon`, `userDataStream.subscribe.signature`. Takes the weight,
   * then checks key, timestamp and signature.
   */
  identify(request: Omit<ApiRequest, 'endpoint'>, weight: number): Identification;
  /** Takes weight for what is no request, as opening a connection is; the reply when it is over the limit. */
  charge(client: string, weight: number): ApiReply | null;
  /** The request weight of an address, as an answer has it. */
  counts(client: string): readonly RateLimitCount[];
  /** To be told of every change of every account, once, before anybody is told by a transport. */
  take(event: AccountEvent): void;
  /**
   * The client order id that the order goes by now: a cancel renames the order, so `c` of its execution report is the cancel's
   * id and `C` the order's own.
   */
  currentClientOrderId(account: string, order: AccountEvent['order']): string;
  /** What the orders of a symbol do about orders of the same account. */
  selfTradePreventionMode(symbol: string): string;
}
