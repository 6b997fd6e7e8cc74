import type { z } from 'zod';
import { isOpen } from '../domain/order.js';
import { holdingOf } from '../strategy/holding.js';
import { type Position, workingLeg } from '../strategy/position.js';
import { type RecordedCycle, recordedCycle } from '../warehouse/cycle-rows.js';
import { wait } from '../warehouse/retry.js';
import type { ControlDeps } from './deps.js';
import type { cancelledOrder } from './schemas.js';

type CancelledOrder = z.output<typeof cancelledOrder>;
type ShownCycle = CancelledOrder['cycle'];
type Deps = Pick<ControlDeps, 'orderIdPrefix' | 'database' | 'services' | 'clock'>;

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

/** What the cycle of an order that was cancelled has become, as soon as its trader has heard of it. */
export async function cycleAfterCancel(
  { database, services, clock }: Deps,
  {
    cycleId,
    clientOrderId,
    outcome,
    heardByMs,
  }: Pick<CancelledOrder, 'clientOrderId' | 'outcome'> & {
    readonly cycleId: number;
    readonly heardByMs: number;
  },
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
