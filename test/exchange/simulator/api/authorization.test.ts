import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AccountSetup, Accounts } from '../../../../src/exchange/simulator/api/accounts.js';
import {
  DEMO,
  encoded,
  error,
  hmac,
  NON_ASCII,
  pair,
  RestSimulator,
  type SignsAs,
} from '../../../support/rest-simulator.js';

let simulator: RestSimulator;
const ed25519 = pair('ed25519');
const rsa = pair('rsa');
const ACCOUNTS: readonly AccountSetup[] = [
  {
    name: 'demo',
    keys: [
      { ...DEMO, kind: 'hmac' },
      { kind: 'ed25519', apiKey: 'e'.repeat(64), publicKeyPem: ed25519.publicKeyPem },
    ],
  },
  { name: 'other', keys: [{ kind: 'rsa', apiKey: 'r'.repeat(64), publicKeyPem: rsa.publicKeyPem }] },
];
const KINDS: readonly (readonly [string, SignsAs])[] = [
  ['hmac', {}],
  ['ed25519', { apiKey: 'e'.repeat(64), sign: ed25519.sign }],
  ['rsa', { apiKey: 'r'.repeat(64), sign: rsa.sign }],
];

beforeEach(async () => {
  simulator = await RestSimulator.start({ accounts: ACCOUNTS });
});
afterEach(() => simulator.stop());

const INVALID_SIGNATURE = error(-1022, 'Signature for this request is not valid.');
const UNKNOWN_KEY = error(-2015, 'Invalid API-key, IP, or permissions for action.', 401);

