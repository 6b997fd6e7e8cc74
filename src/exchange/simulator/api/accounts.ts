import { createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { InputError } from '../../../platform/input-error.js';

export type KeyKind = 'hmac' | 'ed25519' | 'rsa';

/** What a key signs with: a shared secret, or the public half of its pair in PEM. */
export type KeyMaterial =
  | { readonly kind: 'hmac'; readonly secret: string }
  | { readonly kind: 'ed25519' | 'rsa'; readonly publicKeyPem: string };

/** An account as the simulator is started with it. */
export interface AccountSetup {
  readonly name: string;
  readonly keys: readonly (KeyMaterial & { readonly apiKey: string })[];
}

/** A key that may be used. What it verifies with stays inside. */
export interface LiveKey {
  readonly account: string;
  readonly kind: KeyKind;
  /** Whether `signature` is this key's for exactly these bytes. */
  verifies(payload: string, signature: string): boolean;
}

/**
 * The account that is there without being asked for, with the example key of Binance's own documentation: everybody knows
 * it, so a simulator that others can reach must be given accounts of its own.
 */
export const DEMO_ACCOUNT: AccountSetup = {
  name: 'demo',
  keys: [
    {
      kind: 'hmac',
      apiKey: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
      secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
    },
  ],
};

const API_KEY_FORMAT = /^[A-Za-z0-9]{64}$/;

/** The accounts and their keys. Keys come and go while the simulator runs. */
export class Accounts {
  private readonly keys = new Map<string, LiveKey>();
  private readonly order: string[] = [];

  /** @throws InputError naming the account, for a key that cannot be used or an account or key given twice */
  constructor(setups: readonly AccountSetup[]) {
    for (const { name, keys } of setups) {
      if (this.order.includes(name)) throw new InputError(`account ${name}: stands there twice`);
      this.order.push(name);
      for (const { apiKey, ...material } of keys) this.addKey(name, apiKey, material);
    }
  }

  /** By the order in which they were given, which numbers them. */
  get names(): readonly string[] {
    return this.order;
  }

  /** @throws InputError, which never tells the key or secret */
  addKey(account: string, apiKey: string, material: KeyMaterial): void {
    if (!this.order.includes(account))
      throw new InputError(`account ${account}: not there; allowed: ${this.order.join(', ')}`);
    if (!hasKeyFormat(apiKey))
      throw new InputError(
        `account ${account}: an API key has another format; allowed: 64 letters and digits`,
      );
    if (this.keys.has(apiKey)) throw new InputError(`account ${account}: an API key is there already`);
    this.keys.set(apiKey, { account, kind: material.kind, verifies: verifier(account, material) });
  }

  /** From now on the key is unknown. False when it was already. */
  revoke(apiKey: string): boolean {
    return this.keys.delete(apiKey);
  }

  key(apiKey: string): LiveKey | undefined {
    return this.keys.get(apiKey);
  }
}

export const hasKeyFormat = (apiKey: string): boolean => API_KEY_FORMAT.test(apiKey);

function verifier(account: string, material: KeyMaterial): LiveKey['verifies'] {
  if (material.kind === 'hmac') {
    if (material.secret === '')
      throw new InputError(`account ${account}: the secret of an hmac key is empty`);
    return (payload, signature) => {
      const expected = createHmac('sha256', material.secret).update(payload, 'utf8').digest();
      const given = Buffer.from(/^[0-9a-f]{64}$/i.test(signature) ? signature : '', 'hex');
      return given.length === expected.length && timingSafeEqual(given, expected);
    };
  }
  const key = publicKey(account, material.publicKeyPem);
  if (key.asymmetricKeyType !== material.kind)
    throw new InputError(`account ${account}: the public key is not of the kind ${material.kind}`);
  // Ed25519 signs the bytes themselves, without a digest.
  const digest = material.kind === 'rsa' ? 'sha256' : null;
  return (payload, signature) =>
    /^[A-Za-z0-9+/]+={0,2}$/.test(signature) &&
    verify(digest, Buffer.from(payload, 'utf8'), key, Buffer.from(signature, 'base64'));
}

function publicKey(account: string, pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new InputError(
      `account ${account}: a public key cannot be read; allowed: PEM, as BEGIN PUBLIC KEY`,
    );
  }
}
