import type { z } from 'zod';
import { isOpen } from '../domain/order.js';
import { holdingOf } from '../strategy/holding.js';
import { type Position, workingLeg } from '../strategy/position.js';
import { type RecordedCycle, recordedCycle } from '../warehouse/cycle-rows.js';
import { wait } from '../warehouse/retry.js';
import type { ControlDeps } from './deps.js';
import type { cancelledOrder } from './schemas.js';

type ShownCycle = z.output<typeof cancelledOrder>['cycle'];
type Deps = Pick<ControlDeps, 'orderIdPrefix' | 'database' | 'services' | 'clock'>;

/** How long the trader may take to hear of it and to write down what it does next. */
const HEARD_MS = 3_000;
const LOOK_AGAIN_MS = 50;

/** The cycle that an order is of, by its client order id; null when there is none. */
export async function cycleOfOrder(
  { orderIdPrefix, database }: Pick<Deps, 'orderIdPrefix' | 'database'>,
  clientOrderId: string,
): Promise<RecordedCycle | null> {
  if (!clientOrderId.startsWith(`${orderIdPrefix}-`)) return null;
  const [, id] = /^(\d{1,15})-[BS]\d+$/.exec(clientOrderId.slice(orderIdPrefix.length + 1)) ?? [];
  return id === undefined ? null : recordedCycle(database.kysely, Number(id));
}

/** What the cycle of an order that was cancelled has become, as soon as its trader has heard of it. */
export async function cycleAfterCancel(deps: Deps, clientOrderId: string): Promise<ShownCycle> {
  const { services, clock } = deps;
  const untilMs = clock.monotonicMs() + HEARD_MS;
  for (;;) {
    const cycle = await cycleOfOrder(deps, clientOrderId);
    if (cycle === null) return null;
    const isTraded = (await services.trading.list()).some(
      ({ name, state }) => name === cycle.symbol && state !== 'given-up',
    );
    const isHeard = !waitsFor(cycle.position, clientOrderId);
    if (isHeard || !isTraded || clock.monotonicMs() >= untilMs) {
      const { phase } = cycle.position;
      return { cycleId: cycle.id, phase, isTraded, next: next(cycle, isHeard, isTraded) };
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
