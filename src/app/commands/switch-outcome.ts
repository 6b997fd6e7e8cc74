import { NoHedgehogRuns } from '../../control/client.js';
import type { StandingRow } from '../../control/standing.js';
import { systemClock } from '../../platform/system-clock.js';
import { wait } from '../../warehouse/retry.js';
import type { TradingStatus } from '../../warehouse/schema.js';
import type { Desk, FollowedBy, SwitchRequest } from './desk/desk.js';

const LOOK_AGAIN_MS = 100;

/** How what was switched stands. */
export interface Seen {
  readonly followedBy: FollowedBy;
  readonly ended: boolean;
  readonly rows: ReadonlyMap<string, StandingRow>;
  readonly openCycles: ReadonlyMap<string, number>;
}

const NOTHING: Pick<Seen, 'rows' | 'openCycles'> = { rows: new Map(), openCycles: new Map() };
const ENDED: Seen = { followedBy: null, ended: true, ...NOTHING };

/** Without a look. */
export const unseen = async (desk: Desk): Promise<Seen> => ({
  followedBy: await desk.followedBy(),
  ended: false,
  ...NOTHING,
});

/** Looks until everything stands as it will for a while, or the time is over. */
export async function become(
  desk: Desk,
  request: SwitchRequest,
  { followed, untilMs }: { readonly followed: boolean; readonly untilMs: number },
): Promise<Seen> {
  const first = await unseen(desk);
  if (first.followedBy === null) return first;
  try {
    for (;;) {
      const isOver = systemClock.monotonicMs() >= untilMs;
      const rows = await rowsOf(desk, request);
      const followedBy = await desk.followedBy();
      if (followedBy === null) return ENDED;
      if (isOver || [...rows.values()].every((row) => isSettled(row, request.status, followed))) {
        const openCycles = request.status === 'shutdown' ? await desk.openCycles() : NOTHING.openCycles;
        return { followedBy, ended: false, rows, openCycles };
      }
      await wait(systemClock, LOOK_AGAIN_MS);
    }
  } catch (error) {
    if (error instanceof NoHedgehogRuns) return ENDED;
    throw error;
  }
}

async function rowsOf(
  desk: Desk,
  { service, topic, symbols }: SwitchRequest,
): Promise<ReadonlyMap<string, StandingRow>> {
  const asked = new Set(symbols);
  const rows = (await desk.list(service)).filter(
    (row) => asked.has(row.symbol) && row.topic === (topic ?? null),
  );
  return new Map(rows.map((row) => [row.symbol, row]));
}

/** @param followed what was given up was so under this very wish; otherwise perhaps under an earlier one */
function isSettled({ status, state }: StandingRow, wanted: TradingStatus, followed: boolean): boolean {
  if (status === 'off') return state === null;
  // Somebody else has switched it meanwhile.
  if (status !== wanted) return true;
  if (status === 'shutdown') return false;
  return state === 'running' || (state === 'given-up' && followed);
}
