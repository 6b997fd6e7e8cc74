import { describe, expect, it } from '@jest/globals';
import { Tally } from '../../src/backtest/tally.js';
import { type Leg, newLeg } from '../../src/strategy/leg.js';
import type { Closed } from '../../src/strategy/position.js';
import { anOrder, decimal, someSettings } from '../../src/testing/index.js';

const leg = (price: string, filled: string): Leg => ({
  ...newLeg(anOrder({ price }), 1),
  filled: decimal(filled),
});
const closed = (fields: Partial<Closed>): Closed => ({
  phase: 'closed',
  result: { kind: 'sold' },
  rebuy: 'unspent',
  buy: leg('100', '2'),
  sell: null,
  earlierSells: [],
  ...fields,
});
const tallied = (...positions: readonly Closed[]) => {
  const tally = new Tally();
  for (const position of positions) tally.add(position, someSettings({ fee: '0.01' }));
  const { cycles, grossProfit, fees, netProfit } = tally;
  return [cycles, grossProfit.toFixed(), fees.toFixed(), netProfit.toFixed()];
};

describe('the tally of closed cycles', () => {
  it('counts what was sold, at what it was bought and sold for, and the fee of both legs', () => {
    expect(tallied(closed({ sell: leg('110', '2') }))).toEqual([1, '20', '4.2', '15.8']);
  });

  it('counts what every sell of a cycle sold, those that the exchange ended early too', () => {
    const earlierSells = [leg('110', '0.5'), leg('120', '0.5')];
    expect(tallied(closed({ sell: leg('110', '1'), earlierSells }))).toEqual([1, '25', '4.25', '20.75']);
  });

  it('counts what was sold before the rest became dust', () => {
    const dust = { kind: 'dust', quantity: decimal('0.05') } as const;
    const earlierSells = [leg('110', '1.95'), leg('110', '0')];
    expect(tallied(closed({ result: dust, earlierSells }))[1]).toBe('19.5');
  });

  it('counts no cycle that sold nothing', () => {
    const dust = { kind: 'dust', quantity: decimal('2') } as const;
    const nothing = [0, '0', '0', '0'];
    expect(tallied(closed({ result: dust }))).toEqual(nothing);
    expect(tallied(closed({ result: dust, earlierSells: [leg('110', '0')] }))).toEqual(nothing);
    expect(tallied(closed({ result: { kind: 'abandoned' }, buy: null }))).toEqual(nothing);
  });
});
