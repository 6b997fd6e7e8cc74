import type { AccountEvent, Balance } from '../../../domain/account.js';
import { type Decimal, toWire, ZERO } from '../../../domain/decimal.js';
import type { Json, TimeUnit } from '../api/api-types.js';
import { inUnit } from './stream-payloads.js';

/** What a report says of an order beside what the exchange keeps of it. */
export interface ReportFacts {
  /** `c`: of a cancel's report the id of the cancel, which renames the order. */
  readonly clientOrderId: string;
  /** `V`. */
  readonly selfTradePreventionMode: string;
}

/**
 * `executionReport` of a limit order, good till cancelled.
 *
 * @param E when it is told, Unix milliseconds
 * @see Binance spot docs, user-data-stream.md, executionReport (read 2026-07)
 */
export function executionReport(
  { report, order, fill }: AccountEvent,
  { clientOrderId, selfTradePreventionMode }: ReportFacts,
  eventTime: number,
  unit: TimeUnit,
): Json {
  const isCancel = report.executionType === 'CANCELED';
  const isMaker = fill !== null;
  return {
    e: 'executionReport',
    E: inUnit(eventTime, unit),
    s: report.symbol,
    c: isCancel ? clientOrderId : report.clientOrderId,
    S: report.side,
    o: 'LIMIT',
    f: 'GTC',
    q: toWire(report.quantity),
    p: toWire(report.price),
    P: toWire(ZERO),
    F: toWire(ZERO),
    g: -1,
    C: isCancel ? report.clientOrderId : '',
    x: report.executionType,
    X: report.orderStatus,
    r: 'NONE',
    i: report.orderId,
    l: toWire(report.lastQuantity),
    z: toWire(report.cumulativeQuantity),
    L: toWire(report.lastPrice),
    n: report.commissionAsset === null ? '0' : toWire(report.commission),
    N: report.commissionAsset,
    T: inUnit(report.transactTime, unit),
    t: report.tradeId ?? -1,
    I: report.executionId,
    w: report.orderStatus === 'NEW' || report.orderStatus === 'PARTIALLY_FILLED',
    m: isMaker,
    M: isMaker,
    O: inUnit(order.createdTime, unit),
    Z: toWire(order.fills.reduce((sum, { price, quantity }) => sum.plus(price.times(quantity)), ZERO)),
    Y: toWire(report.lastPrice.times(report.lastQuantity)),
    Q: toWire(ZERO),
    W: inUnit(order.createdTime, unit),
    V: selfTradePreventionMode,
  };
}

/** `outboundAccountPosition`: how much there is now of the assets that a change may have touched. */
export const outboundAccountPosition = (
  balances: readonly Balance[],
  updateTime: number,
  eventTime: number,
  unit: TimeUnit,
): Json => ({
  e: 'outboundAccountPosition',
  E: inUnit(eventTime, unit),
  u: inUnit(updateTime, unit),
  B: balances.map(({ asset, free, locked }) => ({ a: asset, f: toWire(free), l: toWire(locked) })),
});

/** `balanceUpdate`: what came to an account from outside, in units of the asset. */
export const balanceUpdate = (asset: string, amount: Decimal, timeMs: number, unit: TimeUnit): Json => ({
  e: 'balanceUpdate',
  E: inUnit(timeMs, unit),
  a: asset,
  d: toWire(amount),
  T: inUnit(timeMs, unit),
});

/** `eventStreamTerminated`: the last event of a subscription. */
export const eventStreamTerminated = (eventTime: number, unit: TimeUnit): Json => ({
  e: 'eventStreamTerminated',
  E: inUnit(eventTime, unit),
});
