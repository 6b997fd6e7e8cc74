import { isOpen, type Order } from '../../src/domain/order.js';
import type { LookupOutcome, OrderKey } from '../../src/ports/exchange.js';
import type { OrderLookup } from '../../src/warehouse/order-catch-up.js';

/** An exchange that knows the orders it is told of, and notes what it is asked. */
export class KnownOrders implements OrderLookup {
  /** `open` when it was asked for the open ones, or the client order id that was looked up. */
  readonly asked: string[] = [];
  /** Answers to be given first, one at a time; an error is thrown. */
  readonly first: (LookupOutcome | Error)[] = [];
  private readonly byId = new Map<string, Order>();
  /** Holds up every answer. */
  gate: Promise<void> = Promise.resolve();
  /** Called with what is being asked, before it is answered. */
  onAsked: (what: string) => void = () => {};

  /** What it has from now on. */
  has(...orders: readonly Order[]): void {
    for (const order of orders) this.byId.set(order.clientOrderId, order);
  }

  /** The ids looked up so far; forgets them. */
  lookedUp(): readonly string[] {
    return this.asked.splice(0).filter((what) => what !== 'open');
  }

  async openOrders(): Promise<readonly Order[]> {
    await this.ask('open');
    return [...this.byId.values()].filter(({ status }) => isOpen(status));
  }

  async getOrder(_symbol: string, key: OrderKey): Promise<LookupOutcome> {
    const id = 'orderId' in key ? (key.clientOrderId ?? String(key.orderId)) : key.clientOrderId;
    await this.ask(id);
    const first = this.first.shift();
    if (first instanceof Error) throw first;
    if (first !== undefined) return first;
    const order =
      'orderId' in key
        ? [...this.byId.values()].find(({ orderId }) => orderId === key.orderId)
        : this.byId.get(id);
    return order === undefined ? { kind: 'absent' } : { kind: 'found', order: { ...order, ...key } };
  }

  private async ask(what: string): Promise<void> {
    this.asked.push(what);
    this.onAsked(what);
    await this.gate;
  }
}
