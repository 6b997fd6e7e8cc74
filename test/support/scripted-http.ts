import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** The query string, or the body of a form, byte for byte. */
  readonly params: string;
  /** The same, decoded. */
  readonly given: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
}

/** What the server does about a request. */
export type ScriptedReply =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Text and bytes as they are, anything else as JSON. */
      readonly body?: unknown;
      /** Cuts the socket before the body is complete. */
      readonly cut?: true;
    }
  /** Cuts the socket without an answer. */
  | 'drop'
  /** Never answers. */
  | 'silence';

export type Script = (request: Received) => ScriptedReply | Promise<ScriptedReply>;

export interface ScriptedServer {
  readonly url: string;
  /** Everything that arrived, in order. */
  readonly requests: readonly Received[];
  /** What arrived for `GET /api/v3/time`, say. */
  to(route: string): readonly Received[];
  /** Answers a route with each of these in turn, and with the last from then on. */
  on(route: string, ...replies: (ScriptedReply | Script)[]): void;
  /** Resolves when so many requests have arrived for the route. */
  arrived(route: string, count: number): Promise<void>;
  stop(): Promise<void>;
}

const asBytes = (body: unknown): string | Uint8Array =>
  typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body ?? {});

/** A real HTTP server that does what its test tells it. A route that nobody scripted is 404. */
export async function aScriptedServer(): Promise<ScriptedServer> {
  const requests: Received[] = [];
  const scripts = new Map<string, (ScriptedReply | Script)[]>();
  const watchers = new Set<() => void>();
  const routeOf = ({ method, path }: Received): string => `${method} ${path}`;

  async function answer(request: Received, response: ServerResponse): Promise<void> {
    const replies = scripts.get(routeOf(request)) ?? [{ status: 404, body: '' }];
    const next = (replies.length > 1 ? replies.shift() : replies[0]) as ScriptedReply | Script;
    const reply = typeof next === 'function' ? await next(request) : next;
    if (reply === 'silence') return;
    if (reply === 'drop') {
      response.socket?.destroy();
      return;
    }
    const bytes = asBytes(reply.body);
    response.writeHead(reply.status ?? 200, {
      'content-type': 'application/json',
      ...(reply.cut === undefined ? {} : { 'content-length': bytes.length + 10 }),
      ...reply.headers,
    });
    if (reply.cut === undefined) response.end(bytes);
    else response.write(bytes, () => response.socket?.destroy());
  }

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://localhost');
      const params = chunks.length > 0 ? Buffer.concat(chunks).toString('utf8') : url.search.slice(1);
      const request: Received = {
        method: incoming.method ?? '',
        path: url.pathname,
        params,
        given: Object.fromEntries(new URLSearchParams(params)),
        headers: incoming.headers,
      };
      requests.push(request);
      void answer(request, response);
      for (const watcher of watchers) watcher();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const to = (route: string): Received[] => requests.filter((request) => routeOf(request) === route);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    to,
    on(route, ...replies) {
      scripts.set(route, replies);
    },
    arrived: (route, count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (to(route).length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
