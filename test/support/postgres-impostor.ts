import { type AddressInfo, createServer } from 'node:net';
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

/** Servers on TCP that speak no TLS and let nobody in, for what a real one in the test's hands cannot be made to do. */
export function impostors() {
  const closing: (() => void)[] = [];
  afterAll(() => {
    for (const close of closing) close();
  });
  return {
    /** Starts one; `asked` tells whether its clients asked for TLS. */
    async start(
      code: string,
      message: string,
    ): Promise<{ readonly port: number; readonly asked: readonly string[] }> {
      const asked: ('tls' | 'plain')[] = [];
      const server = createServer((socket) => {
        socket
          .on('error', () => {})
          .on('data', (data) => {
            // A client that says goodbye asks for nothing.
            if (data[0] === 0x58) return;
            const isTls = data.length === 8 && data.readInt32BE(4) === SSL_REQUEST;
            asked.push(isTls ? 'tls' : 'plain');
            if (isTls) socket.write('N');
            else socket.end(refusal(code, message));
          });
        closing.push(() => socket.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closing.push(() => server.close());
      return { port: (server.address() as AddressInfo).port, asked };
    },
  };
}
