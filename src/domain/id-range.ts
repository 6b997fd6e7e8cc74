/** Ids from one to another, both included. */
export interface IdRange {
  readonly from: number;
  readonly to: number;
}

/** `5-10,12` */
export const describeRanges = (ranges: readonly IdRange[]): string =>
  ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
