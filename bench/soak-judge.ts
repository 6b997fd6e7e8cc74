import { spreadOf } from './measure.js';
import type { Sample } from './soak-engine.js';

export interface Verdict {
  readonly name: keyof Sample;
  readonly unit: string;
  /** Medians of the second and of the last quarter of the run. */
  readonly early: number;
  readonly late: number;
  /** The least squares line through the second half, from its start to its end. */
  readonly rise: number;
  /** What `late` may be at most. */
  readonly most: number;
  readonly isFlat: boolean;
}

/** How much more of it there may be at the end than before: a part of what there was, and so much besides. */
interface Allowance {
  readonly unit: string;
  readonly part: number;
  readonly plus: number;
}

const count = (plus: number): Allowance => ({ unit: '', part: 0.1, plus });

/** Messages, calls and what waits to be stored come and go with the load, and so do timers. */
const ALLOWED: Readonly<Record<keyof Sample, Allowance>> = {
  heap: { unit: 'MB', part: 0.1, plus: 2 },
  external: { unit: 'MB', part: 0.25, plus: 4 },
  resident: { unit: 'MB', part: 0.15, plus: 16 },
  actors: count(5),
  waitingMessages: count(200),
  openCalls: count(20),
  names: count(2),
  topics: count(0),
  subscribers: count(5),
  timers: count(20),
  sockets: count(5),
  handles: count(20),
  connections: count(2),
  // Bounded by itself, and far from full after a short run.
  logLines: count(2_000),
  tradesHeld: count(1_000),
};

/**
 * Judges whether what is held stays the same. The first quarter does not count: caches that are bounded fill up, and code is
 * compiled.
 *
 * @param samples at even distances over the whole run, at least eight
 */
export function judged(samples: readonly Sample[]): readonly Verdict[] {
  const quarter = Math.floor(samples.length / 4);
  if (quarter < 2) throw new Error('a verdict needs at least eight samples');
  return (Object.keys(ALLOWED) as (keyof Sample)[]).map((name) => {
    const values = samples.map((sample) => sample[name]);
    const { unit, part, plus } = ALLOWED[name];
    const early = spreadOf(values.slice(quarter, 2 * quarter)).median;
    const late = spreadOf(values.slice(-quarter)).median;
    const most = early * (1 + part) + plus;
    return { name, unit, early, late, rise: riseOf(values.slice(-2 * quarter)), most, isFlat: late <= most };
  });
}

function riseOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [index, value] of values.entries()) {
    above += (index - middle) * (value - mean);
    below += (index - middle) ** 2;
  }
  return (above / below) * (values.length - 1);
}
