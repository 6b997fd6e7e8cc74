import { type Decimal, isBelow, ZERO } from '../../domain/decimal.js';
import type { Fill, Order } from '../../domain/order.js';
import type { LookupOutcome, OrderKey } from '../../ports/exchange.js';
import type { BinanceRest } from './binance-rest.js';
import { cancelIdOf } from './rest/cancel-id.js';
import type { RestOutcome } from './rest/outcome.js';
import { MOST_TRADES, myTrades, openOrders, queryOrder } from './rest/requests.js';

const RETRY_MS = 1_000;
/** After a "no" that will be the same the next time, unless somebody sees to it. */
const REFUSED_RETRY_MS = 30_000;
/** How often an order that may yet appear is looked for. */
const APPEARS_RETRY_MS = 2_000;

/**
 * -2013: there is none. -2026: it was cancelled or expired without a fill, more than 90 days ago, and is archived. That one is
 * absent to us too: it bought and sold nothing and never will, and nothing else of it is told that an `Order` could be made of.
 */
const NOT_FOUND: ReadonlySet<number> = new Set([-2013, -2026]);

type Failure = Exclude<RestOutcome<unknown>, { kind: 'ok' }>;
type Unavailable = Extract<LookupOutcome, { kind: 'unavailable' }>;

const unavailableFor = (retryAfterMs: number): Unavailable => ({ kind: 'unavailable', retryAfterMs });

function unavailable(failure: Failure): Unavailable {
  if (failure.kind === 'rate-limited') return unavailableFor(failure.retryAfterMs);
  return unavailableFor(failure.kind === 'rejected' ? REFUSED_RETRY_MS : RETRY_MS);
}

/**
 * Looks an order up, with its fills. "Absent" is said only when it is certain: the exchange does not know it by its own id nor by
 * that of its cancel, does not have it among the open ones, and no request for it can still have an effect.
 *
 * @see Binance spot docs, rest-api.md, "General information on errors" (read 2026-07)
 */
export async function lookUpOrder(rest: BinanceRest, symbol: string, key: OrderKey): Promise<LookupOutcome> {
  // Before it is looked for: what arrives after the look must not be missed.
  const settledInMs = await rest.settledInMs(symbol, key);
  for (const name of namesOf(key)) {
    const outcome = await rest.ask(queryOrder(symbol, name));
    if (outcome.kind === 'ok') return foundWithFills(rest, outcome.value, key);
    if (outcome.kind !== 'rejected' || !NOT_FOUND.has(outcome.code)) return unavailable(outcome);
  }
  if (settledInMs > 0) return unavailableFor(Math.min(settledInMs, APPEARS_RETRY_MS));

  const open = await rest.ask(openOrders(symbol));
  if (open.kind !== 'ok') return unavailable(open);
  const order = open.value.find((candidate) =>
    'orderId' in key ? candidate.orderId === key.orderId : candidate.clientOrderId === key.clientOrderId,
  );
  if (order !== undefined) return foundWithFills(rest, order, key);
  // Once more: it may have been placed while we looked.
  if ((await rest.settledInMs(symbol, key)) > 0) return unavailableFor(APPEARS_RETRY_MS);
  if (!('orderId' in key)) rest.foundAbsent(symbol, key.clientOrderId);
  return { kind: 'absent' };
}

/** What an order may go by: once cancelled, it may be known by the id of its cancel alone. */
const namesOf = (key: OrderKey): readonly OrderKey[] =>
  'orderId' in key ? [key] : [key, { clientOrderId: cancelIdOf(key.clientOrderId) }];

async function foundWithFills(rest: BinanceRest, order: Order, key: OrderKey): Promise<LookupOutcome> {
  const ours = { ...order, ...key };
  if (!isBelow(ZERO, order.executedQuantity)) return { kind: 'found', order: ours };
  const fills = await fillsOf(rest, order);
  return fills.kind === 'ok' ? { kind: 'found', order: { ...ours, fills: fills.value } } : unavailable(fills);
}

/** The fills of an order, in as many requests as it takes. */
export async function fillsOf(
  rest: BinanceRest,
  { symbol, orderId, executedQuantity }: Order,
): Promise<RestOutcome<readonly Fill[]>> {
  const fills: Fill[] = [];
  for (let fromId: number | undefined; ; ) {
    const page = await rest.ask(myTrades(symbol, fromId === undefined ? { orderId } : { orderId, fromId }));
    if (page.kind !== 'ok') return page;
    for (const trade of page.value) if (trade.orderId === orderId) fills.push(trade.fill);
    const last = page.value.at(-1);
    if (last === undefined || page.value.length < MOST_TRADES)
      return { kind: 'ok', value: upTo(fills, executedQuantity) };
    fromId = last.fill.tradeId + 1;
  }
}

/** The first fills that add up to no more than what was executed: later ones happened after the order was told. */
function upTo(fills: readonly Fill[], executed: Decimal): Fill[] {
  let sum = ZERO;
  return fills.filter(({ quantity }) => {
    sum = sum.plus(quantity);
    return !isBelow(executed, sum);
  });
}
