export interface LastCrash {
  readonly reason: string;
  readonly wallMs: number;
}

/** What an actor inherits from the incarnation before it. */
export interface Lineage {
  readonly restarts: number;
  readonly lastCrash: LastCrash | null;
}

export const FIRST_OF_ITS_LINE: Lineage = { restarts: 0, lastCrash: null };
