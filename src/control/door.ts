import { chmodSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { codeOf, messageOf } from '../platform/error-facts.js';
import type { Clock } from '../ports/clock.js';
import type { ControlConfig } from './control-config.js';
import type { RefusalLog } from './refusal-log.js';

/** How much anybody may send, and how long he may take. */
const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
const MOST_CONNECTIONS = 64;
/** How long requests under way may take when the door is closed. */
const CLOSING_MS = 500;

export interface DoorDeps {
  readonly handler: Promise<RequestListener>;
  readonly config: ControlConfig;
  readonly refusals: RefusalLog;
  readonly clock: Clock;
}

const ANSWERS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** The two ways in, a unix socket and a port. */
export class Door {
  private socketServer: Server | null = null;
  private portServer: Server | null = null;

  constructor(private readonly deps: DoorDeps) {}

  /** The port that it listens on; null while it listens on none. */
  get port(): number | null {
    return this.portServer === null ? null : (this.portServer.address() as AddressInfo).port;
  }

  get hasSocket(): boolean {
    return this.socketServer !== null;
  }

  /** Listens where it does not yet; what is in the way is told, and keeps nobody from the other way in. */
  async open(socket: string): Promise<readonly string[]> {
    const { host, port } = this.deps.config;
    const problems: string[] = [];
    try {
      this.socketServer ??= await this.listenOnSocket(socket);
    } catch (error) {
      problems.push(`cannot listen on ${socket}: ${messageOf(error)}`);
    }
    try {
      this.portServer ??= await this.listen({ host, port });
    } catch (error) {
      const why =
        codeOf(error) === 'EADDRINUSE'
          ? 'it is in use; HEDGEHOG_CONTROL_PORT names another'
          : messageOf(error);
      problems.push(`cannot listen on ${host}:${port}: ${why}`);
    }
    return problems;
  }

  /** Lets nobody in any more, and shows out who takes too long to go. */
  async close(): Promise<void> {
    const servers = [this.socketServer, this.portServer].filter((server) => server !== null);
    this.socketServer = null;
    this.portServer = null;
    await Promise.all(servers.map((server) => this.closeServer(server)));
  }

  private async listenOnSocket(path: string): Promise<Server> {
    // Left by a process that was killed: no other runs on this database.
    rmSync(path, { force: true });
    const server = await this.listen({ path });
    chmodSync(path, 0o600);
    return server;
  }

  private async listen(
    where: { readonly path: string } | { readonly host: string; readonly port: number },
  ): Promise<Server> {
    const { handler, refusals } = this.deps;
    const server = createServer(LIMITS, await handler);
    server.maxConnections = MOST_CONNECTIONS;
    server.on('drop', () => refusals.note('too-many-connections', { most: MOST_CONNECTIONS }));
    server.on('clientError', (error: NodeJS.ErrnoException, stream: Socket) => {
      // Someone who goes away has not been refused anything.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE' || !stream.writable) return stream.destroy();
      refusals.note('malformed-request', { reason: error.code ?? error.message });
      stream.end(`HTTP/1.1 ${ANSWERS[error.code ?? ''] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`);
      return undefined;
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(where, () => {
        server.off('error', reject);
        // As when the process has no file descriptor left for one more connection.
        server.on('error', (error) => refusals.note('cannot-accept', { reason: error.message }));
        resolve(server);
      });
    });
  }

  private closeServer(server: Server): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.deps.clock.after(CLOSING_MS, () => server.closeAllConnections());
      server.close(() => {
        cancel();
        resolve();
      });
      server.closeIdleConnections();
    });
  }
}
