import { Credentials, readCredentials } from '../exchange/binance/credentials.js';
import { type Endpoints, type ExchangeName, endpointsOf } from '../exchange/binance/endpoints.js';
import { DEMO_ACCOUNT } from '../exchange/simulator/api/accounts.js';
import { InputError, quoted } from '../platform/input-error.js';
import type { Environment } from '../warehouse/connection.js';
import { EXCHANGES } from './exchange-names.js';

/** An exchange that is reached over the network, and the account there. */
export interface RemoteExchange {
  readonly kind: 'remote';
  readonly name: ExchangeName;
  readonly endpoints: Endpoints;
  readonly credentials: Credentials;
  /** Whether an order there may cost somebody something. */
  readonly isRealMoney: boolean;
}

export type ExchangeChoice = { readonly kind: 'mock'; readonly name: 'mock' } | RemoteExchange;

/** The variables that name endpoints, in place of an exchange's own. */
const ENDPOINT_VARIABLES: { readonly [K in keyof Endpoints]: string } = {
  rest: 'HEDGEHOG_REST_URL',
  streams: 'HEDGEHOG_STREAMS_URL',
  wsApi: 'HEDGEHOG_WS_API_URL',
};

/** Where nobody's money is. Every other host is taken for one where it is. */
const PLAY_HOSTS =
  /^(?:localhost|127(?:\.\d+){3}|\[::1\]|demo-[\w-]+\.binance\.com|[\w.-]*testnet\.binance\.vision)$/;

export const SIMULATOR_URL = 'http://127.0.0.1:8080';

/**
 * The exchange that the environment chooses.
 *
 * @throws InputError naming what is wrong; it never holds a key
 */
export async function chooseExchange(environment: Environment): Promise<ExchangeChoice> {
  const given = environment.HEDGEHOG_EXCHANGE || 'mock';
  const name = EXCHANGES.find((known) => known === given);
  if (name === undefined)
    throw new InputError(`HEDGEHOG_EXCHANGE is ${quoted(given)}; allowed is ${EXCHANGES.join(', ')}`);
  if (name === 'mock') return { kind: 'mock', name };
  const endpoints = endpointsOf(name, givenEndpoints(name, environment), ENDPOINT_VARIABLES);
  const hosts = Object.values(endpoints).map((url) => new URL(url).hostname);
  const unknown = hosts.find((host) => !PLAY_HOSTS.test(host));
  const isRealMoney = unknown !== undefined;
  if (isRealMoney && environment.HEDGEHOG_LIVE !== 'yes') {
    const where = name === 'binance' ? 'where' : `and ${unknown} is not known for play money: there`;
    throw new InputError(
      `HEDGEHOG_EXCHANGE is ${quoted(name)}, ${where} orders cost real money; that takes HEDGEHOG_LIVE=yes beside the keys`,
    );
  }
  const credentials = (await readCredentials(environment)) ?? defaultCredentials(name, isRealMoney);
  return { kind: 'remote', name, endpoints, credentials, isRealMoney };
}

function givenEndpoints(name: ExchangeName, environment: Environment): Partial<Endpoints> {
  const given: { -readonly [K in keyof Endpoints]?: string } =
    name === 'simulator' ? endpointsAt(environment.HEDGEHOG_SIMULATOR_URL || SIMULATOR_URL) : {};
  for (const which of Object.keys(ENDPOINT_VARIABLES) as (keyof Endpoints)[]) {
    const url = environment[ENDPOINT_VARIABLES[which]];
    if (url) given[which] = url;
  }
  return given;
}

/** @throws InputError when it is no `http:` URL */
function endpointsAt(url: string): Endpoints {
  if (!/^https?:\/\/[^/?#]+\/?$/.test(url) || !URL.canParse(url)) {
    throw new InputError(
      `HEDGEHOG_SIMULATOR_URL is ${quoted(url)}; allowed is a URL such as ${SIMULATOR_URL}`,
    );
  }
  const rest = url.replace(/\/$/, '');
  const sockets = rest.replace(/^http/, 'ws');
  return { rest, streams: sockets, wsApi: `${sockets}/ws-api/v3` };
}

/** The simulator's own demo account, when nothing but a simulator can be meant. */
function defaultCredentials(name: ExchangeName, isRealMoney: boolean): Credentials {
  const [key] = DEMO_ACCOUNT.keys;
  if (name === 'simulator' && !isRealMoney && key?.kind === 'hmac')
    return Credentials.withSecret(key.apiKey, key.secret);
  throw new InputError(
    `HEDGEHOG_EXCHANGE is ${quoted(name)}, which takes keys: HEDGEHOG_API_KEY with HEDGEHOG_API_SECRET or ` +
      'HEDGEHOG_API_PRIVATE_KEY_FILE, or HEDGEHOG_API_SECRET_FILE',
  );
}
