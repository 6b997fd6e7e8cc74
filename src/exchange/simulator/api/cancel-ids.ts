import type { Order } from '../../../domain/order.js';

/**
 * The ids that cancels gave to orders. A cancel is a request with a client order id of its own, and the order goes by that id
 * from then on. Kept as long as the simulator runs; a restored order has its own id back.
 */
export class CancelIds {
  private readonly idOf = new Map<string, string>();
  private readonly orderOf = new Map<string, number>();

  /**
   * Before the exchange is asked to cancel, so that whoever is told of it knows the id already.
   *
   * @returns takes the id away again, when the order was not cancelled
   */
  assign(account: string, symbol: string, orderId: number, cancelId: string): () => void {
    const key = keyOf(account, symbol, orderId);
    // The first of two cancels at the same time is the one that can succeed.
    if (this.idOf.has(key)) return () => {};
    const byId = keyOf(account, symbol, cancelId);
    const earlier = this.orderOf.get(byId);
    this.idOf.set(key, cancelId);
    this.orderOf.set(byId, orderId);
    return () => {
      this.idOf.delete(key);
      if (earlier === undefined) this.orderOf.delete(byId);
      else this.orderOf.set(byId, earlier);
    };
  }

  /** The client order id that the order goes by now. */
  current(account: string, order: Pick<Order, 'symbol' | 'orderId' | 'clientOrderId' | 'status'>): string {
    if (order.status !== 'CANCELED') return order.clientOrderId;
    return this.idOf.get(keyOf(account, order.symbol, order.orderId)) ?? order.clientOrderId;
  }

  /** The latest order that a cancel gave this id. */
  orderId(account: string, symbol: string, cancelId: string): number | undefined {
    return this.orderOf.get(keyOf(account, symbol, cancelId));
  }
}

const keyOf = (account: string, symbol: string, id: string | number): string =>
  JSON.stringify([account, symbol, id]);
