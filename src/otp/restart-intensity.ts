/** How many restarts in how long a supervisor takes before it gives up itself. Elixir's defaults: 3 in 5 s. */
export interface RestartIntensity {
  readonly maxRestarts: number;
  readonly periodMs: number;
}

export const DEFAULT_INTENSITY: RestartIntensity = { maxRestarts: 3, periodMs: 5_000 };

/** `3 in 5 s` */
export const describeIntensity = ({ maxRestarts, periodMs }: RestartIntensity): string =>
  `${maxRestarts} in ${periodMs / 1_000} s`;

/**
 * Judges one more restart.
 *
 * @param pastMs monotonic times of earlier restarts, ascending
 * @param nowMs monotonic time of this one
 * @returns the restarts that still count, this one included, and whether they are too many
 */
export function judgeRestart(
  pastMs: readonly number[],
  nowMs: number,
  { maxRestarts, periodMs }: RestartIntensity,
): { readonly recentMs: readonly number[]; readonly exceeded: boolean } {
  const recentMs = [...pastMs.filter((ms) => ms >= nowMs - periodMs), nowMs];
  return { recentMs, exceeded: recentMs.length > maxRestarts };
}

/** The crash of a supervisor whose child kept crashing. */
export class RestartIntensityExceeded extends Error {
  override readonly name = 'RestartIntensityExceeded';
  constructor(child: string, { maxRestarts, periodMs }: RestartIntensity, cause: unknown) {
    super(`${child} needed more than ${maxRestarts} restarts in ${periodMs / 1_000} s`, { cause });
  }

  /** Which child, how often in how long, and why the last time: of the actor that crashed, however far below it was. */
  get story(): string {
    const { message, cause } = this;
    if (cause instanceof RestartIntensityExceeded) return `${message}; ${cause.story}`;
    const last = cause instanceof Error ? cause.message : String(cause);
    return `${message}, the last time for: ${last}`;
  }
}
