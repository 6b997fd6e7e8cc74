import type { Order } from '../../../domain/order.js';
import type { OrderKey } from '../../../ports/exchange.js';

/** How long after its timestamp the exchange still takes a request. */
export const RECV_WINDOW_MS = 5_000;
const SERVER_TIMEOUT_MS = 10_000;
const MARGIN_MS = 5_000;

/** So long after it was sent, a request has either had its effect or never will. */
export const LATEST_EFFECT_MS = RECV_WINDOW_MS + SERVER_TIMEOUT_MS + MARGIN_MS;

const WHILE_UNDER_WAY_MS = 1_000;
const MOST_REMEMBERED = 10_000;

type Placement =
  /** It waits here, or on its answer. */
  | { readonly phase: 'under-way' }
  | { readonly phase: 'unknown'; readonly sentMs: number }
  | { readonly phase: 'placed'; readonly sentMs: number };

/**
 * Which orders were asked for, by symbol and client order id, so that none is sent twice and none is called absent that may
 * yet appear. Times are monotonic milliseconds.
 */
export class Arrivals {
  private readonly placements = new Map<string, Placement>();

  /** @param bornMs what was sent before, by an earlier incarnation, is not known here */
  constructor(private readonly bornMs: number) {}

  phaseOf(symbol: string, clientOrderId: string): Placement['phase'] | null {
    return this.placements.get(nameOf(symbol, { clientOrderId }))?.phase ?? null;
  }

  begun(symbol: string, clientOrderId: string): void {
    this.placements.set(nameOf(symbol, { clientOrderId }), { phase: 'under-way' });
    this.forgetOldest();
  }

  unknown(symbol: string, clientOrderId: string, sentMs: number): void {
    this.placements.set(nameOf(symbol, { clientOrderId }), { phase: 'unknown', sentMs });
  }

  placed({ symbol, clientOrderId, orderId }: Order, sentMs: number): void {
    this.placements.set(nameOf(symbol, { clientOrderId }), { phase: 'placed', sentMs });
    this.placements.set(nameOf(symbol, { orderId }), { phase: 'placed', sentMs });
  }

  /** It was certainly not placed: it may be sent again. */
  refused(symbol: string, clientOrderId: string): void {
    this.placements.delete(nameOf(symbol, { clientOrderId }));
  }

  /** A look-up has shown that it is not there: it may be sent, unless it is being sent. */
  foundAbsent(symbol: string, clientOrderId: string): void {
    if (this.phaseOf(symbol, clientOrderId) !== 'under-way') this.refused(symbol, clientOrderId);
  }

  /** How long until an order that the exchange does not know can no longer appear; 0 when that is so now. */
  settledInMs(symbol: string, key: OrderKey, nowMs: number): number {
    const placement = this.placements.get(nameOf(symbol, key));
    if (placement?.phase === 'under-way') return WHILE_UNDER_WAY_MS;
    return Math.max(0, (placement?.sentMs ?? this.bornMs) + LATEST_EFFECT_MS - nowMs);
  }

  private forgetOldest(): void {
    for (const [name, { phase }] of this.placements) {
      if (this.placements.size <= MOST_REMEMBERED) return;
      if (phase !== 'under-way') this.placements.delete(name);
    }
  }
}

// No client order id has a `#` in it.
const nameOf = (symbol: string, key: OrderKey): string =>
  'orderId' in key ? `${symbol} #${key.orderId}` : `${symbol} ${key.clientOrderId}`;
