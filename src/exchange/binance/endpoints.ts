import { InputError, quoted } from '../../platform/input-error.js';

/** Where an exchange is reached. No address ends in a slash. */
export interface Endpoints {
  /** Before `/api/v3/…`. */
  readonly rest: string;
  /** Before `/ws/…` and `/stream`. */
  readonly streams: string;
  /** The WebSocket API, whole. */
  readonly wsApi: string;
}

/** @see Binance spot docs, README and the testnet and demo pages (read 2026-07) */
const KNOWN = {
  binance: {
    rest: 'https://api.binance.com',
    streams: 'wss://stream.binance.com:9443',
    wsApi: 'wss://ws-api.binance.com:443/ws-api/v3',
  },
  'binance-testnet': {
    rest: 'https://testnet.binance.vision',
    streams: 'wss://stream.testnet.binance.vision',
    wsApi: 'wss://ws-api.testnet.binance.vision/ws-api/v3',
  },
  'binance-demo': {
    rest: 'https://demo-api.binance.com',
    streams: 'wss://demo-stream.binance.com',
    wsApi: 'wss://demo-ws-api.binance.com/ws-api/v3',
  },
} as const satisfies Readonly<Record<string, Endpoints>>;

const SCHEMES: { readonly [K in keyof Endpoints]: readonly string[] } = {
  rest: ['https:', 'http:'],
  streams: ['wss:', 'ws:'],
  wsApi: ['wss:', 'ws:'],
};

export type ExchangeName = keyof typeof KNOWN | 'simulator';
export const EXCHANGE_NAMES = [...(Object.keys(KNOWN) as (keyof typeof KNOWN)[]), 'simulator'] as const;

/**
 * The endpoints of a named exchange, those given put in the place of the known ones. A simulator has none that are known.
 *
 * @param calls what to call those given in a message; default by their names here
 * @throws InputError naming the one that is missing or is no such URL
 */
export function endpointsOf(
  name: ExchangeName,
  given: Partial<Endpoints> = {},
  calls: { readonly [K in keyof Endpoints]?: string } = {},
): Endpoints {
  const known: Partial<Endpoints> = name === 'simulator' ? {} : KNOWN[name];
  const endpoint = (which: keyof Endpoints): string =>
    checked(calls[which] ?? `the ${which} endpoint of ${name}`, which, given[which] ?? known[which]);
  return { rest: endpoint('rest'), streams: endpoint('streams'), wsApi: endpoint('wsApi') };
}

function checked(called: string, which: keyof Endpoints, url: string | undefined): string {
  const allowed = `a URL that starts with ${SCHEMES[which].map((scheme) => `${scheme}//`).join(' or ')}`;
  if (url === undefined) throw new InputError(`${called} is missing; allowed is ${allowed}`);
  const parsed = URL.canParse(url) ? new URL(url) : null;
  // It is shown, and logged; so what is in it must be no secret.
  if (parsed !== null && (parsed.username !== '' || parsed.password !== ''))
    throw new InputError(`${called} holds a user or a password; allowed is ${allowed}, without them`);
  if (
    parsed === null ||
    !SCHEMES[which].includes(parsed.protocol) ||
    parsed.search !== '' ||
    parsed.hash !== ''
  ) {
    throw new InputError(`${called} is ${quoted(url)}; allowed is ${allowed}, without a query`);
  }
  return url.replace(/\/+$/, '');
}
