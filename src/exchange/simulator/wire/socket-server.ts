import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ApiConnection, type ApiConnectionDeps } from './api-connection.js';
import { ConnectionAttempts } from './connection-attempts.js';
import { type ConnectionUrl, readConnectionUrl } from './connection-url.js';
import type { FanOut } from './fan-out.js';
import type { OpenConnections, SocketKind } from './open-connections.js';
import { Peer, type PeerLimits } from './peer.js';
import { MOST_STREAMS, StreamSession } from './stream-session.js';
import type { UserStreams } from './user-streams.js';

export interface SocketServerDeps extends ApiConnectionDeps {
  readonly connections: OpenConnections;
  readonly fanOut: FanOut;
  readonly users: UserStreams;
  readonly marketLimits: PeerLimits;
  readonly apiLimits: PeerLimits;
  /** Of an address within five minutes. */
  readonly mostAttempts: number;
}

type MarketUrl = Extract<ConnectionUrl, { kind: 'market' }>;
type ApiUrl = Extract<ConnectionUrl, { kind: 'api' }>;

/** Opening a WebSocket API connection costs this much request weight. */
const CONNECTION_WEIGHT = 2;
const POLICY_VIOLATION = 1008;
const MOST_BYTES_OF_A_REQUEST = 1024 * 1024;

/** Takes the WebSocket connections of an HTTP server: market streams and the WebSocket API. */
export class SocketServer {
  private readonly server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MOST_BYTES_OF_A_REQUEST,
  });

  private readonly attempts: ConnectionAttempts;

  constructor(private readonly deps: SocketServerDeps) {
    this.attempts = new ConnectionAttempts(deps.clock, deps.mostAttempts);
  }

  /** For the HTTP server's `upgrade`. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // A client that goes away while it is answered is no failure of ours.
    socket.on('error', () => {});
    const url = readConnectionUrl(request.url ?? '/');
    const client = request.socket.remoteAddress ?? '';
    const refusal = this.refusal(url, client);
    if (refusal !== null) refuse(socket, refusal.status, refusal.body);
    else if (url.kind === 'market' || url.kind === 'api') this.open(url, client, request, socket, head);
  };

  private refusal(url: ConnectionUrl, client: string): { status: number; body: string } | null {
    if (url.kind === 'unknown') return { status: 404, body: '' };
    if (url.kind === 'bad-unit') return { status: 400, body: BAD_UNIT };
    if (!this.attempts.admits(client)) return { status: 429, body: '' };
    const status = this.deps.connections.refusal(url.kind === 'market' ? 'market' : 'user-data');
    if (status !== null) return { status, body: '' };
    const over = url.kind === 'api' ? this.deps.api.charge(client, CONNECTION_WEIGHT) : null;
    return over && { status: over.status, body: '' };
  }

  private open(
    url: MarketUrl | ApiUrl,
    client: string,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    this.server.handleUpgrade(request, socket, head, (webSocket) => {
      // An upgrade of Node's own HTTP server comes on a socket of its own.
      const wire = socket as Socket;
      wire.setNoDelay(true);
      if (url.kind === 'market') this.openMarket(url, webSocket, wire);
      else this.openApi(url, webSocket, wire, client);
    });
  }

  private openMarket({ unit, combined, streams }: MarketUrl, webSocket: WebSocket, wire: Socket): void {
    const { fanOut, clock, marketLimits } = this.deps;
    const peer: Peer = new Peer(webSocket, wire, clock, marketLimits, {
      onText: (text) => peer.answer(session.answer(text)),
      onClose: () => {
        session.end();
        close();
      },
    });
    const session = new StreamSession(fanOut, (text) => peer.push(text), { unit, combined });
    const close = this.add('market', peer, () => session.announceShutdown(this.deps.clock.wallMs()));
    if (!session.subscribe(streams))
      peer.close(POLICY_VIOLATION, `A connection may read at most ${MOST_STREAMS} streams`);
  }

  private openApi(
    { unit, returnRateLimits }: ApiUrl,
    webSocket: WebSocket,
    wire: Socket,
    client: string,
  ): void {
    const { clock, apiLimits, users } = this.deps;
    const peer: Peer = new Peer(webSocket, wire, clock, apiLimits, {
      onText: (text) => void connection.take(text),
      onClose: () => {
        users.leave(connection);
        close();
      },
    });
    const connection = new ApiConnection(this.deps, peer, { client, unit, returnRateLimits });
    users.join(connection);
    const close = this.add('user-data', peer, () => connection.announceShutdown());
  }

  private add(kind: SocketKind, peer: Peer, announceShutdown: () => void): () => void {
    return this.deps.connections.add({ kind, peer, announceShutdown });
  }
}

const BAD_UNIT = JSON.stringify({
  code: -1194,
  msg: 'Invalid value for time unit; expected either MICROSECOND or MILLISECOND.',
});

function refuse(socket: Duplex, status: number, body: string): void {
  const head = [`HTTP/1.1 ${status} Refused`, 'Connection: close', 'Content-Type: application/json'];
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
