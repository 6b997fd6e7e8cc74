import { expect, it } from '@jest/globals';
import { isOpen } from '../../src/domain/order.js';

it.each([
  ['NEW', true],
  ['PARTIALLY_FILLED', true],
  ['FILLED', false],
  ['CANCELED', false],
  ['REJECTED', false],
  ['EXPIRED', false],
  ['EXPIRED_IN_MATCH', false],
] as const)('an order that is %s rests on the book: %p', (status, open) => {
  expect(isOpen(status)).toBe(open);
});
