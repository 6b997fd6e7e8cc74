import { describe, expect, it } from '@jest/globals';
import { newLeg } from '../../src/strategy/leg.js';
import { FLAT, type Position } from '../../src/strategy/position.js';
import { decimal } from '../../src/testing/index.js';
import { orderIdPrefixOf } from '../../src/trading/client-order-ids.js';

const leg = (clientOrderId: string) =>
  newLeg({ symbol: 'XRPUSDT', side: 'BUY', price: decimal('1'), quantity: decimal('1'), clientOrderId }, 1);
const rebuy = { below: decimal('1'), status: 'unspent' } as const;
const prefixOf = (id: number, position: Position): string => orderIdPrefixOf({ id, position }, 'hhnew');

describe('the client order ids of a cycle', () => {
  it('begin with what the store says when it has no order', () => {
    expect(prefixOf(7, FLAT)).toBe('hhnew');
    expect(prefixOf(7, { phase: 'buy-parked', why: { code: null, reason: '' }, next: FLAT })).toBe('hhnew');
    const closed = { result: { kind: 'abandoned' }, rebuy: 'unspent', buy: null, sell: null } as const;
    expect(prefixOf(7, { phase: 'closed', earlierSells: [], ...closed })).toBe('hhnew');
  });

  it.each(['hhold', 'hh-7-old', ''])('begin with %j as its first one did', (prefix) => {
    const buy = leg(`${prefix}-7-B12`);
    expect(prefixOf(7, { phase: 'buying', buy, rebuy, ending: false })).toBe(prefix);
    const parked = { why: { code: null, reason: '' }, earlierSells: [], attempt: 2 } as const;
    expect(prefixOf(7, { phase: 'sell-parked', buy, rebuy, ...parked })).toBe(prefix);
    expect(prefixOf(7, { phase: 'selling', buy, sell: buy, rebuy, earlierSells: [] })).toBe(prefix);
  });

  it('begin with what the store says when the first one is of no form of ours', () => {
    expect(prefixOf(7, { phase: 'buying', buy: leg('hhold-77-B1'), rebuy, ending: false })).toBe('hhnew');
  });
});
