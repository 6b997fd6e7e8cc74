import { generateKeyPairSync } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { format, inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Credentials, readCredentials } from '../../../src/exchange/binance/credentials.js';
import { hmacSigner, keySigner } from '../../../src/exchange/binance/signing.js';
import { InputError } from '../../../src/platform/input-error.js';
import { tempFolder } from '../../support/temp-folder.js';

const KEY = 'KeyThatNobodyMaySee';
const SECRET = 'SecretThatNobodyMaySee';
const { privateKey } = generateKeyPairSync('ed25519');
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const folder = tempFolder();

function aFile(content: string, mode = 0o600): string {
  const file = folder.write(content);
  chmodSync(file, mode);
  return file;
}

describe('Credentials', () => {
  const credentials = Credentials.withSecret(KEY, SECRET);

  it.each([
    ['toString', String(credentials)],
    ['JSON', JSON.stringify({ credentials })],
    ['inspect', inspect({ credentials }, { depth: null, showHidden: true })],
    ['inspect of a copy', inspect(Object.assign({}, credentials), { depth: null, showHidden: true })],
    ['a JSON of a copy', JSON.stringify(Object.assign({}, credentials))],
    ['format', format('%s %o %j', credentials, credentials, credentials)],
    ['its keys', [...Reflect.ownKeys(credentials), ...Object.values(credentials)].join()],
  ])('show neither key nor secret in %s', (_how, text) => {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(KEY.slice(0, 5));
  });

  it('show the first four characters of the key, so that an operator can tell which it is', () => {
    expect(String(credentials)).toBe('Credentials(KeyT***)');
  });

  it('sign, and reveal the key on demand', () => {
    expect(credentials.sign('a=1')).toBe(hmacSigner(SECRET)('a=1'));
    expect(credentials.revealApiKey()).toBe(KEY);
  });

  it.each(['', 'with space', 'line\n', 'ключ', 'x'.repeat(201)])(
    'refuse the key %j without showing it',
    (key) => {
      expect(() => Credentials.withSecret(key, SECRET)).toThrow(InputError);
      expect(() => Credentials.withSecret(key, SECRET)).toThrow(/^the API key is malformed; allowed/);
    },
  );
});

describe('readCredentials', () => {
  it.each([{}, { HEDGEHOG_API_KEY: '' }, { OTHER: 'x' }])('is null for %j', async (environment) => {
    expect(await readCredentials(environment)).toBeNull();
  });

  it.each([
    ['a secret', { HEDGEHOG_API_KEY: KEY, HEDGEHOG_API_SECRET: SECRET }, hmacSigner(SECRET)],
    ['a PEM file', { HEDGEHOG_API_KEY: KEY, HEDGEHOG_API_PRIVATE_KEY_FILE: aFile(PEM) }, keySigner(PEM)],
    [
      'a file with a secret',
      { HEDGEHOG_API_SECRET_FILE: aFile(JSON.stringify({ apiKey: KEY, secret: SECRET }), 0o400) },
      hmacSigner(SECRET),
    ],
    [
      'a file with a private key',
      { HEDGEHOG_API_SECRET_FILE: aFile(JSON.stringify({ apiKey: KEY, privateKey: PEM })) },
      keySigner(PEM),
    ],
  ])('reads %s', async (_what, environment, sign) => {
    const credentials = await readCredentials(environment);
    expect(credentials?.revealApiKey()).toBe(KEY);
    expect(credentials?.sign('a=1')).toBe(sign('a=1'));
  });

  it.each([
    ['a key alone', { HEDGEHOG_API_KEY: KEY }],
    ['a secret alone', { HEDGEHOG_API_SECRET: SECRET }],
    ['a PEM alone', { HEDGEHOG_API_PRIVATE_KEY_FILE: aFile(PEM) }],
    [
      'two secrets',
      { HEDGEHOG_API_KEY: KEY, HEDGEHOG_API_SECRET: SECRET, HEDGEHOG_API_PRIVATE_KEY_FILE: aFile(PEM) },
    ],
    ['a key beside a file that has one', { HEDGEHOG_API_KEY: KEY, HEDGEHOG_API_SECRET_FILE: aFile('{}') }],
  ])('refuses %s, and says what is allowed', async (_what, environment) => {
    const refused = readCredentials(environment);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(/allowed is one of: HEDGEHOG_API_KEY with/);
  });

  it.each([
    [0o640, '0640'],
    [0o604, '0604'],
    [0o620, '0620'],
    [0o700, null],
  ])('takes no file that others may read or write (%o)', async (mode, shown) => {
    const read = readCredentials({
      HEDGEHOG_API_SECRET_FILE: aFile(JSON.stringify({ apiKey: KEY, secret: SECRET }), mode),
    });
    if (shown === null) await expect(read).resolves.not.toBeNull();
    else await expect(read).rejects.toThrow(`has mode ${shown}; allowed are 0600 and 0400`);
  });

  it.each([
    ['no JSON', `apiKey=${KEY} ${SECRET}`],
    ['another shape', JSON.stringify({ apiKey: KEY, secret: 5, other: SECRET })],
    ['both kinds', JSON.stringify({ apiKey: KEY, secret: SECRET, privateKey: PEM })],
    ['an empty secret', JSON.stringify({ apiKey: KEY, secret: '' })],
  ])('shows nothing of a file with %s', async (_what, content) => {
    const error: unknown = await readCredentials({ HEDGEHOG_API_SECRET_FILE: aFile(content) }).catch(
      (e) => e,
    );
    expect(error).toBeInstanceOf(InputError);
    expect(inspect(error)).not.toMatch(new RegExp(`${KEY}|${SECRET}`));
  });

  it('names a file that is not there', async () => {
    await expect(readCredentials({ HEDGEHOG_API_SECRET_FILE: '/nowhere/at-all' })).rejects.toThrow(
      'cannot read /nowhere/at-all: there is no such file',
    );
  });
});
