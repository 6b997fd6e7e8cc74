import type { ActorSnapshot } from '../../otp/inspector.js';

/** More than these are counted. */
const MOST_NAMES = 6;

/** As the API tells it. */
export interface Killed {
  readonly path: string;
  readonly kind: string;
}

/** What was seen of a killed actor afterwards. */
export interface Recovery {
  /** How long after it was killed it ran again, in milliseconds; null when it was not seen to. */
  readonly runsAgainMs: number | null;
  /** Paths of the others that were started again since. */
  readonly restartedWithIt: readonly string[];
  /** Paths of those that are not back. */
  readonly missing: readonly string[];
}

/** Two looks at all actors. */
interface Looks {
  readonly before: readonly ActorSnapshot[];
  readonly after: readonly ActorSnapshot[];
  /** At least so long after the first look the second one was. */
  readonly elapsedMs: number;
}

/** What the second look shows of the actor, which was killed in between. */
export function recoveryIn({ path }: Killed, { before, after, elapsedMs }: Looks): Recovery {
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

/** Whether nobody else was started again since. */
export const isSame = (one: Recovery, other: Recovery | undefined): boolean =>
  one.restartedWithIt.join() === other?.restartedWithIt.join();

/** As a person reads it. */
export function recoveryText({ path }: Killed, { runsAgainMs, restartedWithIt }: Recovery): string {
  const isBack = runsAgainMs === null ? '' : `; it runs again, after ${runsAgainMs} ms`;
  return [`${path} is killed${isBack}`, ...withIt(restartedWithIt)].join('\n');
}

function withIt(paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return [];
  if (paths.length > MOST_NAMES) return [`started again with it: ${paths.length} others`];
  return [`started again with it: ${paths.map((path) => path.split('/').at(-1)).join(', ')}`];
}
