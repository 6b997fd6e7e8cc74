import type { ControlClient } from '../../control/client.js';
import type { ActorSnapshot } from '../../otp/inspector.js';
import { InputError } from '../../platform/input-error.js';
import { MachineError } from '../../platform/machine-error.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { wait } from '../../warehouse/retry.js';
import { hedgehogToAsk } from './running-hedgehog.js';
import { say } from './say.js';

const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 50;
/** More than these are counted. */
const MOST_NAMES = 6;

interface Killed {
  readonly path: string;
  readonly kind: string;
}

/** What was seen of a killed actor afterwards. */
interface Recovery {
  /** How long after it was killed it ran again, in milliseconds; null when it was not seen to. */
  readonly runsAgainMs: number | null;
  /** Paths of the others that were started again since. */
  readonly restartedWithIt: readonly string[];
  /** Paths of those that are not back. */
  readonly missing: readonly string[];
}

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
      seen = compared(killed, { before, after, elapsedMs });
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

interface Looks {
  readonly before: readonly ActorSnapshot[];
  readonly after: readonly ActorSnapshot[];
  /** At least so long after the first look the second one was. */
  readonly elapsedMs: number;
}

function compared({ path }: Killed, { before, after, elapsedMs }: Looks): Recovery {
  const now = new Map(after.map((actor) => [actor.path, actor]));
  const isAnew = (actor: ActorSnapshot): boolean => {
    const uptimeMs = now.get(actor.path)?.uptimeMs;
    return uptimeMs !== undefined && uptimeMs < actor.uptimeMs + elapsedMs;
  };
  const anew = before.filter(isAnew).map((actor) => actor.path);
  const lasting = before.filter((actor) => actor.path === path || !ENDS_BY_ITSELF.has(actor.kind));
  const runsAgain = anew.includes(path);
  return {
    runsAgainMs: runsAgain ? Math.max(0, Math.round(elapsedMs - (now.get(path)?.uptimeMs ?? 0))) : null,
    restartedWithIt: anew.filter((other) => other !== path),
    missing: lasting
      .map((actor) => actor.path)
      .filter((lastingPath) => !now.has(lastingPath) || (lastingPath === path && !runsAgain)),
  };
}

/** A trader with its cycle, a task with its work; a publisher when all is published. */
const ENDS_BY_ITSELF: ReadonlySet<string> = new Set(['Trader', 'Task', 'Publisher']);

const isSame = (one: Recovery, other: Recovery | undefined): boolean =>
  one.restartedWithIt.join() === other?.restartedWithIt.join();

function recoveryText({ path }: Killed, { runsAgainMs, restartedWithIt }: Recovery): string {
  const isBack = runsAgainMs === null ? '' : `; it runs again, after ${runsAgainMs} ms`;
  return [`${path} is killed${isBack}`, ...withIt(restartedWithIt)].join('\n');
}

function withIt(paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return [];
  if (paths.length > MOST_NAMES) return [`started again with it: ${paths.length} others`];
  return [`started again with it: ${paths.map((path) => path.split('/').at(-1)).join(', ')}`];
}

async function everyActor(hedgehog: ControlClient): Promise<readonly ActorSnapshot[]> {
  const { actors } = await hedgehog.get<{ readonly actors: readonly ActorSnapshot[] }>('/v1/inspect');
  return withDescendants(actors);
}

const withDescendants = (actors: readonly ActorSnapshot[]): readonly ActorSnapshot[] =>
  actors.flatMap((actor) => [actor, ...withDescendants(actor.children)]);
