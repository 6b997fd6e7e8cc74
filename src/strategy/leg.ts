import { type Decimal, isBelow, maxOf, ZERO } from '../domain/decimal.js';
import type { ExecutionReport } from '../domain/execution-report.js';
import { type Fill, isOpen, type Order, type OrderRequest, type OrderStatus } from '../domain/order.js';

/** What a cycle has to know of one match of its order. */
export interface LegFill {
  /** The public trade that it was: what a fill told twice, and our own print, are known by. */
  readonly tradeId: number;
  /** Quote per base. */
  readonly price: Decimal;
  /** Base asset. */
  readonly quantity: Decimal;
  /** Taken in the base asset, which is then not there to be sold. */
  readonly baseCommission: Decimal;
}

/** One order of a cycle, as far as we know it. */
export interface Leg {
  readonly request: OrderRequest;
  /** Counts the orders placed for this leg, from 1: a refused one may be followed by another. */
  readonly attempt: number;
  /** The exchange's id; null until it answered. */
  readonly orderId: number | null;
  readonly status: OrderStatus;
  /** Base asset filled so far, by whatever told the most. */
  readonly filled: Decimal;
  /** Each once, in order of being known: reports and look-ups tell of them, and either may be missing. */
  readonly fills: readonly LegFill[];
}

export const newLeg = (request: OrderRequest, attempt: number): Leg => ({
  request,
  attempt,
  orderId: null,
  status: 'NEW',
  filled: ZERO,
  fills: [],
});

const sumOf = (fills: readonly LegFill[], field: 'quantity' | 'baseCommission'): Decimal =>
  fills.reduce((sum, fill) => sum.plus(fill[field]), ZERO);

/** Base asset that the fills took as commission, as far as they are known. */
export const baseCommission = ({ fills }: Leg): Decimal => sumOf(fills, 'baseCommission');

/** Base asset of a buy that is there to be sold: filled, less what its sells filled and what commission took. */
export const unsold = (buy: Leg, sells: readonly Leg[]): Decimal =>
  sells.reduce(
    (rest, sell) => rest.minus(sell.filled).minus(baseCommission(sell)),
    buy.filled.minus(baseCommission(buy)),
  );

/** Whether every fill is known, and so what they cost. */
export const isAccountedFor = ({ fills, filled }: Leg): boolean => !isBelow(sumOf(fills, 'quantity'), filled);

export const isFillOf = ({ fills }: Leg, tradeId: number): boolean =>
  fills.some((fill) => fill.tradeId === tradeId);

interface Told {
  readonly orderId: number;
  readonly status: OrderStatus;
  readonly filled: Decimal;
  readonly fills: readonly Omit<Fill, 'time'>[];
}

// The answer to a placement, execution reports and look-ups race one another. So the most filled wins, a final status is never
// taken back, and a fill counts once, whoever told of it.
function merged(leg: Leg, { orderId, status, filled, fills }: Told, baseAsset: string): Leg {
  const news = fills.filter(({ tradeId }) => !isFillOf(leg, tradeId));
  const known =
    news.length === 0 ? leg.fills : [...leg.fills, ...news.map((fill) => legFill(fill, baseAsset))];
  return {
    ...leg,
    orderId,
    status: isOpen(leg.status) && !isBelow(filled, leg.filled) ? status : leg.status,
    filled: maxOf(maxOf(leg.filled, filled), sumOf(known, 'quantity')),
    fills: known,
  };
}

const legFill = (
  { tradeId, price, quantity, commission, commissionAsset }: Omit<Fill, 'time'>,
  baseAsset: string,
): LegFill => ({
  tradeId,
  price,
  quantity,
  baseCommission: commissionAsset === baseAsset ? commission : ZERO,
});

/** The leg after one execution report. A report that was told before changes nothing. */
export function afterReport(leg: Leg, report: ExecutionReport, baseAsset: string): Leg {
  const { orderId, orderStatus: status, cumulativeQuantity: filled, tradeId } = report;
  if (tradeId === null) return merged(leg, { orderId, status, filled, fills: [] }, baseAsset);
  const { lastPrice: price, lastQuantity: quantity, commission, commissionAsset } = report;
  const fill = { tradeId, price, quantity, commission, commissionAsset };
  return merged(leg, { orderId, status, filled, fills: [fill] }, baseAsset);
}

/** The leg after an answer or a look-up that shows the whole order, with its fills as far as the exchange told them. */
export const afterSnapshot = (
  leg: Leg,
  { orderId, status, executedQuantity: filled, fills }: Order,
  baseAsset: string,
): Leg => merged(leg, { orderId, status, filled, fills }, baseAsset);
