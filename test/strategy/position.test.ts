import { describe, expect, it } from '@jest/globals';
import { newLeg } from '../../src/strategy/leg.js';
import { FLAT, isUnplaced, workingLeg } from '../../src/strategy/position.js';
import { anOrder, decimal } from '../../src/testing/index.js';
import { deepFrozen } from '../support/arbitraries.js';

const REQUEST = deepFrozen(anOrder({ quantity: '10' }));
const LEG = newLeg(REQUEST, 1);

describe('workingLeg and isUnplaced', () => {
  const rebuy = { below: decimal('99'), status: 'unspent' } as const;
  const ending = false;
  const known = { ...LEG, orderId: 1 };
  it.each([
    { name: 'flat', position: FLAT, leg: null, unplaced: false },
    { name: 'buying', position: { phase: 'buying', buy: LEG, rebuy, ending }, leg: LEG, unplaced: true },
    {
      name: 'buying, seen',
      position: { phase: 'buying', buy: known, rebuy, ending },
      leg: known,
      unplaced: false,
    },
    {
      name: 'selling',
      position: { phase: 'selling', buy: known, sell: LEG, earlierSells: [], rebuy },
      leg: LEG,
      unplaced: true,
    },
    {
      name: 'parked',
      position: {
        phase: 'sell-parked',
        buy: LEG,
        earlierSells: [],
        rebuy,
        attempt: 1,
        why: { code: 1, reason: '' },
      },
      leg: null,
      unplaced: false,
    },
  ] as const)('$name', ({ position, leg, unplaced }) => {
    expect(workingLeg(position)).toBe(leg);
    expect(isUnplaced(position, REQUEST.clientOrderId)).toBe(unplaced);
    expect(isUnplaced(position, 'another')).toBe(false);
  });
});
