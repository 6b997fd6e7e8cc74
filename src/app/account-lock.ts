import { createHash } from 'node:crypto';
import { InputError } from '../platform/input-error.js';
import { lockAddress, type MachineLock, takeMachineLock } from '../platform/machine-lock.js';
import type { Clock } from '../ports/clock.js';
import { type LockHolder, shownHolder } from '../warehouse/lock-holder.js';
import { wait } from '../warehouse/retry.js';
import type { RemoteExchange } from './exchange-choice.js';

export interface AccountLockOptions {
  readonly exchange: RemoteExchange;
  readonly holder: LockHolder;
  /** Without a password. */
  readonly database: string;
  readonly clock: Clock;
  /** How long to wait for a process that is about to end. */
  readonly patienceMs?: number;
}

const TRY_AGAIN_MS = 200;

/**
 * Lets one Hedgehog of this machine trade on an account at a time, whatever its database: two would spend the same balance, and
 * each would take the other's orders for nobody's.
 *
 * @throws InputError saying which process trades on the account
 */
export async function takeAccountLock(options: AccountLockOptions): Promise<MachineLock> {
  const { exchange, holder, database, clock, patienceMs = 2_000 } = options;
  const address = lockAddress(accountId(exchange));
  const told = `${shownHolder(holder)}, with the database ${database}`;
  const deadline = clock.monotonicMs() + patienceMs;
  for (;;) {
    const taken = await takeMachineLock(address, told);
    if (!('heldBy' in taken)) return taken;
    if (clock.monotonicMs() >= deadline) throw refusal(exchange, taken.heldBy);
    await wait(clock, TRY_AGAIN_MS);
  }
}

const refusal = ({ name, endpoints }: RemoteExchange, heldBy: string): InputError =>
  new InputError(
    `a Hedgehog trades on this account of ${name} (${endpoints.rest}) already: ${heldBy || 'a process that does not answer'}. ` +
      'Two would spend the same balance; stop that one first, or give this one another account',
  );

/** The same for the same API key at the same endpoint; the key cannot be found from it. */
function accountId({ endpoints, credentials }: RemoteExchange): string {
  const { protocol, port, hostname, pathname } = new URL(endpoints.rest);
  const host = LOOPBACK.test(hostname) ? 'localhost' : hostname;
  return createHash('sha256')
    .update([protocol, host, port, pathname, credentials.revealApiKey()].join('\n'))
    .digest('hex')
    .slice(0, 32);
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;
