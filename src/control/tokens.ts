import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { codeOf } from '../platform/error-facts.js';
import { randomId } from '../platform/random-id.js';
import type { ControlPlaces } from './control-places.js';

/** What a request may do: look, or change things too. */
export type Access = 'read' | 'full';

const BYTES = 32;
const SHAPE = /^[\w-]{43}$/;

/** The two tokens of the API. Neither is ever shown, logged or compared letter by letter. */
export class Tokens {
  private readonly digests: readonly (readonly [Access, Buffer])[];

  private constructor(full: string, read: string) {
    this.digests = [
      ['full', digest(full)],
      ['read', digest(read)],
    ];
  }

  /** Reads them; one that is missing, damaged or open to others is made anew. */
  static keptIn({ fullToken, readToken }: ControlPlaces): Tokens {
    return new Tokens(tokenIn(fullToken), tokenIn(readToken));
  }

  /** What the header `Authorization: Bearer <token>` allows; null when it is no token of ours. */
  accessOf(header: string | undefined): Access | null {
    const [, given] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? [];
    if (given === undefined) return null;
    const presented = digest(given);
    let access: Access | null = null;
    // Both are looked at, whichever it is.
    for (const [kind, expected] of this.digests) if (timingSafeEqual(presented, expected)) access = kind;
    return access;
  }
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

function tokenIn(file: string): string {
  const known = privateText(file);
  if (known !== undefined && SHAPE.test(known)) return known;
  const token = randomBytes(BYTES).toString('base64url');
  // Complete when it takes its name, and never what somebody else has put there.
  const partial = `${file}.${randomId(4)}`;
  writeFileSync(partial, `${token}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(partial, file);
  return token;
}

/** What is in a file that nobody else can read; undefined when there is none, or others may have read or made it. */
function privateText(file: string): string | undefined {
  let opened: number;
  try {
    opened = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return undefined;
    throw error;
  }
  try {
    const { mode, uid } = fstatSync(opened);
    const isPrivate = (mode & 0o077) === 0 && uid === process.getuid?.();
    return isPrivate ? readFileSync(opened, 'utf8').trim() : undefined;
  } finally {
    closeSync(opened);
  }
}
