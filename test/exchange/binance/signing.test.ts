import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Credentials } from '../../../src/exchange/binance/credentials.js';
import {
  hmacSigner,
  keySigner,
  query,
  signedQuery,
  signedWsParams,
} from '../../../src/exchange/binance/signing.js';
import { InputError } from '../../../src/platform/input-error.js';

// The example pair of Binance's own documentation.
const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';
const API_KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
const credentials = Credentials.withSecret(API_KEY, SECRET);
const FULL_WIDTH = '１２３４５６';

const restOrder = (symbol: string) => ({
  symbol,
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '1',
  price: '0.1',
  recvWindow: 5000,
});

describe('a signed REST query', () => {
  it.each([
    ['LTCBTC', 'LTCBTC', 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'],
    [
      FULL_WIDTH,
      '%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96',
      'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3',
    ],
  ])('is the documented one for %s: percent-encoded, then signed', (symbol, encoded, signature) => {
    expect(signedQuery(restOrder(symbol), credentials, 1499827319559)).toBe(
      `symbol=${encoded}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000` +
        `&timestamp=1499827319559&signature=${signature}`,
    );
  });

  it('leaves out what is absent', () => {
    expect(query({ symbol: 'A', limit: undefined, showPermissionSets: false })).toBe(
      'symbol=A&showPermissionSets=false',
    );
  });

  it('signs exactly what is sent, whatever the values, and encodes as RFC 3986 says', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text), (params) => {
        const sent = signedQuery(params, credentials, 1);
        const at = sent.lastIndexOf('&signature=');
        expect(hmacSigner(SECRET)(sent.slice(0, at))).toBe(sent.slice(at + '&signature='.length));
        expect(sent).toMatch(/^(&?[a-z]+=([A-Za-z0-9._~-]|%[0-9A-F]{2})*)*$/);
        const read = Object.fromEntries(new URLSearchParams(sent.replaceAll('+', '%2B')));
        expect(read).toMatchObject({ ...params, timestamp: '1' });
      }),
    );
  });
});

describe('signed WebSocket API params', () => {
  it.each([
    [
      'BTCUSDT',
      { side: 'SELL', price: '52000.00', quantity: '0.01000000', recvWindow: 100 },
      'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24',
    ],
    [
      FULL_WIDTH,
      { side: 'BUY', price: '0.10000000', quantity: '1.00000000', recvWindow: 5000 },
      'b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd',
    ],
  ])('are the documented ones for %s: sorted and raw', (symbol, terms, signature) => {
    const params = { symbol, type: 'LIMIT', timeInForce: 'GTC', ...terms, limit: undefined };
    const { limit: _absent, ...sent } = params;
    expect(signedWsParams(params, credentials, 1645423376532)).toEqual({
      ...sent,
      apiKey: API_KEY,
      timestamp: 1645423376532,
      signature,
    });
  });
});

describe('a private key', () => {
  const ed25519 = generateKeyPairSync('ed25519');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pemOf = (key: typeof ed25519.privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

  it.each([
    ['Ed25519', ed25519, null],
    ['RSA', rsa, 'RSA-SHA256'],
  ])(
    'of type %s signs in base64, so that its public key verifies',
    (_type, { privateKey, publicKey }, digest) => {
      const signature = keySigner(pemOf(privateKey))('symbol=１２３');
      const bytes = Buffer.from(signature, 'base64');
      expect(bytes.toString('base64')).toBe(signature);
      expect(verify(digest, Buffer.from('symbol=１２３', 'utf8'), publicKey, bytes)).toBe(true);
    },
  );

  it('has its signature percent-encoded in a query', () => {
    const signing = Credentials.withPrivateKey('key', pemOf(ed25519.privateKey));
    for (let timestamp = 0; timestamp < 20; timestamp++) {
      const [signed, signature] = signedQuery({ symbol: 'A' }, signing, timestamp).split('&signature=');
      expect(signature).toMatch(/^[A-Za-z0-9%]+$/);
      expect(decodeURIComponent(signature as string)).toBe(signing.sign(signed as string));
    }
  });

  it.each([
    ['is of another kind', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey), 'type ec'],
    ['is none', '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n', 'cannot be read'],
    [
      'needs a passphrase',
      ed25519.privateKey
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
      'without a passphrase',
    ],
  ])('that %s is refused, and not shown', (_why, pem, message) => {
    const refusal = (() => {
      try {
        return keySigner(pem);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(InputError);
    expect(String(refusal)).toContain(message);
    expect(String(refusal)).not.toContain(pem.split('\n')[1]);
  });
});
