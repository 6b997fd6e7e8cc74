import type { Decimal } from '../domain/decimal.js';
import { distance, shownDistance } from '../domain/distance.js';
import { isOpen } from '../domain/order.js';
import type { StreamState } from '../ports/stream-state.js';
import type { Leg } from '../strategy/leg.js';
import { workingLeg } from '../strategy/position.js';
import type { Pending, TraderStanding } from './standing.js';

/** What is known of a symbol that is traded. */
export interface IdleView {
  readonly isLed: boolean;
  readonly isShuttingDown: boolean;
  /** Most traders at once. */
  readonly chunks: number;
  readonly traders: readonly TraderStanding[];
  readonly market: MarketView;
  /** Monotonic. */
  readonly nowMs: number;
}

export interface MarketView {
  /** Of the last trade; null when none was published. */
  readonly price: Decimal | null;
  /** No trade came for at least so long. */
  readonly quietMs: number;
  readonly stream: StreamState;
}

/** Why nothing happens, by what has to happen next. */
export type IdleKind = 'start' | 'parked' | 'exchange' | 'stream' | 'trade' | 'price';

export interface IdleReason {
  readonly kind: IdleKind;
  /** Without the symbol, so that those of many symbols may be equal. */
  readonly text: string;
}

const MINUTE_MS = 60_000;

/** What a symbol waits for. */
export function whyIdle(view: IdleView): IdleReason {
  const { isLed, isShuttingDown, traders } = view;
  if (!isLed) return { kind: 'start', text: "waiting for the exchange's rules" };
  if (traders.length === 0)
    return { kind: 'start', text: isShuttingDown ? 'shut down' : 'its first trader is being started' };
  const ours = tradersReason(view);
  const market = quiet(view.market, ours.kind);
  const text = [ours.text, market].filter((part) => part !== null).join('; ');
  const isOnMarket = ours.kind === 'trade' || ours.kind === 'price';
  return {
    kind: market !== null && isOnMarket ? 'stream' : ours.kind,
    text: isShuttingDown ? `shutting down: ${text}` : text,
  };
}

/** Null when the market is none of the reasons. */
function quiet({ price, quietMs, stream }: MarketView, ours: IdleKind): string | null {
  const minutes = Math.floor(quietMs / MINUTE_MS);
  // Whoever waits for the first trade has said so.
  const never = ours === 'trade' ? null : 'no trades yet';
  const silence = minutes === 0 ? null : price === null ? never : `no trades for ${minutes} min`;
  const why = streamTrouble(stream);
  return silence === null || why === null ? (silence ?? why) : `${silence}: ${why}`;
}

function streamTrouble(stream: StreamState): string | null {
  switch (stream.kind) {
    case 'off':
      return 'streaming is off';
    case 'given-up':
      return `streaming is given up: ${stream.reason}`;
    case 'on':
      return stream.trouble;
  }
}

function tradersReason(view: IdleView): IdleReason {
  const { traders, nowMs, market } = view;
  const stuck = traders.map((trader) => stuckReason(trader, nowMs)).filter((reason) => reason !== null);
  const positions = traders
    .filter((trader) => stuckReason(trader, nowMs) === null)
    .map((one) => one.position);
  const buys = positions.filter(({ phase }) => phase === 'buying').map(workingLeg);
  const sells = positions.filter(({ phase }) => phase === 'selling').map(workingLeg);
  const parts = new Set(stuck.map(({ text }) => text));
  if (positions.some(({ phase }) => phase === 'flat'))
    parts.add(`flat, waiting for the ${market.price === null ? 'first' : 'next'} trade`);
  if (buys.length > 0) parts.add(resting('buy', buys, market.price));
  if (sells.length > 0) parts.add(sellsResting(view, resting('sell', sells, market.price)));
  const kind = stuck.some((reason) => reason.kind === 'parked') ? 'parked' : stuck[0]?.kind;
  return {
    kind: kind ?? (buys.length + sells.length > 0 ? 'price' : 'trade'),
    text: [...parts].join('; '),
  };
}

