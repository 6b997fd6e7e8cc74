import type { Params } from '../request-faults.js';

export type RequestId = number | string | null;

/** One request of the WebSocket API. */
export interface ApiFrame {
  readonly kind: 'request';
  readonly id: RequestId;
  /** Without the `v3/` that may stand before it. */
  readonly method: string;
  /** As they were sent, each as a text. */
  readonly params: Params;
  /** Whether the answer tells the rate limits; null: as the connection has it. */
  readonly returnRateLimits: boolean | null;
}

export interface MalformedFrame {
  readonly kind: 'malformed';
  readonly id: RequestId;
  readonly code: number;
  readonly message: string;
}

/** Reads one frame of a client. */
export function readApiFrame(text: string): ApiFrame | MalformedFrame {
  const frame = parsed(text);
  if (!isRecord(frame)) return { kind: 'malformed', id: null, code: -1135, message: 'Invalid JSON Request' };
  const { id, method, params = {} } = frame;
  if (!isRequestId(id)) return missing('id', null);
  if (typeof method !== 'string' || method === '') return missing('method', id);
  if (!isRecord(params)) return missing('params', id);
  const { returnRateLimits } = params;
  if (returnRateLimits !== undefined && typeof returnRateLimits !== 'boolean')
    return missing('returnRateLimits', id);
  return {
    kind: 'request',
    id,
    method: method.replace(/^v3\//, ''),
    params: new Map(Object.entries(params).map(([name, value]) => [name, textOf(value)])),
    returnRateLimits: returnRateLimits ?? null,
  };
}

/**
 * What is signed: every parameter but the signature, by name, in plain text.
 *
 * @see Binance spot docs, web-socket-api.md, "SIGNED request example" (read 2026-07)
 */
export const signedPayload = (params: Params): string =>
  [...params.keys()]
    .filter((name) => name !== 'signature')
    .toSorted()
    .map((name) => `${name}=${params.get(name) ?? ''}`)
    .join('&');

/** What the exchange behind the connection is asked with. */
export const exchangeParams = (params: Params): Params =>
  new Map([...params].filter(([name]) => !TRANSPORT_PARAMS.has(name)));

const TRANSPORT_PARAMS: ReadonlySet<string> = new Set(['apiKey', 'signature', 'returnRateLimits']);

// A number's own text is lost in JSON.parse: one with a fraction can be signed only as JavaScript writes it.
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const missing = (name: string, id: RequestId): MalformedFrame => ({
  kind: 'malformed',
  id,
  code: -1102,
  message: `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
});

const isRequestId = (id: unknown): id is RequestId =>
  id === null || typeof id === 'string' || Number.isSafeInteger(id);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
