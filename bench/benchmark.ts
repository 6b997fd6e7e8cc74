import type { Figure } from './report.js';

/** How thoroughly to measure, and with what. */
export interface Effort {
  /** Short runs: to see that everything works and roughly where the figures lie. */
  readonly isQuick: boolean;
  /** A folder with `tapes/`: real tapes, which are no part of the project. */
  readonly tapesFolder: string | undefined;
  /** Told what is being measured. */
  readonly tell: (progress: string) => void;
}

/** Measures something several times. Throws when what it measures does not do its work right. */
export type Benchmark = (effort: Effort) => Promise<readonly Figure[]>;
