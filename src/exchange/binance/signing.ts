import { createHmac, createPrivateKey, type KeyObject, sign as signBytes } from 'node:crypto';
import { InputError } from '../../platform/input-error.js';

/**
 * Signatures of requests, for REST and for the WebSocket API.
 *
 * @see Binance spot docs, request-security.md (read 2026-07)
 */
export type Signer = (payload: string) => string;

/** Values of a request, by parameter name. An absent value is not sent. Decimals are texts, never numbers. */
export type Params = Readonly<Record<string, string | number | boolean | undefined>>;

/** Whatever can sign: {@link Credentials}. */
export interface Signing {
  /** Who asks. A secret too: with it others can use up our limits. */
  revealApiKey(): string;
  readonly sign: Signer;
}

export const hmacSigner =
  (secret: string): Signer =>
  (payload) =>
    createHmac('sha256', secret).update(payload, 'utf8').digest('hex');

/**
 * @param pem an Ed25519 or RSA private key, without a passphrase
 * @throws InputError when it is anything else; the message does not show it
 */
export function keySigner(pem: string): Signer {
  const key = privateKey(pem);
  // Ed25519 signs the bytes themselves; a digest named here would be refused.
  const digest = key.asymmetricKeyType === 'rsa' ? 'RSA-SHA256' : null;
  return (payload) => signBytes(digest, Buffer.from(payload, 'utf8'), key).toString('base64');
}

function privateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Without the cause: what OpenSSL says of a key is of no use, and nothing about a key belongs in a log.
    throw new InputError('the private key cannot be read; allowed is a PEM without a passphrase');
  }
  if (key.asymmetricKeyType !== 'ed25519' && key.asymmetricKeyType !== 'rsa') {
    throw new InputError(
      `the private key is of type ${key.asymmetricKeyType}; allowed are Ed25519 (recommended) and RSA`,
    );
  }
  return key;
}

// encodeURIComponent leaves !'()* as they are; RFC 3986 does not.
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const present = (params: Params): [name: string, value: string][] =>
  Object.entries(params)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)]);

/** The query string of an unsigned request. */
export const query = (params: Params): string =>
  present(params)
    .map(([name, value]) => `${name}=${percentEncoded(value)}`)
    .join('&');

/**
 * The query string of a signed REST request. It is signed as it is sent, and must be sent byte for byte.
 *
 * @param timestamp Unix milliseconds, the exchange's
 */
export function signedQuery(params: Params, { sign }: Signing, timestamp: number): string {
  const signed = query({ ...params, timestamp });
  return `${signed}&signature=${percentEncoded(sign(signed))}`;
}

/**
 * The params of a signed WebSocket API request. Unlike those of REST they are signed sorted by name and as they are.
 *
 * @param timestamp Unix milliseconds, the exchange's
 */
export function signedWsParams(
  params: Params,
  signing: Signing,
  timestamp: number,
): Readonly<Record<string, string | number | boolean>> {
  const all: Params = { ...params, apiKey: signing.revealApiKey(), timestamp };
  const given = Object.entries(all).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== undefined,
  );
  const payload = given
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return { ...Object.fromEntries(given), signature: signing.sign(payload) };
}
