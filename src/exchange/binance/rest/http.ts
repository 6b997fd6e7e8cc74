import { z } from 'zod';
import { codeOf } from '../../../platform/error-facts.js';
import type { Clock } from '../../../ports/clock.js';
import { parseJson } from './json-text.js';
import { type UsageReport, usageReports } from './usage-headers.js';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without a query. */
  readonly url: string;
  /** Encoded, and signed where the request is. Sent byte for byte: as a form with POST, else as the query. */
  readonly params: string;
  readonly apiKey: string | null;
}

/** What an answer tells beside its body. */
export interface AnswerFacts {
  readonly usage: readonly UsageReport[];
  /** From `Retry-After`; null when it is absent or no number of seconds. */
  readonly retryAfterMs: number | null;
}

export interface HttpError extends AnswerFacts {
  readonly kind: 'error';
  /** The primary fact. It is below 300 when what came was no JSON. */
  readonly status: number;
  /** Binance's, negative; null when the body does not have one, as those of firewalls. */
  readonly code: number | null;
  /** Shows nothing of the request. */
  readonly message: string;
}

export type HttpAnswer =
  | ({ readonly kind: 'ok'; readonly json: unknown } & AnswerFacts)
  | HttpError
  /** The request may have arrived, and may have been carried out. */
  | { readonly kind: 'no-answer'; readonly why: string };

export interface HttpLimits {
  readonly clock: Clock;
  /** Binance gives up after 10 s and says so; this should be more. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
}

export const DEFAULT_TIMEOUT_MS = 15_000;
/** The rules of all symbols are some ten million bytes. */
export const DEFAULT_MOST_BYTES = 64 * 1024 * 1024;

const LONGEST_MESSAGE = 300;

/** Sends one request, once, and answers whatever becomes of it. Never rejects. */
export async function send(
  request: HttpRequest,
  { clock, timeoutMs, mostBytes }: HttpLimits,
): Promise<HttpAnswer> {
  const abort = new AbortController();
  let timedOut = false;
  const cancelTimeout = clock.after(timeoutMs, () => {
    timedOut = true;
    abort.abort();
  });
  try {
    const response = await fetch(...fetchArguments(request, abort.signal));
    const body = await readBody(response, mostBytes).catch((): Body => ({ problem: 'the body broke off' }));
    return answerOf(response, body, request);
  } catch (error) {
    // Of the error its code alone: its text and cause may hold the URL.
    const code = codeOf((error as Error).cause);
    return {
      kind: 'no-answer',
      why: timedOut ? `no answer within ${timeoutMs} ms` : code || 'connection failed',
    };
  } finally {
    cancelTimeout();
  }
}

function fetchArguments(request: HttpRequest, signal: AbortSignal): Parameters<typeof fetch> {
  const { method, url, params, apiKey } = request;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (apiKey !== null) headers['x-mbx-apikey'] = apiKey;
  // A redirect would carry key and signature to somebody else.
  const init: RequestInit = { method, signal, headers, redirect: 'manual', credentials: 'omit' };
  if (method !== 'POST') return [params === '' ? url : `${url}?${params}`, init];
  // As a stream: fetch sends a request again by itself when the answer is 421, but not one whose body is spent.
  const body = new Blob([params]);
  headers['content-type'] = 'application/x-www-form-urlencoded';
  headers['content-length'] = String(body.size);
  return [url, { ...init, body: body.stream(), duplex: 'half' }];
}

type Body = { readonly text: string } | { readonly problem: string };

async function readBody(response: Response, mostBytes: number): Promise<Body> {
  if (response.body === null) return { problem: 'no body' };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) return { problem: `a body of more than ${mostBytes} bytes` };
    text += decoder.decode(chunk, { stream: true });
  }
  return { text: text + decoder.decode() };
}

const errorBody = z.looseObject({ code: z.int().negative(), msg: z.string() });

function answerOf({ status, headers }: Response, body: Body, request: HttpRequest): HttpAnswer {
  const seconds = headers.get('retry-after') ?? '';
  const facts: AnswerFacts = {
    usage: usageReports(headers),
    retryAfterMs: /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1_000 : null,
  };
  const error = (code: number | null, message: string): HttpError => ({
    kind: 'error',
    status,
    code,
    message,
    ...facts,
  });
  if ('problem' in body) return error(null, body.problem);
  let json: unknown;
  try {
    json = parseJson(body.text);
  } catch {
    return error(null, body.text === '' ? 'an empty body' : 'a body that is no JSON');
  }
  if (status >= 200 && status < 300) return { kind: 'ok', json, ...facts };
  const told = errorBody.safeParse(json);
  return told.success
    ? error(told.data.code, withoutSecrets(told.data.msg, request).slice(0, LONGEST_MESSAGE))
    : error(null, 'a body of another shape');
}

/** A server may repeat in its message what it was sent. */
function withoutSecrets(message: string, { params, apiKey }: HttpRequest): string {
  const signature = /(?:^|&)signature=([^&]+)/.exec(params)?.[1];
  const secrets =
    signature === undefined ? [apiKey] : [params, signature, decodeURIComponent(signature), apiKey];
  return secrets.reduce<string>(
    (text, secret) => (secret === null || secret === '' ? text : text.replaceAll(secret, '***')),
    message,
  );
}
