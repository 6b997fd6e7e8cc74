/** A stretch of time, in Unix milliseconds; both ends belong to it. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}
