import { compare, type Decimal, ONE, ZERO } from '../../domain/decimal.js';
import { type Fill, isOpen, type Order, type Side } from '../../domain/order.js';
import type { Leg } from '../../strategy/leg.js';
import type { Position } from '../../strategy/position.js';

/** What happened to our orders, as far as somebody wants to read of it. */
export type Tiding =
  /** `positions`: how many wait to be sold at that moment. */
  | { readonly kind: 'placed'; readonly order: Order; readonly positions: number }
  | { readonly kind: 'filled'; readonly order: Order }
  /** Cancelled, expired or refused. */
  | { readonly kind: 'ended'; readonly order: Order }
  | {
      readonly kind: 'cycle-closed';
      /** The last one; null when there was too little to be sold. */
      readonly sell: Order | null;
      /** Quote asset, after commission. */
      readonly profit: Decimal;
      readonly totals: Totals;
    };

/** Money is quote asset, after commission. */
export interface Totals {
  readonly orders: number;
  readonly fills: number;
  /** Ours that rest on the exchange's book, in the order of their placement. */
  readonly resting: readonly Order[];
  /** Bought and sold, with every fill known. */
  readonly cycles: number;
  readonly realisedProfit: Decimal;
  /** By asset. */
  readonly commissions: ReadonlyMap<string, Decimal>;
  /** What all fills brought, less what they took: what our balances have changed by. */
  readonly change: Change;
}

export interface Change {
  readonly base: Decimal;
  readonly quote: Decimal;
}

export interface Assets {
  readonly baseAsset: string;
  readonly quoteAsset: string;
}

/** Those that wait to be sold. */
export const positionsIn = ({ resting }: Totals): readonly Order[] =>
  resting.filter(({ side }) => side === 'SELL');

interface Known {
  readonly order: Order;
  readonly fills: ReadonlyMap<number, Fill>;
}

/**
 * Our orders and what closed cycles earned, from the fills as the exchange told them. Orders may be told of twice and out of
 * order; those of closed cycles are forgotten but for their ids.
 */
export class TradingLedger {
  private readonly known = new Map<string, Known>();
  private readonly seen = new Set<string>();
  private readonly commissions = new Map<string, Decimal>();
  /** Closed, with fills that are not all known yet. */
  private closing: Closing[] = [];
  private fills = 0;
  private cycles = 0;
  private realisedProfit = ZERO;
  private base = ZERO;
  private quote = ZERO;

  constructor(private readonly assets: Assets) {}

  /** Takes what was told of an order, and answers what is new in it. */
  take(told: Order): readonly Tiding[] {
    const id = told.clientOrderId;
    const before = this.known.get(id);
    // It belongs to a cycle that is accounted for.
    if (before === undefined && this.seen.has(id)) return [];
    this.seen.add(id);
    const order = before === undefined || isNewer(told, before.order) ? told : before.order;
    const fills = new Map(before?.fills);
    for (const fill of told.fills) {
      if (fills.has(fill.tradeId)) continue;
      fills.set(fill.tradeId, fill);
      this.count(told.side, fill);
    }
    this.known.set(id, { order: { ...order, fills: [...fills.values()] }, fills });
    return [...this.changes(before?.order, order), ...this.settle()];
  }

  /** Takes a cycle that has ended. */
  close(position: Position): readonly Tiding[] {
    if (position.phase !== 'closed' || position.buy === null) return [];
    const sells = position.sell === null ? position.earlierSells : [...position.earlierSells, position.sell];
    this.closing.push({ buy: position.buy, sells });
    return this.settle();
  }

  /** Whether the order belongs to a cycle that has ended, with every fill known. */
  isAccountedFor({ clientOrderId }: Order): boolean {
    return this.seen.has(clientOrderId) && !this.known.has(clientOrderId);
  }

  totals(): Totals {
    const orders = [...this.known.values()].map(({ order }) => order);
    return {
      orders: this.seen.size,
      fills: this.fills,
      resting: orders.filter(({ status }) => isOpen(status)).toSorted((a, b) => a.orderId - b.orderId),
      cycles: this.cycles,
      realisedProfit: this.realisedProfit,
      commissions: new Map(this.commissions),
      change: { base: this.base, quote: this.quote },
    };
  }

  private count(side: Side, { price, quantity, commission, commissionAsset }: Fill): void {
    const sign = side === 'BUY' ? ONE : ONE.neg();
    this.fills++;
    this.base = this.base.plus(quantity.times(sign));
    this.quote = this.quote.minus(price.times(quantity).times(sign));
    if (commissionAsset === null) return;
    this.commissions.set(commissionAsset, (this.commissions.get(commissionAsset) ?? ZERO).plus(commission));
    if (commissionAsset === this.assets.baseAsset) this.base = this.base.minus(commission);
    if (commissionAsset === this.assets.quoteAsset) this.quote = this.quote.minus(commission);
  }

  private changes(before: Order | undefined, order: Order): readonly Tiding[] {
    const tidings: Tiding[] = [];
    if (before === undefined)
      tidings.push({ kind: 'placed', order, positions: positionsIn(this.totals()).length });
    if (order.status === before?.status) return tidings;
    const known = this.known.get(order.clientOrderId)?.order ?? order;
    if (order.status === 'FILLED') tidings.push({ kind: 'filled', order: known });
    else if (!isOpen(order.status)) tidings.push({ kind: 'ended', order: known });
    return tidings;
  }

  /** Accounts for closed cycles whose fills are all known. */
  private settle(): readonly Tiding[] {
    const tidings: Tiding[] = [];
    const left: Closing[] = [];
    for (const closing of this.closing) {
      const legs = [closing.buy, ...closing.sells];
      if (!legs.every((leg) => this.isComplete(leg))) {
        left.push(closing);
        continue;
      }
      const profit = this.sum(closing.sells, 1).plus(this.sum([closing.buy], -1));
      const sell = closing.sells.at(-1)?.request.clientOrderId;
      const sold = sell === undefined ? undefined : this.known.get(sell)?.order;
      for (const { request } of legs) this.known.delete(request.clientOrderId);
      this.cycles++;
      this.realisedProfit = this.realisedProfit.plus(profit);
      tidings.push({ kind: 'cycle-closed', sell: sold ?? null, profit, totals: this.totals() });
    }
    this.closing = left;
    return tidings;
  }

  private isComplete({ request, filled }: Leg): boolean {
    const known = this.known.get(request.clientOrderId);
    if (known === undefined) return filled.eq(ZERO);
    const told = [...known.fills.values()].reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
    return compare(told, filled) >= 0;
  }

  /** What fills brought or took, quote asset. Commission in the base asset is money already: it was bought, and is not sold. */
  private sum(legs: readonly Leg[], sign: 1 | -1): Decimal {
    let sum = ZERO;
    for (const { request } of legs) {
      for (const fill of this.known.get(request.clientOrderId)?.fills.values() ?? []) {
        const value = fill.price.times(fill.quantity);
        sum = sign === 1 ? sum.plus(value) : sum.minus(value);
        if (fill.commissionAsset === this.assets.quoteAsset) sum = sum.minus(fill.commission);
      }
    }
    return sum;
  }
}

interface Closing {
  readonly buy: Leg;
  readonly sells: readonly Leg[];
}

/** A final status is never taken back, and more is filled later than less. */
const isNewer = (told: Order, known: Order): boolean =>
  isOpen(known.status) &&
  (!isOpen(told.status) || compare(told.executedQuantity, known.executedQuantity) > 0);
