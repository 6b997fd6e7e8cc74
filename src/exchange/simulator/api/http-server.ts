import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiRequest, TimeUnit } from './api-types.js';
import { callWithFaults, type FaultyApi } from './call-with-faults.js';
import { readForm } from './form.js';
import { replyHeaders, sendJson, sendMadeUp, sendReply } from './http-reply.js';

export interface ApiServerOptions extends FaultyApi {
  /** 0 for any that is free. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 64 KiB. */
  readonly longestBody?: number;
  /** Takes requests that are none of the API's; true when it has taken this one. */
  readonly takes?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface ApiServer {
  /** For whoever takes its WebSocket upgrades. */
  readonly server: Server;
  readonly port: number;
  /** Cuts every connection, and resolves when the port is free. */
  close(): Promise<void>;
}

const LONGEST_BODY = 64 * 1024;
const FORM = 'application/x-www-form-urlencoded';
const TIME_UNITS: Readonly<Record<string, TimeUnit>> = {
  MICROSECOND: 'microsecond',
  microsecond: 'microsecond',
  MILLISECOND: 'millisecond',
  millisecond: 'millisecond',
};

/** The REST API over HTTP. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { port, host = '127.0.0.1' } = options;
  const server = createServer((request, response) => {
    if (options.takes?.(request, response) !== true) serve(options, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serve(options: ApiServerOptions, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  let length = 0;
  // A client that goes away is no concern of ours: what it asked for may have been carried out all the same.
  request.on('error', () => response.destroy());
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= (options.longestBody ?? LONGEST_BODY)) chunks.push(chunk);
    else if (!response.headersSent) response.writeHead(413, { connection: 'close' }).end();
  });
  request.on('end', () => {
    if (response.headersSent) return;
    void answer(options, request, response, Buffer.concat(chunks).toString('utf8'));
  });
}

async function answer(
  options: ApiServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<void> {
  const asked = apiRequest(request, body);
  if (asked === null) {
    const msg = 'Invalid value for time unit; expected either MICROSECOND or MILLISECOND.';
    sendJson(response, 400, { code: -1194, msg });
    return;
  }
  const what = await callWithFaults(options, asked);
  if (what.kind === 'drop') request.socket.destroy();
  else if (what.kind === 'made-up') sendMadeUp(response, what.answer);
  else sendReply(request, response, what.reply, replyHeaders(what.reply, options.clock.wallMs()));
}

/** Null when the time unit it asks for is none. */
function apiRequest(
  { method = '', url = '', headers, socket }: IncomingMessage,
  body: string,
): ApiRequest | null {
  const [path = '', ...rest] = url.split('?');
  const isForm = method !== 'GET' && (headers['content-type'] ?? '').startsWith(FORM);
  const { params, repeated, signature, payload } = readForm(rest.join('?'), body, isForm);
  const timeUnit = TIME_UNITS[textOf(headers['x-mbx-time-unit']) ?? 'MILLISECOND'];
  if (timeUnit === undefined) return null;
  const apiKey = textOf(headers['x-mbx-apikey']) ?? '';
  return {
    endpoint: `${method} ${path}`,
    params,
    repeated,
    credentials: { kind: 'signed', apiKey, payload, signature },
    via: 'rest',
    client: socket.remoteAddress ?? '',
    timeUnit,
  };
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join() : header;
