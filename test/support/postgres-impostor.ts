import { createServer, type Socket } from 'node:net';
import { afterAll } from '@jest/globals';

const SSL_REQUEST = 80_877_103;

/** A message of PostgreSQL that refuses what was asked. */
function refusal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/**
 * A server on TCP that speaks no TLS and lets nobody in, for what a server in the test's hands cannot be made to do.
 *
 * @returns its port, and whether each client asked for TLS
 */
export async function anImpostor(code: string, message: string) {
  const asked: ('tls' | 'plain')[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket
      .on('error', () => {})
      .on('data', (data) => {
        const isTls = data.length === 8 && data.readInt32BE(4) === SSL_REQUEST;
        asked.push(isTls ? 'tls' : 'plain');
        if (isTls) socket.write('N');
        else socket.end(refusal(code, message));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { port: address.port, asked };
}
