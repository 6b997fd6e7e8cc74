import { NoHedgehogRuns } from '../../control/client.js';
import type { StandingRow } from '../../control/standing.js';
import { MachineError } from '../../platform/machine-error.js';
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
  for (;;) {
    const isOver = systemClock.monotonicMs() >= untilMs;
    const seen = await look(desk, request, (rows) => isOver || areSettled(rows, request, followed));
    if (seen !== null) return seen;
    if (isOver) return first;
    await wait(systemClock, LOOK_AGAIN_MS);
  }
}

/**
 * Null when there is more to wait for, or it cannot be looked at for the moment, as while its database is away: the switch is
 * made all the same.
 */
async function look(
  desk: Desk,
  request: SwitchRequest,
  isEnough: (rows: Seen['rows']) => boolean,
): Promise<Seen | null> {
  try {
    const rows = await rowsOf(desk, request);
    const followedBy = await desk.followedBy();
    if (followedBy === null) return ENDED;
    if (!isEnough(rows)) return null;
    const openCycles = request.status === 'shutdown' ? await desk.openCycles() : NOTHING.openCycles;
    return { followedBy, ended: false, rows, openCycles };
  } catch (error) {
    if (error instanceof NoHedgehogRuns) return ENDED;
    if (error instanceof MachineError) return null;
    throw error;
  }
}

const areSettled = (rows: Seen['rows'], { status }: SwitchRequest, followed: boolean): boolean =>
  [...rows.values()].every((row) => isSettled(row, status, followed));

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
