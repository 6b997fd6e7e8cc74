import type { Params } from '../../request-faults.js';
import { timeOf } from '../params.js';
import { badCombination, Refusal } from '../refusal.js';

const LONGEST_SPAN_HOURS = 24;
const HOUR_MS = 60 * 60_000;

/** Throws -1127 for times that are too far apart. */
export function checkSpan(params: Params): void {
  const startTime = timeOf(params, 'startTime');
  const endTime = timeOf(params, 'endTime');
  if (startTime === undefined || endTime === undefined) return;
  if (endTime - startTime > LONGEST_SPAN_HOURS * HOUR_MS)
    throw new Refusal(-1127, `More than ${LONGEST_SPAN_HOURS} hours between startTime and endTime.`);
}

/** Whether a time is not before `startTime` and not after `endTime`, where they are given. */
export const within = (params: Params, time: number): boolean =>
  time >= (timeOf(params, 'startTime') ?? 0) &&
  time <= (timeOf(params, 'endTime') ?? Number.POSITIVE_INFINITY);

const CHOOSERS = ['orderId', 'startTime', 'endTime', 'fromId'];
const COMBINATIONS: ReadonlySet<string> = new Set(
  [
    [],
    ['orderId'],
    ['startTime'],
    ['endTime'],
    ['fromId'],
    ['startTime', 'endTime'],
    ['orderId', 'fromId'],
  ].map((names) => names.join()),
);

/** Throws -1128 for what myTrades does not take together. */
export function checkCombination(params: Params): void {
  if (!COMBINATIONS.has(CHOOSERS.filter((name) => params.has(name)).join())) throw badCombination();
}
