import type { Order } from '../../domain/order.js';
import { describeOrder, furthest } from '../order-store.js';
import type { Held } from './held.js';

/**
 * Changes of orders not stored yet. No order is ever let go: past the bound each keeps its furthest state alone, so what is
 * held is bounded by the number of orders.
 */
export class HeldOrders implements Held<Order> {
  /** Changes of each order, in the order heard, by client order id. */
  private readonly byId = new Map<string, Order[]>();
  private count = 0;
  /** Changes that gave way to a later state of their order. */
  private thinned = 0;

  /** @param max how many changes are held before they are thinned out */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.count;
  }

  get pending(): boolean {
    return this.count > 0;
  }

  add(order: Order): void {
    const changes = [...(this.byId.get(order.clientOrderId) ?? []), order];
    const kept = this.count >= this.max ? furthest(changes) : changes;
    this.byId.set(order.clientOrderId, kept);
    this.count += 1 - (changes.length - kept.length);
    this.thinned += changes.length - kept.length;
  }

  head(limit: number): readonly Order[] {
    const head: Order[] = [];
    for (const changes of this.byId.values()) {
      if (head.length >= limit) break;
      head.push(...changes.slice(0, limit - head.length));
    }
    return head;
  }

  release(orders: readonly Order[]): void {
    const written = new Set(orders);
    for (const { clientOrderId } of orders) {
      const changes = this.byId.get(clientOrderId) ?? [];
      const left = changes.filter((order) => !written.has(order));
      this.count -= changes.length - left.length;
      if (left.length === 0) this.byId.delete(clientOrderId);
      else this.byId.set(clientOrderId, left);
    }
  }

  setAside(order: Order): string {
    this.release([order]);
    return describeOrder(order);
  }

  resume(): void {}

  leave(): void {}

  describe(): string {
    return [...this.byId.values()].flat().map(describeOrder).join('; ');
  }

  inspect(): Readonly<Record<string, unknown>> {
    return this.thinned === 0 ? {} : { thinned: this.thinned };
  }
}
