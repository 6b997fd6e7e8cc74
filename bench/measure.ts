/** What a number was over several runs. */
export interface Spread {
  readonly n: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws when there are no samples. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error('a spread needs at least one sample');
  const lower = sorted.length % 2 === 0 ? (sorted[middle - 1] as number) : upper;
  return {
    n: sorted.length,
    median: (lower + upper) / 2,
    min: sorted[0] as number,
    max: sorted.at(-1) as number,
  };
}

/** One run of one contender: does the work and returns the figure it is compared by. */
export type Run = () => number | Promise<number>;
export type Samples<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/**
 * Runs contenders by turns, so that whatever else the machine does hits all of them alike: rounds to warm up, whose figures
 * are dropped, then `rounds` that count. Every other round goes backwards, so that nobody always runs in another's wake.
 */
export async function interleaved<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, Run>>,
  warmUps = 1,
): Promise<Samples<Name>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figure = await contenders[name]();
      if (round >= 0) samples[name].push(figure);
    }
  }
  return samples;
}

/** The ratio within each round: steadier than a ratio of medians when the machine slows down for a while. */
export const ratios = (of: readonly number[], to: readonly number[]): number[] =>
  of.map((value, round) => value / (to[round] as number));

/** How many times a second `work` does what it does `count` times. */
export async function perSecond(count: number, work: () => void | Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - startMs);
}

/** The value that so many per cent of the samples do not exceed. Throws when there are no samples. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
  if (value === undefined) throw new Error('a percentile needs at least one sample');
  return value;
}
