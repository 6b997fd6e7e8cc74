import { describe, expect, it } from '@jest/globals';
import { WindowCounter } from '../../../../src/exchange/simulator/api/window-counter.js';

describe('a count in a window', () => {
  const counter = () =>
    new WindowCounter({ rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 5 });

  it('is not changed by what was counted in an earlier one', () => {
    const orders = counter();
    orders.add('a', 2, 9_999);
    orders.add('a', 1, 10_000);
    orders.takeBack('a', 1, 9_999);
    expect(orders.count('a', 10_000)).toBe(1);
    orders.takeBack('a', 1, 10_001);
    expect(orders.count('a', 10_000)).toBe(0);
  });

  it('is over beyond the limit, and ends with the window', () => {
    const orders = counter();
    orders.add('a', 5, 12_345);
    expect(orders.isOver('a', 12_345)).toBe(false);
    orders.add('a', 1, 12_345);
    expect(orders.isOver('a', 12_345)).toBe(true);
    expect(orders.isOver('b', 12_345)).toBe(false);
    expect(orders.endOf(12_345)).toBe(20_000);
    expect(orders.isOver('a', 20_000)).toBe(false);
  });
});
