import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestFault } from '../request-faults.js';
import type { ApiReply, RateLimitCount } from './api-types.js';

type Headers = Readonly<Record<string, string>>;

const HEADER: Readonly<Record<RateLimitCount['rateLimitType'], string | null>> = {
  REQUEST_WEIGHT: 'X-MBX-USED-WEIGHT',
  ORDERS: 'X-MBX-ORDER-COUNT',
  RAW_REQUESTS: null,
};

/** The counts as `X-MBX-USED-WEIGHT-1M: 37`, the weight also under its older name, and in how many seconds to ask again. */
export function replyHeaders({ counts, retryAt }: ApiReply, nowMs: number): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { rateLimitType, interval, intervalNum, count } of counts) {
    const name = HEADER[rateLimitType];
    if (name === null) continue;
    headers[`${name}-${intervalNum}${interval.charAt(0)}`] = String(count);
    if (rateLimitType === 'REQUEST_WEIGHT') headers[name] = String(count);
  }
  if (retryAt !== null) headers['Retry-After'] = String(Math.max(1, Math.ceil((retryAt - nowMs) / 1_000)));
  return headers;
}

export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: ApiReply,
  headers: Headers,
): void {
  if (reply.kind === 'ok') sendJson(response, reply.status, reply.body, headers);
  else if (reply.kind === 'error') sendJson(response, reply.status, reply.error, headers);
  else {
    // An unknown path has a page only for whoever can show one.
    const isWanted = reply.status !== 404 || (request.headers.accept ?? '').includes('text/html');
    sendHtml(response, reply.status, isWanted ? reply.html : '', headers);
  }
}

/** What a fault answers instead. */
export function sendMadeUp(
  response: ServerResponse,
  { status, body, headers = {} }: Exclude<RequestFault['answer'], string>,
): void {
  if (typeof body === 'string') sendHtml(response, status, body, headers);
  else sendJson(response, status, body, headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Headers = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers });
  response.end(JSON.stringify(body));
}

function sendHtml(response: ServerResponse, status: number, html: string, headers: Headers): void {
  response.writeHead(status, { 'content-type': 'text/html', ...headers });
  response.end(html);
}