/** Why it waits for something other than the market; null when it does not. */
function stuckReason({ position, pending }: TraderStanding, nowMs: number): IdleReason | null {
  const { phase } = position;
  if (phase === 'buy-parked' || phase === 'sell-parked')
    return {
      kind: 'parked',
      text: `${phase === 'buy-parked' ? 'buy' : 'sell'} parked: ${position.why.reason}`,
    };
  const leg = workingLeg(position);
  if (leg === null) return phase === 'closed' ? { kind: 'exchange', text: 'a cycle has closed' } : null;
  const dueMs = pending?.dueMs ?? null;
  const again = dueMs === null ? null : `again in ${seconds(dueMs - nowMs)}`;
  const isEnding = position.phase === 'buying' && position.ending;
  const text = waitedFor(leg, isEnding, pending?.what ?? null, again);
  return text === null ? null : { kind: 'exchange', text };
}

/** @param again when it is tried next, in words; null while an answer is on its way */
function waitedFor(
  { request, status, orderId }: Leg,
  isEnding: boolean,
  what: Pending['what'] | null,
  again: string | null,
): string | null {
  const side = request.side.toLowerCase();
  const asked = again === null ? 'looking it up' : `looked up ${again}`;
  if (!isOpen(status)) return `${side} has ended and its fills are not known, ${asked}`;
  if (what === 'look-up' && orderId === null) return `outcome of the ${side} unknown, ${asked}`;
  // While it is only being looked up once more, what is known of it holds.
  if (what === 'look-up' && again !== null) return `how the ${side} stands cannot be told, ${asked}`;
  if (isEnding) return again === null ? `cancelling the ${side}` : `cancelling the ${side}, ${again}`;
  if (orderId !== null) return null;
  return again === null
    ? `waiting for the exchange's answer to the ${side}`
    : `the exchange takes no orders now, placing the ${side} ${again}`;
}

const seconds = (ms: number): string => `${Math.max(0, Math.ceil(ms / 1_000))} s`;

/** Orders of one side on the book, and how far the nearest is. */
function resting(side: string, legs: readonly (Leg | null)[], price: Decimal | null): string {
  const orders = legs.filter((leg) => leg !== null);
  const [first] = orders.toSorted((a, b) => nearer(a, b, price));
  if (first === undefined) return '';
  const { request, filled } = first;
  const where =
    price === null ? `at ${request.price.toFixed()}` : shownDistance(distance(request.price, price));
  if (orders.length > 1) return `${orders.length} ${side}s resting, the nearest ${where}`;
  const part = filled.gt('0') ? `, ${filled.toFixed()} of ${request.quantity.toFixed()} filled` : '';
  return `${side} resting ${where}${part}`;
}

function nearer({ request: a }: Leg, { request: b }: Leg, price: Decimal | null): number {
  if (price !== null) return a.price.minus(price).abs().cmp(b.price.minus(price).abs());
  // Wherever the price is, it is above the buys and below the sells.
  return a.side === 'BUY' ? b.price.cmp(a.price) : a.price.cmp(b.price);
}

/** What has been bought is for sale: whether something else could happen before it is sold. */
function sellsResting({ traders, chunks, isShuttingDown, market }: IdleView, sells: string): string {
  const holdsOnly = traders.every(({ position }) => position.phase === 'selling');
  if (!holdsOnly || isShuttingDown) return sells;
  if (traders.length >= chunks)
    return `${chunks === 1 ? 'its only chunk' : `all ${chunks} chunks`} in use, waiting for a sell: ${sells}`;
  const below = rebuyBelow(traders);
  if (below === null) return sells;
  const how = market.price === null ? '' : `, ${shownDistance(distance(below, market.price))}`;
  return `${sells}; buys again below ${below.toFixed()}${how}`;
}

/** The highest price below which a trade starts one more trader. */
function rebuyBelow(traders: readonly TraderStanding[]): Decimal | null {
  let highest: Decimal | null = null;
  for (const { position } of traders) {
    if (position.phase !== 'selling' || position.rebuy.status !== 'unspent') continue;
    if (highest === null || position.rebuy.below.gt(highest)) highest = position.rebuy.below;
  }
  return highest;
}
