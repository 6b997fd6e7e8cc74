import {
  type Candle,
  type CandleUpdate,
  INTERVAL_MS,
  INTERVALS,
  type Interval,
  openTimeOf,
} from '../domain/candle.js';
import { type Decimal, maxOf, minOf } from '../domain/decimal.js';
import type { TradeEvent } from '../domain/trade-event.js';
import type { MinuteOfTrades, TradePlace } from '../ports/trade-history.js';
import { IdWindow } from './id-window.js';
import type { Vouched } from './vouched-minutes.js';

/** How far behind the newest trade time a trade may come and still be counted. It also bounds what is kept. */
export const LATE_MS = 15 * 60_000;

/** How many ids behind the highest a trade may come and still be told from a duplicate. */
export const ID_WINDOW = 65_536;

/** Trades summed up, and where the first and the last of them stand, so that a late one finds its place. */
interface Sum {
  readonly openTime: number;
  open: Decimal;
  high: Decimal;
  low: Decimal;
  close: Decimal;
  volume: Decimal;
  tradeCount: number;
  first: TradePlace;
  last: TradePlace;
}

type Part = Omit<MinuteOfTrades, 'openTime' | 'lowestId' | 'highestId'>;

const isBefore = (a: TradePlace, b: TradePlace): boolean =>
  a.time < b.time || (a.time === b.time && a.id < b.id);

function partOf({ tradeTime, tradeId, price, quantity }: TradeEvent): Part {
  const place = { time: tradeTime, id: tradeId };
  return {
    open: price,
    high: price,
    low: price,
    close: price,
    volume: quantity,
    tradeCount: 1,
    first: place,
    last: place,
  };
}

function addTo(sum: Sum, part: Part): void {
  if (isBefore(part.first, sum.first)) {
    sum.first = part.first;
    sum.open = part.open;
  }
  if (isBefore(sum.last, part.last)) {
    sum.last = part.last;
    sum.close = part.close;
  }
  sum.high = maxOf(sum.high, part.high);
  sum.low = minOf(sum.low, part.low);
  sum.volume = sum.volume.plus(part.volume);
  sum.tradeCount += part.tradeCount;
}

/**
 * Sums a symbol's trades up to candles of every interval. The result depends on the trades alone, in whatever order they
 * come, as long as none is later than LATE_MS or further back than ID_WINDOW ids.
 *
 * An interval without trades has no candle, whatever stands before and after it. What is kept: per interval the running
 * candle and those that ended within LATE_MS, and one bit per id of the window.
 */
export class Candles {
  readonly counts = { trades: 0, duplicates: 0, tooLate: 0 };

  private readonly sums = new Map<Interval, Map<number, Sum>>(
    INTERVALS.map((interval) => [interval, new Map<number, Sum>()]),
  );
  private readonly ids = new IdWindow(ID_WINDOW);
  private newestTime: number | null = null;
  private completeFrom: number | null = null;

  constructor(private readonly symbol: string) {}

  /**
   * Starts from stored trades. Before any trade is added.
   *
   * @param beforeTradeId id of the first trade not among them; those below count as seen
   * @param atTime trade time of that trade
   * @returns the closed candles among them: whoever was to tell them may have crashed before
   */
  startFrom(
    { minutes, completeFrom }: Vouched,
    beforeTradeId: number,
    atTime: number,
  ): readonly CandleUpdate[] {
    this.completeFrom = completeFrom;
    this.ids.seenUpTo(beforeTradeId - 1);
    const newest = minutes.at(-1);
    if (newest === undefined) return [];
    this.newestTime = newest.last.time;
    for (const minute of minutes)
      for (const interval of INTERVALS) this.put(interval, openTimeOf(interval, minute.openTime), minute);
    const closed = this.updates((openTime, interval) => this.isClosed(openTime, interval));
    for (const interval of INTERVALS) this.forgetOld(interval, atTime);
    return closed;
  }

  /** Counts a trade; returns the candles it closed, and the closed ones it changed. */
  add(trade: TradeEvent): readonly CandleUpdate[] {
    const { tradeTime, tradeId } = trade;
    const before = this.newestTime;
    if (before !== null && tradeTime < before - LATE_MS) return this.refuse('tooLate');
    const id = this.ids.take(tradeId);
    if (id !== 'new') return this.refuse(id === 'seen' ? 'duplicates' : 'tooLate');

    this.counts.trades++;
    this.completeFrom ??= tradeTime + 1;
    const newest = Math.max(before ?? tradeTime, tradeTime);
    this.newestTime = newest;
    const part = partOf(trade);
    const updates: CandleUpdate[] = [];
    for (const interval of INTERVALS) {
      const openTime = openTimeOf(interval, tradeTime);
      const sum = this.put(interval, openTime, part);
      if (this.isClosed(openTime, interval)) updates.push(this.update(interval, sum));
      else if (before !== null && openTimeOf(interval, before) < openTime)
        updates.push(...this.moveOn(interval, openTimeOf(interval, before), newest));
    }
    return updates;
  }

  /** The candles that have not closed. */
  running(): readonly CandleUpdate[] {
    return this.updates((openTime, interval) => !this.isClosed(openTime, interval));
  }

  /** How many candles are kept. */
  get size(): number {
    return [...this.sums.values()].reduce((total, sums) => total + sums.size, 0);
  }

  private put(interval: Interval, openTime: number, part: Part): Sum {
    const sums = this.sums.get(interval) as Map<number, Sum>;
    const known = sums.get(openTime);
    if (known !== undefined) {
      addTo(known, part);
      return known;
    }
    const { open, high, low, close, volume, tradeCount, first, last } = part;
    const sum = { openTime, open, high, low, close, volume, tradeCount, first, last };
    sums.set(openTime, sum);
    return sum;
  }

  /** The candle that ran has closed; forgets those that no late trade can reach any more. */
  private moveOn(interval: Interval, ranUntilNow: number, newest: number): readonly CandleUpdate[] {
    const sums = this.sums.get(interval) as Map<number, Sum>;
    const closed = sums.get(ranUntilNow);
    this.forgetOld(interval, newest);
    return closed === undefined ? [] : [this.update(interval, closed)];
  }

  private forgetOld(interval: Interval, newest: number): void {
    const sums = this.sums.get(interval) as Map<number, Sum>;
    for (const openTime of sums.keys())
      if (openTime + INTERVAL_MS[interval] <= newest - LATE_MS) sums.delete(openTime);
  }

  private isClosed(openTime: number, interval: Interval): boolean {
    return this.newestTime !== null && openTime + INTERVAL_MS[interval] <= this.newestTime;
  }

  private refuse(why: 'duplicates' | 'tooLate'): readonly CandleUpdate[] {
    this.counts[why]++;
    return [];
  }

  private updates(wanted: (openTime: number, interval: Interval) => boolean): readonly CandleUpdate[] {
    return INTERVALS.flatMap((interval) =>
      [...(this.sums.get(interval) as Map<number, Sum>).values()]
        .filter(({ openTime }) => wanted(openTime, interval))
        .toSorted((a, b) => a.openTime - b.openTime)
        .map((sum) => this.update(interval, sum)),
    );
  }

  private update(interval: Interval, sum: Sum): CandleUpdate {
    const { openTime, open, high, low, close, volume, tradeCount } = sum;
    const candle: Candle = {
      symbol: this.symbol,
      interval,
      openTime,
      open,
      high,
      low,
      close,
      volume,
      tradeCount,
    };
    return {
      kind: 'candle-update',
      candle,
      closed: this.isClosed(openTime, interval),
      complete: this.completeFrom !== null && openTime >= this.completeFrom,
    };
  }
}
