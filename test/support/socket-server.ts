import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { until } from './until.js';

/** What the server does with the next attempts to connect. */
export type Reception =
  | { readonly kind: 'accept' }
  | { readonly kind: 'refuse'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The TCP connection stands, and no answer comes. */
  | { readonly kind: 'hang' };

/** One WebSocket that the server accepted. */
export class ServerConnection {
  /** Text frames that came, in order. */
  readonly frames: string[] = [];
  pongs = 0;
  closed = false;
  /** Of the close frame that the client sent; null as long as there was none. */
  closeCode: number | null = null;

  constructor(
    readonly path: string,
    readonly socket: WebSocket,
    onFrame: (text: string, connection: ServerConnection) => void,
  ) {
    socket.on('message', (data) => {
      this.frames.push((data as Buffer).toString());
      onFrame((data as Buffer).toString(), this);
    });
    socket.on('pong', () => this.pongs++);
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.closed = true;
      this.closeCode = code;
    });
  }

  /** Text as it is, anything else as JSON. */
  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  ping(payload = ''): void {
    this.socket.ping(payload);
  }

  /** Cuts the connection without a close frame. */
  drop(): void {
    this.socket.terminate();
  }

  close(code: number, reason = ''): void {
    this.socket.close(code, reason);
  }

  /** From now on reads nothing, answers nothing, not even a close. */
  stall(): void {
    this.socket.pause();
  }
}

/** A WebSocket server on 127.0.0.1 that does what its test tells it. */
export class SocketServer {
  /** All that were ever accepted, in order. */
  readonly connections: ServerConnection[] = [];
  /** Attempts to connect, whatever became of them. */
  attempts = 0;
  reception: Reception = { kind: 'accept' };
  onConnection: (connection: ServerConnection) => void = () => undefined;
  onFrame: (text: string, connection: ServerConnection) => void = () => undefined;
  private readonly webSockets = new WebSocketServer({ noServer: true });
  private readonly hanging = new Set<Duplex>();
  private http: Server | null = null;
  private port = 0;

  /** Starts one; call `stop` on it in the end. */
  static async start(): Promise<SocketServer> {
    const server = new SocketServer();
    await server.listen();
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  /** Connections that stand. */
  get live(): ServerConnection[] {
    return this.connections.filter(({ closed }) => !closed);
  }

  /** The connection with this number, from 1, once it is accepted. */
  async connection(number: number): Promise<ServerConnection> {
    await until(() => this.connections.length >= number);
    return this.connections[number - 1] as ServerConnection;
  }

  /** Listens again, on the same port, after `stop`. */
  async listen(): Promise<void> {
    const http = createServer((_request, response) => response.writeHead(426).end());
    http.on('upgrade', (request, socket, head) => this.receive(request, socket, head));
    await new Promise<void>((resolve) => http.listen(this.port, '127.0.0.1', resolve));
    this.http = http;
    this.port = (http.address() as AddressInfo).port;
  }

  /** Cuts all connections; attempts to connect are refused by the machine. */
  async stop(): Promise<void> {
    const { http } = this;
    if (http === null) return;
    this.http = null;
    const stopped = new Promise((resolve) => http.close(resolve));
    for (const { socket } of this.connections) socket.terminate();
    for (const socket of this.hanging) socket.destroy();
    await stopped;
  }

  private receive(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.attempts++;
    const { reception } = this;
    if (reception.kind === 'hang') {
      this.hanging.add(socket);
      socket.on('error', () => undefined);
    } else if (reception.kind === 'refuse') {
      const headers = Object.entries({ 'content-length': '0', ...reception.headers });
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.end(`HTTP/1.1 ${reception.status} No\r\n${lines}\r\n`);
    } else {
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = new ServerConnection(request.url ?? '', webSocket, (text, from) =>
          this.onFrame(text, from),
        );
        this.connections.push(connection);
        this.onConnection(connection);
      });
    }
  }
}
