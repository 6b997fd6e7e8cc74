import type { Period } from '../domain/period.js';
import { InputError, quoted } from './input-error.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z$/;
const DAY_MS = 86_400_000;

const ALLOWED =
  'a UTC day such as 2019-06-01, or an instant such as 2019-06-01T12:00:00Z or 2019-06-01T12:00:00.250Z';

/**
 * The period that `--from` and `--to` stand for. Both ends belong to it: a day as `--to` lasts to its last millisecond, an
 * instant is the one millisecond it names (12:00:00Z is 12:00:00.000 and not 12:00:00.001).
 *
 * @throws InputError when one is no day and no instant of the calendar, or the end comes before the start
 */
export function parsePeriod(from: string, to: string): Period {
  const fromMs = startOf('--from', from);
  const toMs = startOf('--to', to) + (DAY.test(to) ? DAY_MS - 1 : 0);
  if (fromMs > toMs) throw new InputError(`--from ${from} comes after --to ${to}`);
  return { fromMs, toMs };
}

function startOf(option: string, text: string): number {
  const ms = DAY.test(text) || INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  // JavaScript takes the 30th of February for the 1st or 2nd of March, and hour 24 for the next day.
  const isReal =
    !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text.slice(0, 13).replace(/Z$/, ''));
  if (!isReal) throw new InputError(`${option} is ${quoted(text)}; allowed is ${ALLOWED}`);
  return ms;
}

/** The period as a person reads it. */
export const describePeriod = ({ fromMs, toMs }: Period): string =>
  `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
