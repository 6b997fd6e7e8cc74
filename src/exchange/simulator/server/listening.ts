import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, messageOf } from '../../../platform/error-facts.js';
import { InputError } from '../../../platform/input-error.js';

/**
 * Has a server listen; answers the port that it got.
 *
 * @param port 0 for any that is free
 * @throws InputError when the port cannot be had
 */
export function listening(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(unavailable(host, port, error)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function unavailable(host: string, port: number, error: unknown): InputError {
  const reason =
    codeOf(error) === 'EADDRINUSE'
      ? 'another program listens there; allowed is a free port, or 0 for any'
      : messageOf(error);
  return new InputError(`port ${port} of ${host}: ${reason}`, { cause: error });
}
