/**
 * How long something took, counted in buckets: a few comparisons for each time, since it may be noted for every trade. It is kept
 * outside of the actors that note in it, and so goes on counting when they are started again.
 */
export class Durations {
  sumMs = 0;
  count = 0;
  /** How many were at most as long as the bound at the same place, and longer than the one before it; the last: longer than all. */
  readonly counts: number[];

  /** @param boundsMs ascending */
  constructor(readonly boundsMs: readonly number[]) {
    this.counts = [...boundsMs, Number.POSITIVE_INFINITY].map(() => 0);
  }

  /** @param ms what is negative, as between two clocks, counts as 0 */
  note(ms: number): void {
    const least = ms > 0 ? ms : 0;
    let bucket = 0;
    while (bucket < this.boundsMs.length && least > (this.boundsMs[bucket] as number)) bucket++;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.sumMs += least;
    this.count++;
  }
}
