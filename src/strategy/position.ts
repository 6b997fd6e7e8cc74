import { type Decimal, isBelow, maxOf, ZERO } from '../domain/decimal.js';
import type { ExecutionReport } from '../domain/execution-report.js';
import { isOpen, type Order, type OrderRequest, type OrderStatus } from '../domain/order.js';

/** One order of a cycle, as far as we know it. */
export interface Leg {
  readonly request: OrderRequest;
  /** Counts the orders placed for this leg, from 1: a refused one may be followed by another. */
  readonly attempt: number;
  /** The exchange's id; null until it answered. */
  readonly orderId: number | null;
  readonly status: OrderStatus;
  /** Base asset filled so far. */
  readonly filled: Decimal;
  /** Taken from the fills in the base asset, which is then not there to be sold. */
  readonly baseCommission: Decimal;
  /** Public trades that our fills were: what a fill told twice, and our own print, are known by. */
  readonly tradeIds: readonly number[];
}

/**
 * It is asked for once per cycle, whatever the answer. Between asking and the answer a crash may lose either, so one that is
 * `asked` is asked for again; the Leader grants it once.
 */
export type RebuyStatus = 'unspent' | 'asked' | 'answered';

export interface Rebuy {
  /** A trade below this price triggers it. */
  readonly below: Decimal;
  readonly status: RebuyStatus;
}

/** Why a cycle waits for someone to change something. */
export interface ParkReason {
  /** The exchange's error code; null when no order was refused. */
  readonly code: number | null;
  readonly reason: string;
}

export type CycleResult =
  | { readonly kind: 'sold' }
  /** What was bought is too little to be sold again, base asset. */
  | { readonly kind: 'dust'; readonly quantity: Decimal }
  /** Nothing was bought, and the symbol is shutting down. */
  | { readonly kind: 'abandoned' };

/** Nothing bought, nothing asked for. `attempt` numbers the next buy. */
export interface Flat {
  readonly phase: 'flat';
  readonly attempt: number;
  readonly rebuy: RebuyStatus;
}
export interface Buying {
  readonly phase: 'buying';
  readonly buy: Leg;
  readonly rebuy: Rebuy;
  /** The symbol is shutting down: the buy is to be cancelled, and what it filled until then is sold. */
  readonly ending: boolean;
}
export interface Selling {
  readonly phase: 'selling';
  readonly buy: Leg;
  readonly sell: Leg;
  readonly rebuy: Rebuy;
}
/** No buy is possible; `next` is what the cycle becomes when conditions change. */
export interface BuyParked {
  readonly phase: 'buy-parked';
  readonly why: ParkReason;
  readonly next: Flat;
}
/** `buy.filled` is what is left to sell; `attempt` numbers the next sell. */
export interface SellParked {
  readonly phase: 'sell-parked';
  readonly why: ParkReason;
  readonly buy: Leg;
  readonly rebuy: Rebuy;
  readonly attempt: number;
}
export interface Closed {
  readonly phase: 'closed';
  readonly result: CycleResult;
  readonly rebuy: RebuyStatus;
  /** Null when nothing was bought. */
  readonly buy: Leg | null;
  /** The order that sold; null when nothing could be sold. */
  readonly sell: Leg | null;
}

/** One trade cycle: flat -> buying -> selling -> closed. Each phase has what it needs and nothing else. */
export type Position = Flat | Buying | Selling | BuyParked | SellParked | Closed;

export const FLAT: Flat = { phase: 'flat', attempt: 1, rebuy: 'unspent' };

export const newLeg = (request: OrderRequest, attempt: number): Leg => ({
  request,
  attempt,
  orderId: null,
  status: 'NEW',
  filled: ZERO,
  baseCommission: ZERO,
  tradeIds: [],
});

export function rebuyStatus(position: Position): RebuyStatus {
  switch (position.phase) {
    case 'flat':
    case 'closed':
      return position.rebuy;
    case 'buy-parked':
      return position.next.rebuy;
    case 'buying':
    case 'selling':
    case 'sell-parked':
      return position.rebuy.status;
  }
}

/** The order that the position waits for; null when it waits for none. */
export function workingLeg(position: Position): Leg | null {
  if (position.phase === 'buying') return position.buy;
  if (position.phase === 'selling') return position.sell;
  return null;
}

/** Whether the position waits for this order and has not yet seen it on the exchange: only then may it be sent again. */
export function isUnplaced(position: Position, clientOrderId: string): boolean {
  const leg = workingLeg(position);
  return leg !== null && leg.request.clientOrderId === clientOrderId && leg.orderId === null;
}

// The answer to a placement, execution reports and look-ups race one another. So the most filled wins, and a final status
// is never taken back.
const merged = (leg: Leg, orderId: number, status: OrderStatus, filled: Decimal): Leg => ({
  ...leg,
  orderId,
  status: isOpen(leg.status) && !isBelow(filled, leg.filled) ? status : leg.status,
  filled: maxOf(leg.filled, filled),
});

/** The leg after one execution report. A report that was told before changes nothing. */
export function afterReport(leg: Leg, report: ExecutionReport, baseAsset: string): Leg {
  const next = merged(leg, report.orderId, report.orderStatus, report.cumulativeQuantity);
  const { tradeId } = report;
  if (tradeId === null || leg.tradeIds.includes(tradeId)) return next;
  const paidInBase = report.commissionAsset === baseAsset ? report.commission : ZERO;
  return {
    ...next,
    baseCommission: leg.baseCommission.plus(paidInBase),
    tradeIds: [...leg.tradeIds, tradeId],
  };
}

/** The leg after an answer or a look-up that shows the whole order. */
export const afterSnapshot = (leg: Leg, order: Order): Leg =>
  merged(leg, order.orderId, order.status, order.executedQuantity);
