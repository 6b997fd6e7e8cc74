import { describe, expect, it } from '@jest/globals';
import { shownDistance } from '../../src/domain/distance.js';

describe('shownDistance', () => {
  it.each([
    ['-0.0031', '0.31% below the price'],
    ['0.004623', '0.4623% above the price'],
    ['0.5', '50% above the price'],
    ['-0.01', '1% below the price'],
    ['1.2345', '123.45% above the price'],
    ['-1', '100% below the price'],
    ['0.0001', '0.01% above the price'],
    ['0', 'at the price'],
    ['0.00', 'at the price'],
  ])('tells %s as %s', (fraction, text) => {
    expect(shownDistance(fraction)).toBe(text);
  });
});
