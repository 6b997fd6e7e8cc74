import { type Decimal, isBelow } from '../../domain/decimal.js';
import type { Order, Side } from '../../domain/order.js';

/** What a book needs to know of an order. */
export type Resting = Pick<Order, 'orderId' | 'price'>;

interface Level<R> {
  readonly price: Decimal;
  /** By order id, in order of arrival. */
  readonly orders: Map<number, R>;
}

/**
 * One side of one symbol's book. Levels stand in an array with the best price last: a trade looks at the end of it alone,
 * so its cost does not grow with what rests far from the price.
 */
export class BookSide<R extends Resting = Order> {
  private readonly levels: Level<R>[] = [];

  constructor(private readonly side: Side) {}

  /** The best price, or undefined when nothing rests. */
  best(): Decimal | undefined {
    return this.levels.at(-1)?.price;
  }

  add(order: R): void {
    const at = this.indexOf(order.price);
    const level = this.levels[at];
    if (level?.price.eq(order.price)) level.orders.set(order.orderId, order);
    else this.levels.splice(at, 0, { price: order.price, orders: new Map([[order.orderId, order]]) });
  }

  remove(order: R): void {
    const at = this.indexOf(order.price);
    const level = this.levels[at];
    if (level === undefined || !level.price.eq(order.price)) return;
    level.orders.delete(order.orderId);
    if (level.orders.size === 0) this.levels.splice(at, 1);
  }

  /** The first by price, then by arrival, if a trade at `price` went strictly through it. */
  firstThrough(price: Decimal): R | undefined {
    const level = this.levels[this.levels.length - 1];
    if (level === undefined || !this.isThrough(price, level)) return undefined;
    const [first] = level.orders.values();
    return first;
  }

  private isThrough(price: Decimal, level: Level<R>): boolean {
    return this.side === 'BUY' ? isBelow(price, level.price) : isBelow(level.price, price);
  }

  /** Where the level of this price is, or belongs. */
  private indexOf(price: Decimal): number {
    let low = 0;
    let high = this.levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.isWorse((this.levels[middle] as Level<R>).price, price)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private isWorse(a: Decimal, b: Decimal): boolean {
    return this.side === 'BUY' ? isBelow(a, b) : isBelow(b, a);
  }
}
