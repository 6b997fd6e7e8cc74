import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  afterReport,
  afterSnapshot,
  baseCommission,
  isAccountedFor,
  isFillOf,
  type Leg,
  newLeg,
} from '../../src/strategy/leg.js';
import { aFill, anExecutionReport, anOrder, decimal } from '../../src/testing/index.js';
import { courses, deepFrozen, reportsOf } from '../support/arbitraries.js';

const REQUEST = deepFrozen(anOrder({ quantity: '10' }));
const LEG = newLeg(REQUEST, 1);

const afterReports = (leg: Leg, reports: readonly Parameters<typeof afterReport>[1][]): Leg =>
  reports.reduce((next, report) => afterReport(deepFrozen(next), report, 'XRP'), leg);
/** What must not depend on the order or number of the reports. */
const summary = (leg: Leg) => ({
  status: leg.status,
  filled: leg.filled.toFixed(),
  baseCommission: baseCommission(leg).toFixed(),
  tradeIds: leg.fills.map(({ tradeId }) => tradeId).toSorted((a, b) => a - b),
  orderId: leg.orderId,
});
const seen = (leg: Leg, fields: Parameters<typeof anOrder>[0]): Leg =>
  afterSnapshot(deepFrozen(leg), deepFrozen(anOrder(fields)), 'XRP');

describe('a leg', () => {
  it('is new, unfilled and unknown to the exchange at first', () => {
    expect(LEG).toMatchObject({ orderId: null, status: 'NEW', fills: [], attempt: 1 });
    expect([LEG.filled, baseCommission(LEG)].map(String)).toEqual(['0', '0']);
  });

  it('takes commission into account only in the base asset', () => {
    const fill = (commissionAsset: string, tradeId: number) =>
      anExecutionReport({
        executionType: 'TRADE',
        orderStatus: 'PARTIALLY_FILLED',
        cumulativeQuantity: '1',
        lastQuantity: '1',
        commission: '0.5',
        commissionAsset,
        tradeId,
      });
    expect(String(baseCommission(afterReports(LEG, [fill('BNB', 1), fill('XRP', 2)])))).toBe('0.5');
  });

  it.each([
    { name: 'an older snapshot', status: 'NEW', executed: '0', want: ['PARTIALLY_FILLED', '4'] },
    { name: 'the same snapshot', status: 'PARTIALLY_FILLED', executed: '4', want: ['PARTIALLY_FILLED', '4'] },
    { name: 'a newer snapshot', status: 'FILLED', executed: '10', want: ['FILLED', '10'] },
    { name: 'a cancel', status: 'CANCELED', executed: '4', want: ['CANCELED', '4'] },
  ] as const)('goes by what is filled most: $name', ({ status, executed, want }) => {
    const leg = seen(LEG, { status: 'PARTIALLY_FILLED', executedQuantity: '4' });
    const next = seen(leg, { status, executedQuantity: executed });
    expect([next.status, String(next.filled)]).toEqual(want);
  });

  it.each(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED'] as const)('never leaves %s again', (status) => {
    const ended = seen(LEG, { status, executedQuantity: '4' });
    expect(seen(ended, { status: 'NEW', executedQuantity: '4' }).status).toBe(status);
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

  const FILLS = [
    aFill({ tradeId: 11, quantity: '4', commission: '0.004', commissionAsset: 'XRP' }),
    aFill({ tradeId: 12, quantity: '6', commission: '0.1', commissionAsset: 'BNB' }),
  ];
  const reportOf = (index: 0 | 1, cumulativeQuantity: string) => {
    const { tradeId, price, quantity, commission, commissionAsset } = FILLS[index] as (typeof FILLS)[0];
    return {
      ...anExecutionReport({ executionType: 'TRADE', orderStatus: 'PARTIALLY_FILLED', cumulativeQuantity }),
      ...{ tradeId, lastPrice: price, lastQuantity: quantity, commission, commissionAsset },
    };
  };

  it('knows a fill whichever way it was told: by a report, by an answer, by both', () => {
    const byReports = afterReports(LEG, [reportOf(0, '4'), reportOf(1, '10')]);
    const byAnswer = seen(LEG, { status: 'PARTIALLY_FILLED', executedQuantity: '10', fills: FILLS });
    const byBoth = seen(afterReports(LEG, [reportOf(1, '10')]), {
      status: 'PARTIALLY_FILLED',
      executedQuantity: '10',
      fills: FILLS,
    });
    expect(summary(byAnswer)).toEqual(summary(byReports));
    expect(summary(byBoth)).toEqual(summary(byReports));
    expect(summary(byBoth)).toMatchObject({ filled: '10', baseCommission: '0.004', tradeIds: [11, 12] });
    expect([11, 12, 13].map((tradeId) => isFillOf(byBoth, tradeId))).toEqual([true, true, false]);
  });

  it('is accounted for once the known fills add up to what is filled, to the last digit', () => {
    expect(isAccountedFor(LEG)).toBe(true);
    const late = afterReports(LEG, [reportOf(1, '10')]);
    expect([String(late.filled), isAccountedFor(late)]).toEqual(['10', false]);
    expect(isAccountedFor(afterReports(late, [reportOf(0, '4')]))).toBe(true);
    const aHairMore = seen(LEG, { executedQuantity: '10.00000001', fills: FILLS });
    expect(isAccountedFor(aHairMore)).toBe(false);
  });

  it('is filled at least as far as its fills say, when the order was looked at before them', () => {
    const leg = seen(LEG, { status: 'PARTIALLY_FILLED', executedQuantity: '4', fills: FILLS });
    expect(String(leg.filled)).toBe('10');
  });
});
