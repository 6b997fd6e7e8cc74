import type { z } from 'zod';
import { isOpen, type Order } from '../domain/order.js';
import type { CancelOutcome, LookupOutcome } from '../ports/exchange.js';
import { wait } from '../warehouse/retry.js';
import type { ControlDeps } from './deps.js';
import { inTime, NotNow } from './in-time.js';
import type { cancelledOrder } from './schemas.js';

type CancelledOrder = z.output<typeof cancelledOrder>;
type Deps = Pick<ControlDeps, 'exchange' | 'clock' | 'log'>;

/** What became of an order, without what became of its cycle. */
export type CancelResult = Omit<CancelledOrder, 'cycle'>;

/** Until when, on the clock's monotonic time. */
interface Times {
  /** No cancel is begun from then on. */
  readonly beginByMs: number;
  /** Nothing is waited for from then on. */
  readonly answerByMs: number;
}

const LOOK_AGAIN_MS = 500;

/** `late`: the exchange was asked, and has not answered yet; `untried`: it was not asked. */
type Said = CancelOutcome | { readonly kind: 'late' | 'untried' };

const TOLD: Readonly<Record<CancelResult['outcome'], string>> = {
  cancelled: 'is cancelled',
  'ended-before': 'had ended before it could be cancelled',
  open: 'was to be cancelled, and is open still',
  unknown: 'was to be cancelled, and nobody knows whether it is',
};

/**
 * Cancels one order after the other, each at most once, and looks up those whose cancel is not confirmed while it goes on with
 * the next.
 *
 * @returns what became of each, in the same order; not later than the time for answers
 */
export function cancelledBy(
  deps: Deps,
  orders: readonly Order[],
  times: Times,
): Promise<readonly CancelResult[]> {
  let before: Promise<unknown> = Promise.resolve();
  const results = orders.map((order) => {
    const said = before.then(() => askedToCancel(deps, order, times));
    before = said;
    return said.then((answer) => told(deps, order, answer, times));
  });
  return Promise.all(results);
}

async function askedToCancel({ exchange, clock }: Deps, order: Order, times: Times): Promise<Said> {
  const { symbol, orderId, clientOrderId } = order;
  const nowMs = clock.monotonicMs();
  if (nowMs >= times.beginByMs) return { kind: 'untried' };
  const asking = exchange.cancelOrder(symbol, { orderId, clientOrderId });
  return inTime<Said>(clock, times.answerByMs - nowMs, 'the exchange', asking).catch(
    // The exchange's own crash tells as little as a lost answer.
    (error: unknown): Said => ({ kind: error instanceof NotNow ? 'late' : 'outcome-unknown' }),
  );
}

async function told(deps: Deps, order: Order, said: Said, { answerByMs }: Times): Promise<CancelResult> {
  const { symbol, clientOrderId } = order;
  const result = await resultOf(deps, order, said, answerByMs);
  deps.log.info(`control: order ${clientOrderId} ${TOLD[result.outcome]}`, { symbol, clientOrderId });
  return result;
}

async function resultOf(deps: Deps, order: Order, said: Said, untilMs: number): Promise<CancelResult> {
  switch (said.kind) {
    case 'cancelled':
      return ended(said.order);
    case 'untried':
      return {
        outcome: 'open',
        ...shownOf(order),
        reason: 'it was not tried for want of time: the exchange was not asked to cancel it',
      };
    case 'late':
      return {
        outcome: 'unknown',
        ...shownOf(order),
        reason: 'the exchange has not answered yet; the cancel may take effect yet',
      };
    default:
      return looked(deps, order, said, untilMs);
  }
}

const ended = (order: Order): CancelResult => ({
  outcome: order.status === 'CANCELED' ? 'cancelled' : 'ended-before',
  ...shownOf(order),
  reason: null,
});

type Unconfirmed = Exclude<CancelOutcome, { kind: 'cancelled' }>;

/** What the exchange says of an order whose cancel it did not confirm. */
async function looked(
  { exchange, clock }: Deps,
  order: Order,
  answer: Unconfirmed,
  untilMs: number,
): Promise<CancelResult> {
  const { symbol, orderId, clientOrderId } = order;
  for (;;) {
    const looking = exchange.getOrder(symbol, { orderId, clientOrderId });
    const now = await inTime(clock, untilMs - clock.monotonicMs(), 'the exchange', looking).catch(
      (): LookupOutcome => ({ kind: 'unavailable', retryAfterMs: LOOK_AGAIN_MS }),
    );
    if (now.kind === 'found')
      return isOpen(now.order.status)
        ? { outcome: 'open', ...shownOf(now.order), reason: whyOpen(answer) }
        : ended(now.order);
    const retryAfterMs = now.kind === 'unavailable' ? now.retryAfterMs : LOOK_AGAIN_MS;
    if (clock.monotonicMs() + retryAfterMs >= untilMs)
      return {
        outcome: 'unknown',
        ...shownOf(order),
        reason: 'the exchange does not tell what became of it',
      };
    await wait(clock, retryAfterMs);
  }
}

function whyOpen(answer: Unconfirmed): string {
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
