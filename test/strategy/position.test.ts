import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  afterReport,
  afterSnapshot,
  FLAT,
  isUnplaced,
  type Leg,
  newLeg,
  workingLeg,
} from '../../src/strategy/position.js';
import { anExecutionReport, anOrder, decimal } from '../../src/testing/index.js';
import { courses, deepFrozen, reportsOf } from '../support/arbitraries.js';

const REQUEST = deepFrozen(anOrder({ quantity: '10' }));
const LEG = newLeg(REQUEST, 1);

const afterReports = (leg: Leg, reports: readonly Parameters<typeof afterReport>[1][]): Leg =>
  reports.reduce((next, report) => afterReport(deepFrozen(next), report, 'XRP'), leg);
/** What must not depend on the order or number of the reports. */
const summary = ({ status, filled, baseCommission, tradeIds, orderId }: Leg) => ({
  status,
  filled: filled.toFixed(),
  baseCommission: baseCommission.toFixed(),
  tradeIds: tradeIds.toSorted((a, b) => a - b),
  orderId,
});

describe('a leg', () => {
  it('is new, unfilled and unknown to the exchange at first', () => {
    expect(LEG).toMatchObject({ orderId: null, status: 'NEW', tradeIds: [], attempt: 1 });
    expect([LEG.filled, LEG.baseCommission].map(String)).toEqual(['0', '0']);
  });

  it('takes commission into account only in the base asset', () => {
    const fill = (commissionAsset: string, tradeId: number) =>
      anExecutionReport({
        executionType: 'TRADE',
        orderStatus: 'PARTIALLY_FILLED',
        cumulativeQuantity: '1',
        commission: '0.5',
        commissionAsset,
        tradeId,
      });
    expect(String(afterReports(LEG, [fill('BNB', 1), fill('XRP', 2)]).baseCommission)).toBe('0.5');
  });

  it.each([
    { name: 'an older snapshot', status: 'NEW', executed: '0', want: ['PARTIALLY_FILLED', '4'] },
    { name: 'the same snapshot', status: 'PARTIALLY_FILLED', executed: '4', want: ['PARTIALLY_FILLED', '4'] },
    { name: 'a newer snapshot', status: 'FILLED', executed: '10', want: ['FILLED', '10'] },
    { name: 'a cancel', status: 'CANCELED', executed: '4', want: ['CANCELED', '4'] },
  ] as const)('goes by what is filled most: $name', ({ status, executed, want }) => {
    const leg = afterSnapshot(LEG, anOrder({ status: 'PARTIALLY_FILLED', executedQuantity: '4' }));
    const next = afterSnapshot(leg, anOrder({ status, executedQuantity: executed }));
    expect([next.status, String(next.filled)]).toEqual(want);
  });

  it.each(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED'] as const)('never leaves %s again', (status) => {
    const ended = afterSnapshot(LEG, anOrder({ status, executedQuantity: '4' }));
    expect(afterSnapshot(ended, anOrder({ status: 'NEW', executedQuantity: '4' })).status).toBe(status);
  });

  it('ends the same however its reports are doubled and shuffled, and is never filled above what was ordered', () => {
    fc.assert(
      fc.property(courses, fc.array(fc.nat()), (course, picks) => {
        const reports = reportsOf(REQUEST, course, 100);
        const doubled = picks.map((pick) => reports[pick % reports.length] as (typeof reports)[0]);
        const shuffled = [...doubled, ...reports].toSorted(
          (a, b) =>
            ((a.executionId * 7919) % (picks.length + 3)) - ((b.executionId * 7919) % (picks.length + 3)),
        );
        const want = summary(afterReports(LEG, reports));
        expect(summary(afterReports(LEG, shuffled))).toEqual(want);
        expect(summary(afterReports(LEG, reports.toReversed()))).toEqual(want);
        expect(decimal(want.filled).lte(REQUEST.quantity)).toBe(true);
      }),
    );
  });
});

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
      position: { phase: 'selling', buy: known, sell: LEG, rebuy },
      leg: LEG,
      unplaced: true,
    },
    {
      name: 'parked',
      position: { phase: 'sell-parked', buy: LEG, rebuy, attempt: 1, why: { code: 1, reason: '' } },
      leg: null,
      unplaced: false,
    },
  ] as const)('$name', ({ position, leg, unplaced }) => {
    expect(workingLeg(position)).toBe(leg);
    expect(isUnplaced(position, REQUEST.clientOrderId)).toBe(unplaced);
    expect(isUnplaced(position, 'another')).toBe(false);
  });
});
