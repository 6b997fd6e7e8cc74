import { generateKeyPairSync } from 'node:crypto';
import { afterEach } from '@jest/globals';
// Published as CommonJS, which has no names to import from.
import binance from 'binance';
// ccxt's own index loads every exchange that there is.
import Ccxt from '../../node_modules/ccxt/js/src/pro/binance.js';
import {
  ACCOUNTS,
  API_KEY,
  aSimulator,
  ED25519_KEY,
  ED25519_PEM,
  type Json,
  RICH,
  SECRET,
} from './simulator.js';
import { aTradeEvent } from './trade-events.js';

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const RSA_KEY = 'R'.repeat(64);

/** A key of each kind, each of an account of its own. */
export const KEYS = [
  { kind: 'HMAC', apiKey: API_KEY, secret: SECRET },
  { kind: 'Ed25519', apiKey: ED25519_KEY, secret: ED25519_PEM },
  { kind: 'RSA', apiKey: RSA_KEY, secret: rsa.privateKey },
] as const;
export type Key = (typeof KEYS)[number];

/** Fills 40 and then the rest of a BUY of 100 at 0.5000, and 10 of a SELL at 0.7000. */
const TAPE = [
  aTradeEvent({ price: '0.6', quantity: '10', buyerIsMaker: true }),
  aTradeEvent({ price: '0.4999', quantity: '40', buyerIsMaker: true }),
  aTradeEvent({ price: '0.4998', quantity: '1000', buyerIsMaker: true }),
  aTradeEvent({ price: '0.7001', quantity: '10', buyerIsMaker: false }),
];

/** A simulator that trades the tape trade by trade, the first of which has been told. */
export async function aMarket() {
  const ofRsa = { kind: 'rsa', apiKey: RSA_KEY, publicKeyPem: rsa.publicKey } as const;
  const accounts = [...ACCOUNTS, { name: 'rsa', keys: [ofRsa], balances: RICH }];
  const { control, port } = await aSimulator({ trades: { XRPUSDT: TAPE }, accounts });
  const goOn = async (): Promise<void> => {
    await control('POST /step');
    await control('POST /release');
  };
  await goOn();
  return { port, goOn };
}

const closing: (() => unknown)[] = [];

export function closeClientsAfterEach(): void {
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
}

const SILENT = { trace() {}, info() {}, error() {} };

/** The three clients that the package `binance` consists of, and what the sockets of the last two have told. */
export function binanceClients(port: number, { apiKey, secret }: Key) {
  const options = { api_key: apiKey, api_secret: secret, beautify: true };
  const wsUrl = `ws://127.0.0.1:${port}`;
  const rest = new binance.MainClient({
    ...options,
    ...{ baseUrl: `http://127.0.0.1:${port}`, disableTimeSync: true, beautifyResponses: true },
  });
  const streams = new binance.WebsocketClient({ ...options, wsUrl }, SILENT);
  const api = new binance.WebsocketAPIClient({ ...options, wsUrl, attachEventListeners: false }, SILENT);
  closing.push(() => streams.closeAll(true));
  closing.push(() => api.getWSClient().closeAll(true));
  return { rest, streams, api, told: heard(streams), userData: heard(api.getWSClient()) };
}

interface Heard {
  /** What its requests were answered with. */
  readonly responses: Json[];
  /** As they were sent. */
  readonly raw: Json[];
  /** As the client words them, with numbers in place of texts. */
  readonly worded: Json[];
  readonly exceptions: Json[];
}

function heard(client: InstanceType<typeof binance.WebsocketClient>): Heard {
  const all: Heard = { responses: [], raw: [], worded: [], exceptions: [] };
  client.on('response', (response) => all.responses.push(response));
  client.on('message', (message) => all.raw.push(message));
  client.on('formattedMessage', (message) => all.worded.push(message));
  client.on('exception', (message) => all.exceptions.push(message));
  return all;
}

/** ccxt, which does not tell when a market stream that it asked for has been granted. */
class CountingCcxt extends Ccxt {
  granted = 0;

  override handleSubscriptionStatus(...args: Parameters<Ccxt['handleSubscriptionStatus']>) {
    this.granted++;
    return super.handleSubscriptionStatus(...args);
  }
}

/** ccxt, REST and sockets in one. */
export async function ccxtClient(port: number, { apiKey, secret }: Key): Promise<CountingCcxt> {
  const [rest, sockets] = [`http://127.0.0.1:${port}/api/v3`, `ws://127.0.0.1:${port}`];
  const ccxt = new CountingCcxt({
    ...{ apiKey, secret, enableRateLimit: false },
    urls: {
      api: {
        ...{ public: rest, private: rest },
        ws: { spot: `${sockets}/ws`, 'ws-api': { spot: `${sockets}/ws-api/v3` } },
      },
    },
    options: { fetchMarkets: { types: ['spot'] }, fetchMargins: false, defaultType: 'spot' },
    has: { fetchCurrencies: false },
  });
  // It asks for this where the address is not of TLS.
  await ccxt.loadHttpProxyAgent();
  await ccxt.loadMarkets();
  closing.push(() => ccxt.close());
  return ccxt;
}

/** All that a `watch...` method of ccxt comes to, from now until the client is closed. */
export function watching<T>(watch: () => Promise<T>): {
  readonly seen: T[];
  readonly ended: Promise<string>;
} {
  const seen: T[] = [];
  const watchOn = async (): Promise<string> => {
    try {
      for (;;) seen.push(structuredClone(await watch()));
    } catch (error) {
      return error instanceof Error ? error.constructor.name : String(error);
    }
  };
  return { seen, ended: watchOn() };
}
