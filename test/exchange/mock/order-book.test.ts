import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Order, Side } from '../../../src/domain/order.js';
import { BookSide } from '../../../src/exchange/mock/order-book.js';
import { anOrder, decimal } from '../../../src/testing/index.js';

/** The same, without an index: every order in one list. */
class NaiveSide {
  private orders: Order[] = [];

  constructor(private readonly side: Side) {}

  add(order: Order): void {
    this.orders.push(order);
  }

  remove({ orderId }: Order): void {
    this.orders = this.orders.filter((order) => order.orderId !== orderId);
  }

  best(): string | undefined {
    return this.sorted()[0]?.price.toFixed();
  }

  takeThrough(price: ReturnType<typeof decimal>): number[] {
    const taken = this.sorted().filter((order) =>
      this.side === 'BUY' ? price.lt(order.price) : price.gt(order.price),
    );
    for (const order of taken) this.remove(order);
    return taken.map(({ orderId }) => orderId);
  }

  private sorted(): Order[] {
    const sign = this.side === 'BUY' ? -1 : 1;
    return this.orders.toSorted((a, b) => sign * a.price.cmp(b.price) || a.orderId - b.orderId);
  }
}

/** Takes out all that a trade at this price went through. */
function takeThrough(book: BookSide, price: ReturnType<typeof decimal>): number[] {
  const taken: number[] = [];
  for (let first = book.firstThrough(price); first !== undefined; first = book.firstThrough(price)) {
    taken.push(first.orderId);
    book.remove(first);
  }
  return taken;
}

const prices = fc.integer({ min: 1, max: 12 }).map((price) => `${price}`);
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const), price: prices }),
    fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
    fc.record({ kind: fc.constant('trade' as const), price: prices }),
  ),
  { maxLength: 60 },
);

describe.each(['BUY', 'SELL'] as const)('the %s side of a book', (side) => {
  it('fills the same orders in the same order as a list without an index', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const book = new BookSide(side);
        const naive = new NaiveSide(side);
        const known: Order[] = [];
        for (const step of run) {
          if (step.kind === 'add') {
            const order = anOrder({ orderId: known.length + 1, side, price: step.price });
            known.push(order);
            book.add(order);
            naive.add(order);
          } else if (step.kind === 'remove') {
            // Often one that is gone already.
            const order = known[step.pick % Math.max(1, known.length)];
            if (order === undefined) continue;
            book.remove(order);
            naive.remove(order);
          } else {
            const price = decimal(step.price);
            expect(takeThrough(book, price)).toEqual(naive.takeThrough(price));
          }
          expect(book.best()?.toFixed()).toBe(naive.best());
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps orders of one price in order of arrival, however the price is written', () => {
    const book = new BookSide(side);
    for (const [index, price] of ['5', '5.0', '5.000'].entries())
      book.add(anOrder({ orderId: index + 1, side, price }));
    const through = decimal(side === 'BUY' ? '4.9' : '5.1');
    expect(takeThrough(book, through)).toEqual([1, 2, 3]);
    expect(book.best()).toBeUndefined();
  });

  it('is not touched by a trade at the price itself', () => {
    const book = new BookSide(side);
    book.add(anOrder({ side, price: '5' }));
    expect(book.firstThrough(decimal('5'))).toBeUndefined();
    expect(book.best()?.toFixed()).toBe('5');
  });
});
