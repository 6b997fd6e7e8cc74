import type { z } from 'zod';
import { isBelow, ZERO } from '../domain/decimal.js';
import { isOpen, type Order } from '../domain/order.js';
import { InputError, quoted } from '../platform/input-error.js';
import type { CancelOutcome, LookupOutcome, OrderKey } from '../ports/exchange.js';
import { wait } from '../warehouse/retry.js';
import { unknownSymbols } from '../warehouse/unknown-symbols.js';
import { cycleAfterCancel, cycleOfOrder } from './cancelled-cycle.js';
import type { ControlDeps } from './deps.js';
import { NotNow, NotThere } from './in-time.js';
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

/** How long the exchange is asked for what became of a cancel whose outcome is unknown. */
const LOOK_MS = 5_000;

/**
 * Looks all of them up, then cancels one after the other.
 *
 * @returns what became of each, in the order in which they were named
 * @throws NotThere, InputError or NotNow, with nothing cancelled, when one is unknown, not ours, has ended, or cannot be looked up
 */
export async function cancelOrders(
  deps: CancelDeps,
  named: readonly Named[],
): Promise<readonly CancelledOrder[]> {
  const found: Order[] = [];
  for (const name of named) found.push(await openOrderOfOurs(deps, name));
  const cancelled: CancelledOrder[] = [];
  for (const order of new Map(found.map((order) => [order.clientOrderId, order])).values())
    cancelled.push(await cancelOne(deps, order));
  return cancelled;
}

async function openOrderOfOurs(deps: CancelDeps, named: Named): Promise<Order> {
  const { exchange, orderIdPrefix, symbols } = deps;
  const shown = 'orderId' in named ? `${named.orderId} of ${named.symbol}` : quoted(named.clientOrderId);
  if ('clientOrderId' in named) refuseUnlessOurs(named.clientOrderId, orderIdPrefix, shown);
  const symbol = 'orderId' in named ? named.symbol : await symbolOf(deps, named.clientOrderId);
  if (symbol === null) throw noOrder(shown);
  if (!symbols.has(symbol)) throw unknownSymbols([symbol], symbols.keys());
  const key: OrderKey = 'orderId' in named ? { orderId: named.orderId } : named;
  const outcome = await exchange.getOrder(symbol, key);
  if (outcome.kind === 'absent') throw noOrder(shown);
  if (outcome.kind === 'unavailable')
    throw new NotNow(`the exchange does not tell of order ${shown} at the moment`);
  const { order } = outcome;
  if (!isOpen(order.status))
    throw new InputError(`order ${shown} has ended already: ${progress(order)}; nothing was cancelled`);
  refuseUnlessOurs(order.clientOrderId, orderIdPrefix, shown);
  return order;
}

function refuseUnlessOurs(clientOrderId: string, prefix: string, shown: string): void {
  if (clientOrderId.startsWith(`${prefix}-`)) return;
  throw new InputError(
    `order ${shown} is none of this Hedgehog, whose client order ids begin with ${prefix}-; allowed are those alone, and nothing was cancelled`,
  );
}

const noOrder = (shown: string): NotThere =>
  new NotThere(`there is no order ${shown}, and nothing was cancelled; see hedgehog orders --open`);

const symbolOf = async (deps: CancelDeps, clientOrderId: string): Promise<string | null> =>
  (await cycleOfOrder(deps, clientOrderId))?.symbol ?? null;

async function cancelOne(deps: CancelDeps, order: Order): Promise<CancelledOrder> {
  const { symbol, orderId, clientOrderId } = order;
  const answer = await deps.exchange.cancelOrder(symbol, { orderId, clientOrderId });
  const result = answer.kind === 'cancelled' ? ended(answer.order) : await looked(deps, order, answer);
  deps.log.info(`control: order ${clientOrderId} was to be cancelled: ${result.outcome}`, {
    symbol,
    clientOrderId,
  });
  return { ...result, cycle: await cycleAfterCancel(deps, clientOrderId) };
}

type Result = Omit<CancelledOrder, 'cycle'>;

const ended = (order: Order): Result => ({
  outcome: order.status === 'CANCELED' ? 'cancelled' : 'ended-before',
  ...shownOf(order),
  reason: null,
});

/** What the exchange says of an order whose cancel it did not confirm. */
async function looked(
  { exchange, clock }: CancelDeps,
  order: Order,
  answer: Exclude<CancelOutcome, { kind: 'cancelled' }>,
): Promise<Result> {
  const untilMs = clock.monotonicMs() + LOOK_MS;
  const { symbol, orderId, clientOrderId } = order;
  for (;;) {
    const now: LookupOutcome = await exchange.getOrder(symbol, { orderId, clientOrderId });
    if (now.kind === 'found')
      return isOpen(now.order.status)
        ? { outcome: 'open', ...shownOf(now.order), reason: whyOpen(answer) }
        : ended(now.order);
    const retryAfterMs = now.kind === 'unavailable' ? now.retryAfterMs : LOOK_MS;
    if (clock.monotonicMs() + retryAfterMs > untilMs)
      return {
        outcome: 'unknown',
        ...shownOf(order),
        reason: 'the exchange does not tell what became of it',
      };
    await wait(clock, retryAfterMs);
  }
}

function whyOpen(answer: Exclude<CancelOutcome, { kind: 'cancelled' }>): string {
  switch (answer.kind) {
    case 'rejected':
      return `the exchange refused to cancel it: ${answer.reason}`;
    case 'rate-limited':
      return `the exchange takes no more requests for ${Math.ceil(answer.retryAfterMs / 1_000)} s`;
    case 'outcome-unknown':
      return 'the exchange did not answer, and it is open still; the cancel may take effect yet';
  }
}

const shownOf = ({
  symbol,
  side,
  orderId,
  clientOrderId,
  status,
  price,
  quantity,
  executedQuantity,
}: Order) => ({
  symbol,
  side,
  orderId,
  clientOrderId,
  status,
  price: price.toFixed(),
  quantity: quantity.toFixed(),
  executedQuantity: executedQuantity.toFixed(),
});

const progress = ({ status, executedQuantity, quantity }: Order): string =>
  isBelow(ZERO, executedQuantity)
    ? `${status}, ${executedQuantity.toFixed()} of ${quantity.toFixed()}`
    : status;
