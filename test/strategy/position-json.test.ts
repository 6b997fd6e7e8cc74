import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { baseCommission, isAccountedFor, isFillOf, newLeg } from '../../src/strategy/leg.js';
import { FLAT, type Position } from '../../src/strategy/position.js';
import { type PositionJson, positionFromJson, positionToJson } from '../../src/strategy/position-json.js';
import { anOrder, decimal } from '../../src/testing/index.js';
import { deepFrozen } from '../support/arbitraries.js';
import { positions } from '../support/positions.js';

const PHASES = ['flat', 'buying', 'selling', 'buy-parked', 'sell-parked', 'closed'] as const;

const { symbol, side, price, quantity, clientOrderId } = anOrder({ price: '0.00000001', quantity: '1e30' });
const BUYING: Position = {
  phase: 'buying',
  buy: newLeg({ symbol, side, price, quantity, clientOrderId }, 1),
  rebuy: { below: decimal('1e-30'), status: 'asked' },
  ending: true,
};

describe('a position as JSON', () => {
  it.each(PHASES)('comes back as it was, digit for digit, through text: %s', (phase) => {
    fc.assert(
      fc.property(
        positions.filter((position) => position.phase === phase),
        (position) => {
          const text = JSON.stringify(positionToJson(deepFrozen(position)));
          expect(positionFromJson(JSON.parse(text) as PositionJson)).toStrictEqual(position);
        },
      ),
    );
  });

  it('writes decimals as plain text, never with an exponent', () => {
    expect(positionToJson(BUYING)).toMatchObject({
      buy: { request: { price: '0.00000001', quantity: `1${'0'.repeat(30)}` }, filled: '0' },
      rebuy: { below: `0.${'0'.repeat(29)}1`, status: 'asked' },
    });
  });

  it('is refused when its phase is none', () => {
    expect(() => positionFromJson({ ...FLAT, phase: 'broke' } as unknown as PositionJson)).toThrow(
      'a position has no phase broke',
    );
  });

  it.each(['', 'NaN', '1,5', '0x10', null])('is refused when a decimal is %j', (below) => {
    const json = { ...positionToJson(BUYING), rebuy: { below, status: 'asked' } } as unknown as PositionJson;
    expect(() => positionFromJson(json)).toThrow('[big.js] Invalid');
  });

  /** As it was written when a leg kept only the ids of its fills and what they took together. */
  const oldLeg = (filled: string, tradeIds: readonly number[], taken: string) => {
    const { fills: _none, ...leg } = (positionToJson(BUYING) as { buy: { fills: unknown } }).buy;
    return { ...leg, filled, tradeIds, baseCommission: taken };
  };

  it('reads what was written before single fills were kept: what there is to sell is the same', () => {
    const json = { ...positionToJson(BUYING), buy: oldLeg('5', [7, 8], '0.005') } as unknown as PositionJson;
    const position = positionFromJson(json);
    if (position.phase !== 'buying') throw new Error('it is of another phase');
    const { buy } = position;
    expect([String(buy.filled), String(baseCommission(buy)), isAccountedFor(buy)]).toEqual([
      '5',
      '0.005',
      true,
    ]);
    expect([7, 8, 9].map((tradeId) => isFillOf(buy, tradeId))).toEqual([true, true, false]);
    expect(positionFromJson(JSON.parse(JSON.stringify(positionToJson(position))))).toStrictEqual(position);
  });

  it.each(['selling', 'sell-parked', 'closed'])('reads a position without earlier sells: %s', (phase) => {
    const [buy, sell] = [oldLeg('5', [7], '0'), oldLeg('0', [], '0')];
    const rest = { rebuy: { below: '1', status: 'asked' }, attempt: 2, result: { kind: 'sold' } };
    const why = { code: null, reason: '' };
    const json = { phase, buy, sell, why, ...rest } as unknown as PositionJson;
    expect(positionFromJson(json)).toMatchObject({ phase, earlierSells: [] });
  });
});
