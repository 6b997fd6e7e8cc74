const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Unix time began on a Thursday; weeks begin on Mondays. */
const FIRST_MONDAY = 4 * DAY;

/** How time is cut into candles. Times are Unix milliseconds. */
export interface CandleInterval {
  /** When the candle that this time falls into opens. */
  readonly openOf: (time: number) => number;
  /** When the candle after the one that opens then opens. */
  readonly after: (open: number) => number;
}

const fixed = (lengthMs: number, first = 0): CandleInterval => ({
  openOf: (time) => Math.floor((time - first) / lengthMs) * lengthMs + first,
  after: (open) => open + lengthMs,
});

const monthly: CandleInterval = {
  openOf: (time) => monthFrom(time, 0),
  after: (open) => monthFrom(open, 1),
};

function monthFrom(time: number, months: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months);
}

const INTERVALS: Readonly<Record<string, CandleInterval>> = {
  '1s': fixed(SECOND),
  '1m': fixed(MINUTE),
  '3m': fixed(3 * MINUTE),
  '5m': fixed(5 * MINUTE),
  '15m': fixed(15 * MINUTE),
  '30m': fixed(30 * MINUTE),
  '1h': fixed(HOUR),
  '2h': fixed(2 * HOUR),
  '4h': fixed(4 * HOUR),
  '6h': fixed(6 * HOUR),
  '8h': fixed(8 * HOUR),
  '12h': fixed(12 * HOUR),
  '1d': fixed(DAY),
  '3d': fixed(3 * DAY),
  '1w': fixed(WEEK, FIRST_MONDAY),
  '1M': monthly,
};

/** The interval of that name, `1m`; undefined when Binance has none. */
export const candleInterval = (name: string): CandleInterval | undefined =>
  Object.hasOwn(INTERVALS, name) ? INTERVALS[name] : undefined;

/** The same in a time zone so far from UTC. */
export const inZone = ({ openOf, after }: CandleInterval, offsetMs: number): CandleInterval => ({
  openOf: (time) => openOf(time + offsetMs) - offsetMs,
  after: (open) => after(open + offsetMs) - offsetMs,
});

const ZONE = /^([+-]?)([0-9]{1,2})(?::([0-9]{2}))?$/;

/** How far a zone such as `-1:00`, `05:45` or `8` is from UTC, milliseconds; undefined outside of -12:00 to +14:00. */
export function zoneOffsetMs(text: string): number | undefined {
  const [, sign, hours, minutes = '0'] = ZONE.exec(text) ?? [];
  if (hours === undefined || Number(minutes) >= 60) return undefined;
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE);
  return offset < -12 * HOUR || offset > 14 * HOUR ? undefined : offset;
}
