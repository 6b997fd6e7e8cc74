import { isIP } from 'node:net';
import { InputError, quoted } from '../platform/input-error.js';

/** Where the daemon's local API listens. */
export interface ControlConfig {
  /** An address of this machine, or a name of one. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const HOST = '127.0.0.1';
const PORT = 7749;
const LOCAL = new Set([HOST, 'localhost', '::1']);

/**
 * Reads HEDGEHOG_CONTROL_HOST, HEDGEHOG_CONTROL_PORT and HEDGEHOG_CONTROL_INSECURE.
 *
 * @throws InputError when one is not what it should be, or the API would be open to other machines without saying so
 */
export function readControlConfig(environment: Environment): ControlConfig {
  const host = environment.HEDGEHOG_CONTROL_HOST || HOST;
  const insecure = environment.HEDGEHOG_CONTROL_INSECURE || 'no';
  if (insecure !== 'yes' && insecure !== 'no')
    throw new InputError(`HEDGEHOG_CONTROL_INSECURE is ${quoted(insecure)}; allowed is yes or no`);
  if (isIP(host) === 0 && !/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(host)) {
    throw new InputError(
      `HEDGEHOG_CONTROL_HOST is ${quoted(host)}; allowed is an address of this machine, such as ${HOST}`,
    );
  }
  if (!LOCAL.has(host) && insecure === 'no') {
    throw new InputError(
      `HEDGEHOG_CONTROL_HOST is ${quoted(host)}: whoever can reach it could read the token on its way, as there is no TLS; ` +
        `allowed is ${HOST}, or anything with HEDGEHOG_CONTROL_INSECURE=yes`,
    );
  }
  return { host, port: portOf(environment.HEDGEHOG_CONTROL_PORT || String(PORT)) };
}

function portOf(given: string): number {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InputError(
    `HEDGEHOG_CONTROL_PORT is ${quoted(given)}; allowed is a port from 1 to 65535, or 0 for any that is free`,
  );
}
