import { chmodSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { chooseExchange } from '../../src/app/exchange-choice.js';
import { InputError } from '../../src/platform/input-error.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();

const KEY = 'k3yThatNobodyMayRead';
const SECRET = 's3cretThatNobodyMayRead';
const KEYS = { HEDGEHOG_API_KEY: KEY, HEDGEHOG_API_SECRET: SECRET };
const PLAY = { HEDGEHOG_EXCHANGE: 'binance-testnet', ...KEYS };

type Environment = Readonly<Record<string, string | undefined>>;

async function chosen(environment: Environment) {
  const choice = await chooseExchange(environment);
  if (choice.kind !== 'remote') throw new Error('it is the exchange in the process');
  return choice;
}

async function refusal(environment: Environment): Promise<string> {
  const error: unknown = await chooseExchange(environment).then(
    () => {
      throw new Error('it was taken');
    },
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  // Whatever it says or carries: neither of them.
  const whole = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  expect(whole).not.toContain(KEY);
  expect(whole).not.toContain(SECRET);
  return (error as InputError).message;
}

const secretFile = (content: unknown, mode = 0o600): string => {
  const file = folder.write(typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(file, mode);
  return file;
};

describe('what the environment may choose', () => {
  it.each([{}, { HEDGEHOG_EXCHANGE: '' }, { HEDGEHOG_EXCHANGE: 'mock' }])('%j is the mock', async (given) => {
    expect(await chooseExchange(given)).toEqual({ kind: 'mock', name: 'mock' });
  });

  it('the simulator, at its usual port, with its own account and no real money', async () => {
    const { name, endpoints, isRealMoney, credentials } = await chosen({ HEDGEHOG_EXCHANGE: 'simulator' });
    expect({ name, endpoints, isRealMoney }).toEqual({
      name: 'simulator',
      isRealMoney: false,
      endpoints: {
        rest: 'http://127.0.0.1:8080',
        streams: 'ws://127.0.0.1:8080',
        wsApi: 'ws://127.0.0.1:8080/ws-api/v3',
      },
    });
    expect(credentials.revealApiKey()).toHaveLength(64);
  });

  it('the simulator elsewhere on this machine, and with keys of its user', async () => {
    const { endpoints, credentials } = await chosen({
      HEDGEHOG_EXCHANGE: 'simulator',
      HEDGEHOG_SIMULATOR_URL: 'http://localhost:9000/',
      ...KEYS,
    });
    expect(endpoints).toEqual({
      rest: 'http://localhost:9000',
      streams: 'ws://localhost:9000',
      wsApi: 'ws://localhost:9000/ws-api/v3',
    });
    expect(credentials.revealApiKey()).toBe(KEY);
  });

  it.each([
    { exchange: 'binance-testnet', rest: 'https://testnet.binance.vision' },
    { exchange: 'binance-demo', rest: 'https://demo-api.binance.com' },
  ])('$exchange, with keys and no word about real money', async ({ exchange, rest }) => {
    const { name, endpoints, isRealMoney } = await chosen({ HEDGEHOG_EXCHANGE: exchange, ...KEYS });
    expect({ name, rest: endpoints.rest, isRealMoney }).toEqual({ name: exchange, rest, isRealMoney: false });
  });

  it('binance, with keys and HEDGEHOG_LIVE=yes', async () => {
    const { endpoints, isRealMoney } = await chosen({
      HEDGEHOG_EXCHANGE: 'binance',
      HEDGEHOG_LIVE: 'yes',
      ...KEYS,
    });
    expect(isRealMoney).toBe(true);
    expect(endpoints.rest).toBe('https://api.binance.com');
  });

  it('endpoints of its own, each in the place of a known one', async () => {
    const { endpoints, isRealMoney } = await chosen({
      ...PLAY,
      HEDGEHOG_REST_URL: 'http://127.0.0.1:1',
      HEDGEHOG_STREAMS_URL: 'ws://[::1]:2/',
      HEDGEHOG_WS_API_URL: 'ws://localhost:3/ws-api/v3',
    });
    expect(endpoints).toEqual({
      rest: 'http://127.0.0.1:1',
      streams: 'ws://[::1]:2',
      wsApi: 'ws://localhost:3/ws-api/v3',
    });
    expect(isRealMoney).toBe(false);
  });

  it('a secret in a file that only its owner may read', async () => {
    const file = secretFile({ apiKey: KEY, secret: SECRET });
    const choice = await chosen({ HEDGEHOG_EXCHANGE: 'binance-demo', HEDGEHOG_API_SECRET_FILE: file });
    expect(choice.credentials.revealApiKey()).toBe(KEY);
    const shown = inspect(choice, { depth: 9, showHidden: true }) + JSON.stringify(choice);
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain(SECRET);
  });
});

describe('real money', () => {
  const REAL = { HEDGEHOG_EXCHANGE: 'binance', ...KEYS };

  it.each([undefined, '', 'no', 'YES', 'true', '1'])('is not touched with HEDGEHOG_LIVE=%s', async (live) => {
    expect(await refusal({ ...REAL, HEDGEHOG_LIVE: live })).toBe(
      'HEDGEHOG_EXCHANGE is "binance", where orders cost real money; that takes HEDGEHOG_LIVE=yes beside the keys',
    );
  });

  it.each(['HEDGEHOG_REST_URL', 'HEDGEHOG_STREAMS_URL', 'HEDGEHOG_WS_API_URL'])(
    'counts as such when %s leads a testnet to a host that is not known for play money',
    async (variable) => {
      for (const host of [
        'api.binance.com',
        'localhost.example.com',
        'testnet.binance.vision.example.com',
        'demo-api.binance.com.example.com',
        'my-testnet.binance.com',
        '127.0.0.1.example.com',
        'evil-testnet-binance.vision',
      ]) {
        const url = `${variable === 'HEDGEHOG_REST_URL' ? 'https' : 'wss'}://${host}`;
        expect(await refusal({ ...PLAY, [variable]: url })).toContain(
          `${host} is not known for play money: there orders cost real money; that takes HEDGEHOG_LIVE=yes`,
        );
        const allowed = await chosen({ ...PLAY, [variable]: url, HEDGEHOG_LIVE: 'yes' });
        expect(allowed.isRealMoney).toBe(true);
      }
    },
  );

  it('counts as such for a simulator on another machine, which gets no keys by itself', async () => {
    const away = { HEDGEHOG_EXCHANGE: 'simulator', HEDGEHOG_SIMULATOR_URL: 'http://192.168.0.7:8080' };
    expect(await refusal(away)).toContain('HEDGEHOG_LIVE=yes');
    expect(await refusal({ ...away, HEDGEHOG_LIVE: 'yes' })).toContain('which takes keys');
  });
});

describe('what is wrong is told with what was given and what is allowed', () => {
  it.each(['kraken', 'Binance', 'testnet', 'mock '])('HEDGEHOG_EXCHANGE=%s', async (given) => {
    expect(await refusal({ ...KEYS, HEDGEHOG_EXCHANGE: given })).toBe(
      `HEDGEHOG_EXCHANGE is "${given}"; allowed is mock, binance, binance-testnet, binance-demo, simulator`,
    );
  });

  it.each([
    '8080',
    '127.0.0.1:8080',
    'ws://127.0.0.1:8080',
    'http://127.0.0.1:8080/api',
    'http://',
    'http://a b',
  ])('HEDGEHOG_SIMULATOR_URL=%s', async (url) => {
    expect(await refusal({ HEDGEHOG_EXCHANGE: 'simulator', HEDGEHOG_SIMULATOR_URL: url })).toBe(
      `HEDGEHOG_SIMULATOR_URL is "${url}"; allowed is a URL such as http://127.0.0.1:8080`,
    );
  });

  it.each([
    { variable: 'HEDGEHOG_REST_URL', url: 'wss://testnet.binance.vision', allowed: 'https:// or http://' },
    { variable: 'HEDGEHOG_STREAMS_URL', url: 'https://testnet.binance.vision', allowed: 'wss:// or ws://' },
    { variable: 'HEDGEHOG_WS_API_URL', url: 'nonsense', allowed: 'wss:// or ws://' },
    { variable: 'HEDGEHOG_REST_URL', url: 'https://testnet.binance.vision?a=b', allowed: 'without a query' },
  ])('$variable=$url', async ({ variable, url, allowed }) => {
    const message = await refusal({ ...PLAY, [variable]: url });
    expect(message).toContain(variable);
    expect(message).toContain(`"${url}"`);
    expect(message).toContain(allowed);
  });

  it.each(['binance-testnet', 'binance-demo'])('no keys for %s', async (exchange) => {
    expect(await refusal({ HEDGEHOG_EXCHANGE: exchange })).toBe(
      `HEDGEHOG_EXCHANGE is "${exchange}", which takes keys: HEDGEHOG_API_KEY with HEDGEHOG_API_SECRET or ` +
        'HEDGEHOG_API_PRIVATE_KEY_FILE, or HEDGEHOG_API_SECRET_FILE',
    );
  });

  it.each([
    { HEDGEHOG_API_KEY: KEY },
    { HEDGEHOG_API_SECRET: SECRET },
    { ...KEYS, HEDGEHOG_API_SECRET_FILE: '/nowhere' },
    { ...KEYS, HEDGEHOG_API_PRIVATE_KEY_FILE: '/nowhere' },
    { HEDGEHOG_API_KEY: KEY, HEDGEHOG_API_SECRET_FILE: '/nowhere' },
    { HEDGEHOG_API_PRIVATE_KEY_FILE: '/nowhere' },
  ])('credentials that are no pair, %#', async (given) => {
    expect(await refusal({ HEDGEHOG_EXCHANGE: 'binance-demo', ...given })).toContain(
      'the API credentials are incomplete or given twice; allowed is one of',
    );
  });

  it('a key that no header takes', async () => {
    const given = { HEDGEHOG_API_KEY: `${KEY}\n`, HEDGEHOG_API_SECRET: SECRET };
    expect(await refusal({ HEDGEHOG_EXCHANGE: 'simulator', ...given })).toBe(
      'the API key is malformed; allowed are 1 to 200 letters and digits',
    );
  });

  it.each([0o644, 0o640, 0o604, 0o700 | 0o001])('a secret file of mode %o', async (mode) => {
    const file = secretFile({ apiKey: KEY, secret: SECRET }, mode);
    const message = await refusal({ HEDGEHOG_EXCHANGE: 'binance-demo', HEDGEHOG_API_SECRET_FILE: file });
    expect(message).toBe(
      `${file} holds a secret and has mode ${mode.toString(8).padStart(4, '0')}; allowed are 0600 and 0400`,
    );
  });

  it.each([
    `{"apiKey":"${KEY}","secret":"${SECRET}"`,
    { apiKey: KEY, secret: SECRET, more: KEY },
    { secret: SECRET },
  ])('a secret file that does not read, %#', async (content) => {
    const file = secretFile(content);
    expect(await refusal({ HEDGEHOG_EXCHANGE: 'binance-demo', HEDGEHOG_API_SECRET_FILE: file })).toContain(
      `${file} does not hold credentials; allowed is {"apiKey"`,
    );
  });

  it.each(['HEDGEHOG_API_SECRET_FILE', 'HEDGEHOG_API_PRIVATE_KEY_FILE'])(
    '%s that is not there',
    async (variable) => {
      const key = variable === 'HEDGEHOG_API_PRIVATE_KEY_FILE' ? { HEDGEHOG_API_KEY: KEY } : {};
      const given = { HEDGEHOG_EXCHANGE: 'binance-demo', ...key, [variable]: folder.path('missing') };
      expect(await refusal(given)).toContain('there is no such file');
    },
  );

  it('a private key that is none', async () => {
    const file = secretFile(`-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`);
    const message = await refusal({
      HEDGEHOG_EXCHANGE: 'binance-demo',
      HEDGEHOG_API_KEY: KEY,
      HEDGEHOG_API_PRIVATE_KEY_FILE: file,
    });
    expect(message).toContain('private key');
  });
});
