import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/**
 * A way to a database's server that can be lost for its clients alone, as behind a router that forgets a connection: the server
 * hears nothing of it, and keeps their sessions.
 */
export class ServerPath {
  private readonly near = new Set<Socket>();
  private readonly far = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async to(url: string): Promise<ServerPath> {
    const target = new URL(url);
    const server = createServer((socket) => path.join(socket));
    const path = new ServerPath(server, target);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return path;
  }

  /** The database's address by this way. */
  get url(): string {
    const { username, password, pathname } = this.target;
    const login = password === '' ? username : `${username}:${password}`;
    return `postgres://${login}@127.0.0.1:${(this.server.address() as AddressInfo).port}${pathname}?sslmode=disable`;
  }

  /** Ends all connections for the clients; new ones get through. */
  loseClients(): void {
    for (const socket of this.near) socket.destroy();
  }

  close(): void {
    this.server.close();
    for (const socket of [...this.near, ...this.far]) socket.destroy();
  }

  private join(near: Socket): void {
    const host = decodeURIComponent(this.target.hostname);
    const port = this.target.port || '5432';
    const far = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(Number(port), host);
    this.near.add(near.on('error', () => {}).on('close', () => this.near.delete(near)));
    this.far.add(far.on('error', () => {}).on('close', () => this.far.delete(far)));
    // Only what a client ends in order ends on the server's side.
    near.pipe(far);
    far.pipe(near);
  }
}
