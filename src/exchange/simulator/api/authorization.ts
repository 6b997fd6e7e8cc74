import type { Params } from '../request-faults.js';
import { type Accounts, hasKeyFormat, type LiveKey } from './accounts.js';
import type { Credentials } from './api-types.js';
import { longOf, type ParamRules } from './params.js';
import { mandatory, Refusal } from './refusal.js';

/** What every signed request takes beside its own parameters. The signature is not among the parameters here. */
export const SIGNED_REQUIRED: ParamRules = { timestamp: 'long' };
export const SIGNED_OPTIONAL: ParamRules = { recvWindow: 'recvWindow' };

const UNAUTHORIZED = 401;

/** The key that is asked with, before anything else of the request is looked at. Throws -2014 and -2015. */
export function keyOf(accounts: Accounts, credentials: Credentials | null): LiveKey {
  const apiKey = credentials?.apiKey ?? '';
  if (!hasKeyFormat(apiKey)) throw new Refusal(-2014, 'API-key format invalid.', UNAUTHORIZED);
  const key = accounts.key(apiKey);
  if (key === undefined)
    throw new Refusal(-2015, 'Invalid API-key, IP, or permissions for action.', UNAUTHORIZED);
  return key;
}

const DEFAULT_RECV_WINDOW_MS = 5_000;
const LONGEST_RECV_WINDOW_MS = 60_000;
const MICROSECONDS_FROM = 1e14;
const FURTHEST_AHEAD_US = 1_000_000;

/**
 * The check on receipt of a signed request: it is neither older than `recvWindow` nor a second ahead of the exchange's clock.
 * Compared in microseconds, which both the timestamp and the window may be given to. Throws -1021 and -1131.
 */
export function checkTimestamp(params: Params, nowMs: number): void {
  const timestamp = longOf(params, 'timestamp') ?? 0;
  const sentUs = timestamp < MICROSECONDS_FROM ? timestamp * 1_000 : timestamp;
  const recvWindowMs = Number(params.get('recvWindow') ?? DEFAULT_RECV_WINDOW_MS);
  if (recvWindowMs > LONGEST_RECV_WINDOW_MS)
    throw new Refusal(-1131, `recvWindow must be less than ${LONGEST_RECV_WINDOW_MS}`);
  const nowUs = Math.round(nowMs * 1_000);
  if (sentUs >= nowUs + FURTHEST_AHEAD_US)
    throw new Refusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  if (nowUs - sentUs > Math.round(recvWindowMs * 1_000))
    throw new Refusal(-1021, 'Timestamp for this request is outside of the recvWindow.');
}

// Everything else has to be percent-encoded before it is signed.
const ENCODED = /^[\x21-\x7e]*$/;

/** Throws -1102 without a signature, and -1022 for one that is not of these bytes. */
export function checkSignature(credentials: Credentials | null, key: LiveKey, via: 'rest' | 'ws'): void {
  if (credentials?.kind === 'session') return;
  if (credentials === null || credentials.signature === '') throw mandatory('signature');
  const isEncoded = via === 'ws' || ENCODED.test(credentials.payload);
  if (!isEncoded || !key.verifies(credentials.payload, credentials.signature))
    throw new Refusal(-1022, 'Signature for this request is not valid.');
}
