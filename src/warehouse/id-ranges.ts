import type { IdRange } from '../domain/id-range.js';

/** A set of ids, kept as ranges that merge: it grows with the gaps between its ids, not with their number. */
export class IdRanges {
  /** Ascending; no two touch. */
  private ranges: IdRange[] = [];

  get isEmpty(): boolean {
    return this.ranges.length === 0;
  }

  /** How many ids. */
  get count(): number {
    return this.ranges.reduce((total, { from, to }) => total + to - from + 1, 0);
  }

  list(): readonly IdRange[] {
    return [...this.ranges];
  }

  add(from: number, to: number): void {
    const start = this.firstEndingAtOrAfter(from - 1);
    let end = start;
    let merged: IdRange = { from, to };
    for (
      let range = this.ranges[end];
      range !== undefined && range.from <= to + 1;
      range = this.ranges[end]
    ) {
      merged = { from: Math.min(merged.from, range.from), to: Math.max(merged.to, range.to) };
      end++;
    }
    this.ranges.splice(start, end - start, merged);
  }

  remove(from: number, to: number): void {
    const start = this.firstEndingAtOrAfter(from);
    const left: IdRange[] = [];
    let end = start;
    for (let range = this.ranges[end]; range !== undefined && range.from <= to; range = this.ranges[end]) {
      if (range.from < from) left.push({ from: range.from, to: from - 1 });
      if (range.to > to) left.push({ from: to + 1, to: range.to });
      end++;
    }
    this.ranges.splice(start, end - start, ...left);
  }

  private firstEndingAtOrAfter(id: number): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ranges[middle] as IdRange).to < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
