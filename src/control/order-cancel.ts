import type { z } from 'zod';
import { isBelow, ZERO } from '../domain/decimal.js';
import { isOpen, type Order } from '../domain/order.js';
import { InputError, quoted } from '../platform/input-error.js';
import { unknownSymbols } from '../platform/unknown-symbols.js';
import { type CancelResult, cancelledBy } from './cancel-results.js';
import { cycleAfterCancel, cycleOfOrder } from './cancelled-cycle.js';
import type { ControlDeps } from './deps.js';
import { inTime, NotNow, NotThere } from './in-time.js';
import type { cancelledOrder, orderNamed } from './schemas.js';

/**
 * Cancels orders that rest, at the wish of a person. The trader of each hears of it from the exchange, as it hears of orders that
 * anybody else has cancelled, and goes by the strategy: a cancelled buy is not placed again by itself.
 */

type Named = z.output<typeof orderNamed>;
export type CancelledOrder = z.output<typeof cancelledOrder>;

/** Whom to ask, and where to look. */
export type CancelDeps = Pick<
  ControlDeps,
  'exchange' | 'orderIdPrefix' | 'database' | 'symbols' | 'services' | 'clock' | 'log'
>;

// Whoever asks waits for half a minute, and must not be left without an answer while orders are cancelled.
/** How long after the start another cancel may be begun; the look-ups before them must be done by then as well. */
const BEGIN_MS = 10_000;
/** How long after the start the exchange is waited for: the longest that one request takes, and a look at what became of it. */
const ANSWER_MS = 18_000;
/** How long traders may take, in all, to hear of it and to write down what they do next. */
const HEARD_MS = 3_000;

/**
 * Looks all of them up, then cancels one after the other, for as long as there is time.
 *
 * @returns what became of each, in the order in which they were named; in less than 25 s
 * @throws NotThere, InputError or NotNow, with nothing cancelled, when one is unknown, not ours, has ended, or cannot be looked up
 *   in time
 */
export async function cancelOrders(
  deps: CancelDeps,
  named: readonly Named[],
): Promise<readonly CancelledOrder[]> {
  const { clock } = deps;
  const startMs = clock.monotonicMs();
  const beginByMs = startMs + BEGIN_MS;
  const found = new Map<string, Ours>();
  for (const name of named) {
    const ours = await lookedUp(deps, name, beginByMs);
    found.set(ours.order.clientOrderId, ours);
  }
  const orders = [...found.values()].map(({ order }) => order);
  const results = await cancelledBy(deps, orders, { beginByMs, answerByMs: startMs + ANSWER_MS });
  const heardByMs = clock.monotonicMs() + HEARD_MS;
  const withCycle = async (result: CancelResult, { cycleId }: Ours): Promise<CancelledOrder> => ({
    ...result,
    cycle: await cycleAfterCancel(deps, { ...result, cycleId, heardByMs }),
  });
  return Promise.all([...found.values()].map((ours, at) => withCycle(results[at] as CancelResult, ours)));
}

/** An order that a cycle of ours waits for, or has waited for. */
interface Ours {
  readonly order: Order;
  readonly cycleId: number;
}

async function lookedUp(deps: CancelDeps, named: Named, byMs: number): Promise<Ours> {
  const { clock } = deps;
  const shown = 'orderId' in named ? `${named.orderId} of ${named.symbol}` : quoted(named.clientOrderId);
  const looking = openOrderOfOurs(deps, named, shown);
  return inTime(
    clock,
    byMs - clock.monotonicMs(),
    `nothing was cancelled: the look-up of order ${shown}`,
    looking,
  );
}

async function openOrderOfOurs(deps: CancelDeps, named: Named, shown: string): Promise<Ours> {
  const { exchange, symbols } = deps;
  const symbol =
    'orderId' in named ? named.symbol : (await oursOrRefused(deps, named.clientOrderId, shown)).symbol;
  if (!symbols.has(symbol)) throw unknownSymbols([symbol], symbols.keys());
  const outcome = await exchange.getOrder(symbol, 'orderId' in named ? { orderId: named.orderId } : named);
  if (outcome.kind === 'absent') throw noOrder(shown);
  if (outcome.kind === 'unavailable')
    throw new NotNow(`the exchange does not tell of order ${shown} at the moment; nothing was cancelled`);
  const { order } = outcome;
  // One that was cancelled may go by another client order id since.
  if (!isOpen(order.status))
    throw new InputError(`order ${shown} has ended already: ${progress(order)}; nothing was cancelled`);
  return { order, cycleId: (await oursOrRefused(deps, order.clientOrderId, shown)).id };
}

async function oursOrRefused(deps: CancelDeps, clientOrderId: string, shown: string) {
  const { orderIdPrefix } = deps;
  const cycle = await cycleOfOrder(deps, clientOrderId);
  if (cycle !== null) return cycle;
  if (clientOrderId.startsWith(`${orderIdPrefix}-`)) throw noOrder(shown);
  throw new InputError(
    `order ${shown} is none of this Hedgehog's, whose client order ids begin with ${orderIdPrefix}-; allowed are those alone, and nothing was cancelled`,
  );
}

const noOrder = (shown: string): NotThere =>
  new NotThere(`there is no order ${shown}, and nothing was cancelled; see hedgehog orders --open`);

const progress = ({ status, executedQuantity, quantity }: Order): string =>
  isBelow(ZERO, executedQuantity)
    ? `${status}, ${executedQuantity.toFixed()} of ${quantity.toFixed()}`
    : status;
