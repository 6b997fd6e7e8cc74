import { readFile, stat } from 'node:fs/promises';
import { inspect } from 'node:util';
import { z } from 'zod';
import { InputError } from '../../platform/input-error.js';
import { unreadable } from '../../platform/input-file.js';
import { openToOthers } from '../../platform/private-file.js';
import { hmacSigner, keySigner, type Signer, type Signing } from './signing.js';

const SHOWN_OF_KEY = 4;
// A header takes no others; and what fetch says of one that it does not take shows the value.
const API_KEY = /^[\x21-\x7e]{1,200}$/;

/** An API key and what signs for it. However it is printed, neither can be read. */
export class Credentials implements Signing {
  readonly #apiKey: string;
  readonly #sign: Signer;

  private constructor(apiKey: string, sign: Signer) {
    if (!API_KEY.test(apiKey)) {
      throw new InputError('the API key is malformed; allowed are 1 to 200 letters and digits');
    }
    this.#apiKey = apiKey;
    this.#sign = sign;
  }

  static withSecret(apiKey: string, secret: string): Credentials {
    if (secret === '') throw new InputError('the API secret is empty');
    return new Credentials(apiKey, hmacSigner(secret));
  }

  /** @param pem an Ed25519 or RSA private key, without a passphrase */
  static withPrivateKey(apiKey: string, pem: string): Credentials {
    return new Credentials(apiKey, keySigner(pem));
  }

  /** For the header or the params of a request, and for nothing else. */
  revealApiKey(): string {
    return this.#apiKey;
  }

  readonly sign = (payload: string): string => this.#sign(payload);

  toString(): string {
    return `Credentials(${this.#apiKey.slice(0, SHOWN_OF_KEY)}***)`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

const secretFile = z.union([
  z.strictObject({ apiKey: z.string(), secret: z.string() }),
  z.strictObject({ apiKey: z.string(), privateKey: z.string() }),
]);

/**
 * The credentials that the environment names: `HEDGEHOG_API_KEY` with `HEDGEHOG_API_SECRET` or with
 * `HEDGEHOG_API_PRIVATE_KEY_FILE` (a PEM), or `HEDGEHOG_API_SECRET_FILE` alone, a JSON file with `apiKey` and either
 * `secret` or `privateKey` (a PEM).
 *
 * @returns null when none of them is set
 * @throws InputError when they do not make one pair, or when others than its owner may read a file
 */
export async function readCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Credentials | null> {
  // A variable that is set to nothing is not set, as usual in shells.
  const apiKey = environment.HEDGEHOG_API_KEY || undefined;
  const secret = environment.HEDGEHOG_API_SECRET || undefined;
  const pemFile = environment.HEDGEHOG_API_PRIVATE_KEY_FILE || undefined;
  const jsonFile = environment.HEDGEHOG_API_SECRET_FILE || undefined;

  const given = [secret, pemFile, jsonFile].filter((value) => value !== undefined).length;
  if (given === 0 && apiKey === undefined) return null;
  if (given !== 1 || (jsonFile === undefined) === (apiKey === undefined)) throw new InputError(ONE_PAIR);
  if (jsonFile !== undefined) return fromJson(jsonFile, await privateText(jsonFile));
  if (pemFile !== undefined) return Credentials.withPrivateKey(apiKey as string, await privateText(pemFile));
  return Credentials.withSecret(apiKey as string, secret as string);
}

const ONE_PAIR =
  'the API credentials are incomplete or given twice; allowed is one of: HEDGEHOG_API_KEY with' +
  ' HEDGEHOG_API_SECRET, HEDGEHOG_API_KEY with HEDGEHOG_API_PRIVATE_KEY_FILE, HEDGEHOG_API_SECRET_FILE alone';

/** What a file holds that only its owner may read. */
async function privateText(file: string): Promise<string> {
  const refuse = (error: unknown): never => {
    throw unreadable(file, error);
  };
  const { mode } = await stat(file).catch(refuse);
  const problem = openToOthers(file, mode);
  if (problem !== undefined) throw new InputError(problem);
  return readFile(file, 'utf8').catch(refuse);
}

function fromJson(file: string, text: string): Credentials {
  const parsed = secretFile.safeParse(jsonOf(text));
  // Without what was found: it is a secret, or near one.
  if (!parsed.success) {
    throw new InputError(
      `${file} does not hold credentials; allowed is {"apiKey": "…", "secret": "…"} or {"apiKey": "…", "privateKey": "…"}`,
    );
  }
  return 'secret' in parsed.data
    ? Credentials.withSecret(parsed.data.apiKey, parsed.data.secret)
    : Credentials.withPrivateKey(parsed.data.apiKey, parsed.data.privateKey);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
