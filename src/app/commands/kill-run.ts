import type { ControlClient } from '../../control/client.js';
import { type ActorSnapshot, withDescendants } from '../../otp/inspector.js';
import { InputError } from '../../platform/input-error.js';
import { MachineError } from '../../platform/machine-error.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { wait } from '../../warehouse/retry.js';
import { isSame, type Killed, type Recovery, recoveryIn, recoveryText } from './kill-recovery.js';
import { hedgehogToAsk } from './running-hedgehog.js';
import { say } from './say.js';

const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/**
 * Has an actor crash, and waits until it and those that its supervisor names with it run again.
 *
 * @throws InputError when none runs, or for an actor that there is not
 * @throws MachineError when they are not back within five seconds
 */
export async function kill(pathOrName: string, asJson: boolean): Promise<void> {
  const hedgehog = hedgehogToAsk('full');
  const before = await everyActor(hedgehog);
  const knownMs = systemClock.monotonicMs();
  const killed = await hedgehog.post<Killed>('/v1/kill', { path: pathOrName });
  const recovery = await stayAlive(() => recoveryOf(killed, before, knownMs));
  say(asJson ? JSON.stringify({ ...killed, ...recovery }) : recoveryText(killed, recovery));
  if (recovery.missing.length > 0) {
    throw new MachineError(
      `not back within ${PATIENCE_MS / 1_000} seconds: ${recovery.missing.join(', ')}; hedgehog logs tells why`,
    );
  }
}

async function recoveryOf(
  killed: Killed,
  before: readonly ActorSnapshot[],
  knownMs: number,
): Promise<Recovery> {
  let seen: Recovery | undefined;
  let failure: Error | undefined;
  while (systemClock.monotonicMs() - knownMs < PATIENCE_MS) {
    const last = seen;
    const elapsedMs = systemClock.monotonicMs() - knownMs;
    try {
      // Found anew each time: what answers may be among the killed.
      const after = await everyActor(hedgehogToAsk('read'));
      seen = recoveryIn(killed, { before, after, elapsedMs });
      failure = undefined;
    } catch (error) {
      if (!(error instanceof InputError || error instanceof MachineError)) throw error;
      failure = error;
    }
    // One that ends with it may not have ended yet, so twice the same.
    if (failure === undefined && seen?.missing.length === 0 && isSame(seen, last)) return seen;
    await wait(systemClock, LOOK_AGAIN_MS);
  }
  if (seen === undefined || failure !== undefined)
    throw new MachineError(`${killed.path} is killed, and ${failure?.message ?? 'nothing more is known'}`);
  return seen;
}

async function everyActor(hedgehog: ControlClient): Promise<readonly ActorSnapshot[]> {
  const { actors } = await hedgehog.get<{ readonly actors: readonly ActorSnapshot[] }>('/v1/inspect');
  return withDescendants(actors);
}
