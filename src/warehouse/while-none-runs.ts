import { InputError } from '../platform/input-error.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Database } from './database.js';
import { type LockHolder, shownHolder } from './lock-holder.js';
import { runningHolder, takeRunningLock } from './running-lock.js';

export interface WhileNoneRunsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who does it. */
  readonly holder: LockHolder;
  /** What a Hedgehog is to be stopped before: `something is restored there`. */
  readonly before: string;
}

/**
 * Does what must not be done under a Hedgehog that runs: none runs on the database, and none can be started until it is done.
 *
 * @param work asks whether one was started all the same, while our connection was away
 * @throws InputError when one runs
 */
export async function whileNoneRuns<T>(
  database: Database,
  { clock, log, holder, before }: WhileNoneRunsOptions,
  work: (isLost: () => boolean) => Promise<T>,
): Promise<T> {
  let isLost = false;
  const lock = await takeRunningLock(database, {
    ...{ clock, log, holder, patienceMs: 0 },
    onLost: () => {
      isLost = true;
    },
  });
  if (lock === null) {
    const running = await runningHolder(database.kysely);
    const who = running === null ? '' : ` (${shownHolder(running)})`;
    throw new InputError(`a Hedgehog runs on this database${who}; stop it before ${before}`);
  }
  try {
    return await work(() => isLost);
  } finally {
    lock.release();
  }
}
