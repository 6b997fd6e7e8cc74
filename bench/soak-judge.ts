import { spreadOf } from './measure.js';
import type { Sample } from './soak-engine.js';

export interface Quarter {
  readonly samples: readonly Sample[];
  readonly calm: readonly Sample[];
  /** That closed in it. */
  readonly cycles: number;
}

export interface Verdict {
  readonly name: keyof Sample;
  readonly unit: string;
  /** Medians of the calm end of each quarter of the run. */
  readonly calm: readonly number[];
  /** Of the second quarter, and of the last. */
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
 * Judges whether what is held stays the same, by what is held while nothing goes wrong: so what is still being caught up with
 * does not count, and what never is does. The first quarter does not count: caches that are bounded fill up, and code is
 * compiled.
 *
 * @param quarters of the run: samples at even distances, and of those the ones at its calm end
 */
export function judged(quarters: readonly Quarter[]): readonly Verdict[] {
  return (Object.keys(ALLOWED) as (keyof Sample)[]).map((name) => {
    const { unit, part, plus } = ALLOWED[name];
    const calm = quarters.map((quarter) => spreadOf(quarter.calm.map((sample) => sample[name])).median);
    const [, early = 0] = calm;
    const late = calm.at(-1) ?? 0;
    const most = early * (1 + part) + plus;
    const later = quarters.slice(-2).flatMap(({ samples }) => samples.map((sample) => sample[name]));
    return { name, unit, calm, early, late, rise: riseOf(later), most, isFlat: late <= most };
  });
}

/** Whether as much is traded at the end as before: half as many cycles close in the last quarter as in the second. */
export function stillTrades(quarters: readonly Quarter[]): boolean {
  const early = quarters[1]?.cycles ?? 0;
  return early > 0 && (quarters.at(-1)?.cycles ?? 0) >= early / 2;
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
