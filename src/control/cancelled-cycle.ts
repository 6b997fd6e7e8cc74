import type { z } from 'zod';
import { isOpen } from '../domain/order.js';
import { CallFailed } from '../otp/index.js';
import { messageOf } from '../platform/error-facts.js';
import { holdingOf } from '../strategy/holding.js';
import { type Position, workingLeg } from '../strategy/position.js';
import { type RecordedCycle, recordedCycle } from '../warehouse/cycle-rows.js';
import { isConnectionError, wait } from '../warehouse/retry.js';
import type { ControlDeps } from './deps.js';
import { inTime, NotNow } from './in-time.js';
import type { cancelledOrder } from './schemas.js';

type CancelledOrder = z.output<typeof cancelledOrder>;
type ShownCycle = CancelledOrder['cycle'];
type Deps = Pick<ControlDeps, 'orderIdPrefix' | 'database' | 'services' | 'clock' | 'log'>;

const LOOK_AGAIN_MS = 50;

/** The cycle that an order of ours is of, by its client order id; null when it is none of ours. */
export async function cycleOfOrder(
  { orderIdPrefix, database }: Pick<Deps, 'orderIdPrefix' | 'database'>,
  clientOrderId: string,
): Promise<RecordedCycle | null> {
  const [, prefix, id] = /^(.+)-(\d{1,15})-[BS]\d+$/.exec(clientOrderId) ?? [];
  const cycle = id === undefined ? null : await recordedCycle(database.kysely, Number(id));
  if (cycle === null || prefix === orderIdPrefix) return cycle;
  // A database's prefix may change while orders of the one before rest; their cycles know them.
  return workingLeg(cycle.position)?.request.clientOrderId === clientOrderId ? cycle : null;
}

/** How long a look that was begun in time may take. */
const LOOK_MS = 1_000;

interface Awaited {
  readonly cycleId: number;
  readonly clientOrderId: string;
  readonly outcome: CancelledOrder['outcome'];
  /** On the clock's monotonic time. */
  readonly heardByMs: number;
}

/**
 * What the cycle of an order that was cancelled has become, as soon as its trader has heard of it; null when that cannot be told
 * at the moment.
 */
export async function cycleAfterCancel(deps: Deps, awaited: Awaited): Promise<ShownCycle> {
  const { clock, log } = deps;
  const { cycleId, clientOrderId, heardByMs } = awaited;
  try {
    const leftMs = heardByMs + LOOK_MS - clock.monotonicMs();
    return await inTime(clock, leftMs, 'the database or trading', cycleOnceHeard(deps, awaited));
  } catch (error) {
    // What became of the order is known, and must not be lost because its cycle cannot be looked at.
    if (!isAway(error)) throw error;
    const reason = messageOf(error);
    log.warn(`control: what comes of cycle ${cycleId} cannot be told`, { cycleId, clientOrderId, reason });
    return null;
  }
}

async function cycleOnceHeard(
  { database, services, clock }: Deps,
  { cycleId, clientOrderId, outcome, heardByMs }: Awaited,
): Promise<ShownCycle> {
  for (;;) {
    const cycle = await recordedCycle(database.kysely, cycleId);
    if (cycle === null) return null;
    const isTraded = (await services.trading.list()).some(
      ({ name, state }) => name === cycle.symbol && state !== 'given-up',
    );
    const isHeard = !waitsFor(cycle.position, clientOrderId);
    const isOpenStill = outcome === 'open' && !isHeard;
    if (isHeard || isOpenStill || !isTraded || clock.monotonicMs() >= heardByMs) {
      const { phase } = cycle.position;
      const comes = isOpenStill ? 'it waits for the order as before' : next(cycle, isHeard, isTraded);
      return { cycleId: cycle.id, phase, isTraded, next: comes };
    }
    await wait(clock, LOOK_AGAIN_MS);
  }
}

function waitsFor(position: Position, clientOrderId: string): boolean {
  const leg = workingLeg(position);
  return leg !== null && leg.request.clientOrderId === clientOrderId && isOpen(leg.status);
}

/** Whether it is no defect: the database or an actor is not there at the moment, or does not answer in time. */
const isAway = (error: unknown): boolean =>
  error instanceof NotNow || error instanceof CallFailed || isConnectionError(error);

/** What comes next, by the strategy. */
function next({ symbol, position }: RecordedCycle, isHeard: boolean, isTraded: boolean): string {
  if (!isHeard)
    return isTraded
      ? 'its trader has not heard of it yet'
      : `${symbol} is not traded at the moment; its trader looks the order up when that is started`;
  const until = `until the settings or the rules of ${symbol} change, or its trading is started again`;
  switch (position.phase) {
    case 'buy-parked':
      return `nothing is bought in its place ${until}`;
    case 'sell-parked':
      return `it holds ${holdingOf(position).quantity.toFixed()}, and does not sell it ${until}`;
    case 'flat':
    case 'buying':
      return 'it goes on to buy';
    case 'selling':
      return 'it sells what was bought';
    case 'closed':
      return 'it has ended';
  }
}
