import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach } from '@jest/globals';

const networks = new Set<ShakyNetwork>();

/** Stops what a test of the file has started; to be called once per file. */
export function stopNetworksAfterEach(): void {
  afterEach(async () => {
    for (const network of networks) await network.lose();
    networks.clear();
  });
}

/** The way to a port of this machine, which can be lost: then all its connections end, and none is accepted. */
export class ShakyNetwork {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private ownPort = 0;

  private constructor(private readonly target: number) {}

  static async to(port: number): Promise<ShakyNetwork> {
    const network = new ShakyNetwork(port);
    networks.add(network);
    await network.restore();
    return network;
  }

  get port(): number {
    return this.ownPort;
  }

  async restore(): Promise<void> {
    const server = createServer((near) => this.join(near, connect(this.target, '127.0.0.1')));
    server.listen(this.ownPort, '127.0.0.1');
    await once(server, 'listening');
    this.ownPort = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async lose(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket);
      socket.pipe(other);
      // Whatever ends one side ends the other.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
