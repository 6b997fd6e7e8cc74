import fc from 'fast-check';
import type { Decimal } from '../../src/domain/decimal.js';
import type { ExecutionReport } from '../../src/domain/execution-report.js';
import type { OrderRequest } from '../../src/domain/order.js';
import type { Settings } from '../../src/domain/settings.js';
import type { SymbolInfo } from '../../src/domain/symbol-info.js';
import { anExecutionReport, aSymbol, decimal, someSettings } from '../../src/testing/index.js';

/** `units` of 10^-places, as a decimal. */
export function scaled(units: bigint, places: number): Decimal {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  const point = digits.length - places;
  return decimal(`${units < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point) || '0'}`);
}

/** Steps as exchanges have them: a power of ten, and some that are not. In units of 10^-8. */
export const stepUnits: fc.Arbitrary<bigint> = fc.constantFrom(
  1n,
  10n,
  25n,
  1_000n,
  10_000n,
  50_000n,
  1_000_000n,
  3_000_000n,
  100_000_000n,
);
/** From a hundred-millionth to a million, in units of 10^-8. */
export const priceUnits: fc.Arbitrary<bigint> = fc.bigInt({ min: 1n, max: 100_000_000_000_000n });
export const budgetUnits: fc.Arbitrary<bigint> = fc.bigInt({ min: 1n, max: 10_000_000_000_000_000n });
export const chunks: fc.Arbitrary<number> = fc.integer({ min: 1, max: 50 });
/** A fraction in [0, 1), in units of 10^-6. */
export const fractionUnits: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 0n, max: 20_000n }),
  fc.bigInt({ min: 0n, max: 999_999n }),
);
/** A profit above -1, in units of 10^-6. */
export const profitUnits: fc.Arbitrary<bigint> = fc.bigInt({ min: -999_999n, max: 1_000_000n });

/** A symbol that accepts anything on its tick and step. */
export const aLenientSymbol = (tickUnits: bigint, lotUnits: bigint): SymbolInfo =>
  aSymbol({
    tickSize: scaled(tickUnits, 8).toFixed(),
    stepSize: scaled(lotUnits, 8).toFixed(),
    minPrice: '0',
    maxPrice: '0',
    minQty: '0',
    maxQty: '0',
    minNotional: '0',
  });

export const symbols: fc.Arbitrary<SymbolInfo> = fc
  .tuple(stepUnits, stepUnits)
  .map(([tick, lot]) => aLenientSymbol(tick, lot));

export const settings: fc.Arbitrary<Settings> = fc
  .record({
    chunks,
    budget: budgetUnits,
    buyDown: fractionUnits,
    profit: profitUnits,
    rebuy: fractionUnits,
    fee: fractionUnits,
  })
  .map(({ budget, buyDown, profit, rebuy, fee, ...rest }) => ({
    ...someSettings(),
    chunks: rest.chunks,
    budget: scaled(budget, 8),
    buyDownInterval: scaled(buyDown, 6),
    profitInterval: scaled(profit, 6),
    rebuyInterval: scaled(rebuy, 6),
    fee: scaled(fee, 6),
  }));

/** How an exchange may fill an order: parts of it in tenths of a per mille, and whether what is left is cancelled. */
export interface Course {
  readonly parts: readonly number[];
  readonly cancelled: boolean;
  readonly commissionAsset: string;
}

export const courses: fc.Arbitrary<Course> = fc.record({
  parts: fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 6 }),
  cancelled: fc.boolean(),
  commissionAsset: fc.constantFrom('XRP', 'BNB', 'USDT'),
});

/** What the exchange tells of an order that takes this course, in its order. It ends filled or cancelled. */
export function reportsOf(request: OrderRequest, course: Course, firstId: number): ExecutionReport[] {
  const { symbol, side, price, quantity, clientOrderId } = request;
  const about = { ...anExecutionReport(), symbol, side, price, quantity, clientOrderId, orderId: firstId };
  const reports: ExecutionReport[] = [{ ...about, executionId: firstId }];
  let cumulative = decimal('0');
  let id = firstId;
  const fill = (part: Decimal): void => {
    if (part.lte('0')) return;
    cumulative = cumulative.plus(part);
    reports.push({
      ...about,
      executionType: 'TRADE',
      orderStatus: cumulative.eq(quantity) ? 'FILLED' : 'PARTIALLY_FILLED',
      lastPrice: price,
      lastQuantity: part,
      cumulativeQuantity: cumulative,
      commission: part.times('0.001'),
      commissionAsset: course.commissionAsset,
      tradeId: ++id,
      executionId: id,
    });
  };
  for (const share of course.parts) {
    const part = quantity.times(String(share)).div('10000');
    fill(part.lt(quantity.minus(cumulative)) ? part : quantity.minus(cumulative));
  }
  if (course.cancelled && cumulative.lt(quantity)) {
    reports.push({
      ...about,
      executionType: 'CANCELED',
      orderStatus: 'CANCELED',
      cumulativeQuantity: cumulative,
      executionId: ++id,
    });
  } else fill(quantity.minus(cumulative));
  return reports;
}

/** The value, with everything in it frozen, so that whoever changes it throws. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFrozen(part);
  }
  return value;
}
