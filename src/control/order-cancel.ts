import type { z } from 'zod';
import { isBelow, ZERO } from '../domain/decimal.js';
import { isOpen, type Order } from '../domain/order.js';
import { InputError, quoted } from '../platform/input-error.js';
import { unknownSymbols } from '../platform/unknown-symbols.js';
import type { CancelOutcome, LookupOutcome } from '../ports/exchange.js';
import { wait } from '../warehouse/retry.js';
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

/** How long the exchange is asked, in all, for what became of cancels that it did not confirm. */
const LOOK_MS = 10_000;
const LOOK_AGAIN_MS = 500;
/** How long traders may take, in all, to hear of it and to write down what they do next. */
const HEARD_MS = 3_000;

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
  const found = new Map<string, Ours>();
  for (const name of named) {
    const ours = await openOrderOfOurs(deps, name);
    found.set(ours.order.clientOrderId, ours);
  }
  const { clock } = deps;
  const results: (Result & Ours)[] = [];
  const lookUntilMs = clock.monotonicMs() + LOOK_MS;
  for (const ours of found.values())
    results.push({ ...ours, ...(await cancelOne(deps, ours.order, lookUntilMs)) });
  const heardByMs = clock.monotonicMs() + HEARD_MS;
  return Promise.all(
    results.map(async ({ order: _order, cycleId, ...result }) => ({
      ...result,
      cycle: await cycleAfterCancel(deps, { ...result, cycleId, heardByMs }),
    })),
  );
}

/** An order that a cycle of ours waits for, or has waited for. */
interface Ours {
  readonly order: Order;
  readonly cycleId: number;
}

async function openOrderOfOurs(deps: CancelDeps, named: Named): Promise<Ours> {
  const { exchange, symbols } = deps;
  const shown = 'orderId' in named ? `${named.orderId} of ${named.symbol}` : quoted(named.clientOrderId);
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

const TOLD: Readonly<Record<CancelledOrder['outcome'], string>> = {
  cancelled: 'is cancelled',
  'ended-before': 'had ended before it could be cancelled',
  open: 'was to be cancelled, and is open still',
  unknown: 'was to be cancelled, and nobody knows whether it is',
};

async function cancelOne(deps: CancelDeps, order: Order, lookUntilMs: number): Promise<Result> {
  const { symbol, orderId, clientOrderId } = order;
  // The exchange's own crash tells as little as a lost answer.
  const answer = await deps.exchange
    .cancelOrder(symbol, { orderId, clientOrderId })
    .catch((): CancelOutcome => ({ kind: 'outcome-unknown' }));
  const result =
    answer.kind === 'cancelled' ? ended(answer.order) : await looked(deps, order, answer, lookUntilMs);
  deps.log.info(`control: order ${clientOrderId} ${TOLD[result.outcome]}`, { symbol, clientOrderId });
  return result;
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
  untilMs: number,
): Promise<Result> {
  const { symbol, orderId, clientOrderId } = order;
  for (;;) {
    const now = await exchange
      .getOrder(symbol, { orderId, clientOrderId })
      .catch((): LookupOutcome => ({ kind: 'unavailable', retryAfterMs: LOOK_AGAIN_MS }));
    if (now.kind === 'found')
      return isOpen(now.order.status)
        ? { outcome: 'open', ...shownOf(now.order), reason: whyOpen(answer) }
        : ended(now.order);
    const retryAfterMs = now.kind === 'unavailable' ? now.retryAfterMs : LOOK_AGAIN_MS;
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
