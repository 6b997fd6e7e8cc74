/** When an actor was started again, and why. */
export interface Restarted {
  /** Its own crash, or that of a sibling that it is started again with. */
  readonly reason: string;
  /** When what it was started again for happened, Unix milliseconds. */
  readonly wallMs: number;
}

export type LastCrash = Restarted;

/** What an actor inherits from the incarnation before it. */
export interface Lineage {
  readonly restarts: number;
  readonly lastCrash: LastCrash | null;
  /** The latest restarts, oldest first. */
  readonly lastRestarts: readonly Restarted[];
}

export const FIRST_OF_ITS_LINE: Lineage = { restarts: 0, lastCrash: null, lastRestarts: [] };

const RESTARTS_KEPT = 8;

/** The lineage after one more restart. */
export const restartedFor = (lineage: Lineage, restarted: Restarted): Lineage => ({
  ...lineage,
  restarts: lineage.restarts + 1,
  lastRestarts: [...lineage.lastRestarts, restarted].slice(-RESTARTS_KEPT),
});