describe('a signature', () => {
  it.each(KINDS)('of the kind %s is good for its own bytes alone', async (_kind, as) => {
    expect((await simulator.signed('GET account', {}, as)).status).toBe(200);
    const forOthers = { ...as, sign: (payload: string) => (as.sign ?? hmac(DEMO.secret))(`${payload}&a=1`) };
    expect(await simulator.signed('GET account', {}, forOthers)).toMatchObject(INVALID_SIGNATURE);
    for (const text of ['no signature', 'ab', '00'.repeat(32), 'A'.repeat(88)])
      expect(await simulator.signed('GET account', {}, { ...as, sign: () => text })).toMatchObject(
        INVALID_SIGNATURE,
      );
  });

  it('of one key is none of another', async () => {
    const [, , [, asRsa]] = KINDS as [unknown, unknown, [string, SignsAs]];
    const answer = await simulator.signed('GET account', {}, { ...asRsa, sign: ed25519.sign });
    expect(answer).toMatchObject(INVALID_SIGNATURE);
  });

  it('in hexadecimal may be written in capitals', async () => {
    const sign = (payload: string) => hmac(DEMO.secret)(payload).toUpperCase();
    expect((await simulator.signed('GET account', {}, { sign })).status).toBe(200);
  });

  it('must be there', async () => {
    const query = encoded({ timestamp: simulator.clock.wallMs() });
    const answer = await simulator.get('account', {}, {});
    expect(answer).toMatchObject(error(-2014, 'API-key format invalid.', 401));
    const headers = { 'X-MBX-APIKEY': DEMO.apiKey };
    expect(await simulator.raw('GET', `/api/v3/account?${query}`, { headers })).toMatchObject(
      error(-1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed."),
    );
  });

  it('is over percent-encoded text', async () => {
    const given = { symbol: NON_ASCII };
    expect((await simulator.signed('GET openOrders', given)).body).toEqual([]);
    const sign = (payload: string) => hmac(DEMO.secret)(decodeURIComponent(payload));
    expect(await simulator.signed('GET openOrders', given, { sign })).toMatchObject(INVALID_SIGNATURE);
  });

  it('over text that is not encoded is refused, even as it was sent', async () => {
    const now = simulator.clock.wallMs();
    const body = `symbol=${NON_ASCII}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=9&timestamp=${now}`;
    const answer = await simulator.raw('POST', '/api/v3/order/test', {
      body: `${body}&signature=${hmac(DEMO.secret)(body)}`,
      headers: { 'X-MBX-APIKEY': DEMO.apiKey, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer).toMatchObject(INVALID_SIGNATURE);
  });

  it('in base 64 must be encoded itself', async () => {
    const timestamp = simulator.clock.wallMs();
    const signed = Array.from({ length: 200 }, (_, index) => {
      const query = encoded({ timestamp, recvWindow: 1_000 + index });
      return { query, signature: ed25519.sign(query) };
    });
    const { query, signature } = signed.find((one) => one.signature.includes('+')) ?? {
      query: '',
      signature: '',
    };
    const headers = { 'X-MBX-APIKEY': 'e'.repeat(64) };
    const ask = (text: string) =>
      simulator.raw('GET', `/api/v3/account?${query}&signature=${text}`, { headers });
    expect(await ask(signature)).toMatchObject(INVALID_SIGNATURE);
    expect((await ask(encodeURIComponent(signature))).status).toBe(200);
  });
});

describe("the documentation's own examples", () => {
  const K = DEMO.apiKey;
  const ORDER =
    'side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559';
  it.each([
    [`symbol=LTCBTC&${ORDER}`, 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'],
    [
      `symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&${ORDER}`,
      'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3',
    ],
    [
      `apiKey=${K}&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL&symbol=BTCUSDT&timeInForce=GTC&timestamp=1645423376532&type=LIMIT`,
      'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24',
    ],
    [
      `apiKey=${K}&price=0.10000000&quantity=1.00000000&recvWindow=5000&side=BUY&symbol=${NON_ASCII}&timeInForce=GTC&timestamp=1645423376532&type=LIMIT`,
      'b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd',
    ],
  ])('%s', (payload, signature) => {
    const key = simulator.accounts.key(DEMO.apiKey);
    expect(key?.verifies(payload, signature)).toBe(true);
    expect(key?.verifies(`${payload} `, signature)).toBe(false);
  });
});

describe('a key', () => {
  it('belongs to an account', async () => {
    const [, [, asEd25519], [, asRsa]] = KINDS as [unknown, [string, SignsAs], [string, SignsAs]];
    await simulator.order({}, asEd25519);
    expect((await simulator.signed('GET openOrders')).body).toHaveLength(1);
    expect((await simulator.signed('GET openOrders', {}, asRsa)).body).toHaveLength(0);
  });

  it.each(['', 'short', 'x'.repeat(65), `${'x'.repeat(63)}-`])('of the form %j is none', async (apiKey) => {
    const answer = await simulator.signed('GET account', {}, { apiKey });
    expect(answer).toMatchObject(error(-2014, 'API-key format invalid.', 401));
  });

  it('that nobody has is refused, and so is one that was revoked, until it is there again', async () => {
    expect(await simulator.signed('GET account', {}, { apiKey: 'n'.repeat(64) })).toMatchObject(UNKNOWN_KEY);
    expect(simulator.accounts.revoke(DEMO.apiKey)).toBe(true);
    expect(await simulator.signed('GET account')).toMatchObject(UNKNOWN_KEY);
    expect(simulator.accounts.revoke(DEMO.apiKey)).toBe(false);
    simulator.accounts.addKey('demo', DEMO.apiKey, { kind: 'hmac', secret: DEMO.secret });
    expect((await simulator.signed('GET account')).status).toBe(200);
  });

  it('is not needed for what is public', async () => {
    expect((await simulator.get('historicalTrades', { symbol: 'BTCUSDT' })).status).toBe(200);
  });

  it.each([
    [[{ ...DEMO, kind: 'hmac' as const, apiKey: 'x' }], '64 letters and digits'],
    [[{ ...DEMO, kind: 'hmac' as const, secret: '' }], 'is empty'],
    [[{ kind: 'rsa' as const, apiKey: 'r'.repeat(64), publicKeyPem: ed25519.publicKeyPem }], 'kind rsa'],
    [[{ kind: 'rsa' as const, apiKey: 'r'.repeat(64), publicKeyPem: 'PEM' }], 'BEGIN PUBLIC KEY'],
    [
      [
        { ...DEMO, kind: 'hmac' as const },
        { ...DEMO, kind: 'hmac' as const },
      ],
      'there already',
    ],
  ])('that cannot be one is refused without telling it %#', (keys, why) => {
    expect(() => new Accounts([{ name: 'demo', keys }])).toThrow(why);
    expect(() => new Accounts([{ name: 'demo', keys }])).not.toThrow(DEMO.secret);
  });
});

describe('the time of a request', () => {
  const OUTSIDE = error(-1021, 'Timestamp for this request is outside of the recvWindow.');
  const AHEAD = error(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  const ask = (aheadMs: number, given: object = {}) =>
    simulator.signed('GET openOrders', { timestamp: simulator.clock.wallMs() + aheadMs, ...given });

  it('may be up to recvWindow old, five seconds unless it says so', async () => {
    expect((await ask(-5_000)).status).toBe(200);
    expect(await ask(-5_001)).toMatchObject(OUTSIDE);
    expect((await ask(-60_000, { recvWindow: 60_000 })).status).toBe(200);
    expect(await ask(-60_001, { recvWindow: 60_000 })).toMatchObject(OUTSIDE);
    expect((await ask(0, { recvWindow: 0 })).status).toBe(200);
    expect(await ask(-1, { recvWindow: '0.999' })).toMatchObject(OUTSIDE);
  });

  it('may be less than a second ahead', async () => {
    expect((await ask(999)).status).toBe(200);
    expect(await ask(1_000)).toMatchObject(AHEAD);
    expect(await ask(20_000)).toMatchObject(AHEAD);
  });

  it('may be in microseconds', async () => {
    const now = simulator.clock.wallMs() * 1_000;
    expect((await ask(0, { timestamp: now + 999_999 })).status).toBe(200);
    expect(await ask(0, { timestamp: now + 1_000_000 })).toMatchObject(AHEAD);
    expect((await ask(0, { timestamp: now - 1_500, recvWindow: '1.5' })).status).toBe(200);
    expect(await ask(0, { timestamp: now - 1_501, recvWindow: '1.5' })).toMatchObject(OUTSIDE);
  });

  it('has a recvWindow of at most a minute, to three decimals', async () => {
    expect(await ask(0, { recvWindow: 60_001 })).toMatchObject(
      error(-1131, 'recvWindow must be less than 60000'),
    );
    expect((await ask(0, { recvWindow: '5.1234' })).body.code).toBe(-1100);
  });

  it("is judged by the exchange's clock, which may be wrong", async () => {
    simulator.serverClock.skewMs = -2_000;
    expect(await ask(0)).toMatchObject(AHEAD);
    expect((await simulator.get('time')).body).toEqual({ serverTime: simulator.clock.wallMs() - 2_000 });
    simulator.serverClock.skewMs = 6_000;
    expect(await ask(0)).toMatchObject(OUTSIDE);
  });

  it('must be there', async () => {
    expect(await ask(0, { timestamp: '' })).toMatchObject({ body: { code: -1102 } });
  });
});

describe('for other transports', () => {
  const request = (params: Readonly<Record<string, string>>, signature: string) => ({
    params: new Map(Object.entries(params)),
    credentials: {
      kind: 'signed' as const,
      apiKey: DEMO.apiKey,
      payload: encoded({ apiKey: DEMO.apiKey, ...params }),
      signature,
    },
    via: 'ws' as const,
    client: 'a',
  });

  it('who asks is known by the same checks, for a weight', () => {
    const params = { timestamp: String(simulator.clock.wallMs()) };
    const good = hmac(DEMO.secret)(encoded({ apiKey: DEMO.apiKey, ...params }));
    expect(simulator.api.identify(request(params, good), 2)).toMatchObject({
      kind: 'identified',
      key: { account: 'demo', kind: 'hmac' },
      counts: [{ rateLimitType: 'REQUEST_WEIGHT', count: 2 }],
    });
    expect(simulator.api.identify(request(params, 'bad'), 2)).toMatchObject({
      reply: { status: 400, error: { code: -1022 } },
    });
  });

  it('a session needs no signature, but a time and a key that is still good', async () => {
    const ask = (params: Readonly<Record<string, string>>) =>
      simulator.api.call({
        endpoint: 'GET /api/v3/openOrders',
        params: new Map(Object.entries(params)),
        credentials: { kind: 'session', apiKey: DEMO.apiKey },
        via: 'ws',
        client: 'a',
      });
    const timestamp = String(simulator.clock.wallMs());
    expect(await ask({ timestamp })).toMatchObject({ kind: 'ok', body: [] });
    expect(await ask({})).toMatchObject({ error: { code: -1102 } });
    simulator.accounts.revoke(DEMO.apiKey);
    expect(await ask({ timestamp })).toMatchObject({ status: 401, error: { code: -2015 } });
  });
});
