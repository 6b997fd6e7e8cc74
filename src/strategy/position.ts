import type { Decimal } from '../domain/decimal.js';
import type { Leg } from './leg.js';

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
  /** Nothing was bought, and the symbol is shutting down or its settings have changed. */
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
/** Sells that the exchange ended before they were filled; what they had sold until then counts. */
export type EarlierSells = readonly Leg[];
export interface Selling {
  readonly phase: 'selling';
  readonly buy: Leg;
  readonly sell: Leg;
  readonly earlierSells: EarlierSells;
  readonly rebuy: Rebuy;
}
/** No buy is possible; `next` is what the cycle becomes when conditions change. */
export interface BuyParked {
  readonly phase: 'buy-parked';
  readonly why: ParkReason;
  readonly next: Flat;
}
/** `attempt` numbers the next sell. */
export interface SellParked {
  readonly phase: 'sell-parked';
  readonly why: ParkReason;
  readonly buy: Leg;
  readonly earlierSells: EarlierSells;
  readonly rebuy: Rebuy;
  readonly attempt: number;
}
export interface Closed {
  readonly phase: 'closed';
  readonly result: CycleResult;
  readonly rebuy: RebuyStatus;
  /** Null when nothing was bought. */
  readonly buy: Leg | null;
  /** The order that sold the rest; null when there was too little left to be sold. */
  readonly sell: Leg | null;
  readonly earlierSells: EarlierSells;
}

/** One trade cycle: flat -> buying -> selling -> closed. Each phase has what it needs and nothing else. */
export type Position = Flat | Buying | Selling | BuyParked | SellParked | Closed;

export const FLAT: Flat = { phase: 'flat', attempt: 1, rebuy: 'unspent' };

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
